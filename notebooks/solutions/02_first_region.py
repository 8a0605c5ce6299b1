"""Solutions of notebook 2. The notebook goes on with these where you have none of your own."""


def expression():
    """ADD counts inside DynamoDB, and begins at 0 where there is no bookmark yet."""
    return "ADD Bookmark :seconds"


def percentile(times_ms, share):
    """Sorted, the k-th time is the one within which k of the n calls were done."""
    done = -(-share * len(times_ms) // 1)  # rounded up
    return sorted(times_ms)[int(done) - 1]
