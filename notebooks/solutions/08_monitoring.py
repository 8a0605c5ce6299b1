"""Solutions of notebook 8. The notebook goes on with these where you have none of your own."""


def rings(periods, threshold, m, n):
    """Silence counts as bad: whoever says nothing does not say that all is well."""
    bad = [value is None or value > threshold for value in periods[-n:]]
    return sum(bad) >= m


def unnoticed_s(threshold_s, period_s, m):
    """Until the age is too high, and then m whole periods, if the first has just begun."""
    return threshold_s + m * period_s
