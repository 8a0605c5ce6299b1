"""Solutions of notebook 10. The notebook goes on with these where you have none of your own."""


def order(copied_from):
    """From the original to its copy and on, then backwards: leaves first."""
    found = []
    while len(found) < len(copied_from):
        source = found[-1] if found else None
        found += [region for region, origin in copied_from.items() if origin == source]
    return found[::-1]


def is_mine(tags, app):
    """The workshop's own tag, with your app's name: prefix and all."""
    return {"Key": "global-tables-workshop", "Value": app} in tags
