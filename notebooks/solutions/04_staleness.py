"""Solutions of notebook 4. The notebook goes on with these where you have none of your own."""


def share_unseen(lags_ms, t_ms):
    """A write is unseen as long as its lag is longer than t_ms."""
    return sum(lag_ms > t_ms for lag_ms in lags_ms) / len(lags_ms)


def writes_needed(n, k):
    """Widths go with 1 over the square root of n: k times narrower takes k * k times as many."""
    return n * k * k


def read_own_write(remembered, nearby, home):
    """The way home is long, so it is taken only if the nearby Region is behind your own write."""
    position = nearby()
    return position if position >= remembered else home()
