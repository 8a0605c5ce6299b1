"""Solutions of notebook 6. The notebook goes on with these where you have none of your own."""


def next_region(here, other, lost):
    """One lost save may be bad luck, which is everywhere; two in a row are a pattern."""
    return other if lost >= 2 else here


def send_again(outcome, adds, overtaken):
    """Adding is safe to repeat only if it was certainly not done; setting, only if still latest."""
    if adds:
        return outcome == "failed"
    return outcome != "ok" and not overtaken
