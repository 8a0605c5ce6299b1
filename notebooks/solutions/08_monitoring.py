"""Solutions of notebook 8. The notebook goes on with these where you have none of your own."""


def alarm_rule(periods, threshold, m, n):
    """Silence counts as bad: a publisher that has died sends nothing."""
    bad = [value is None or value > threshold for value in periods[-n:]]
    return sum(bad) >= m


def unnoticed_s(threshold_s, period_s, m):
    """The time until the age is too high, then m whole periods if the first has just begun."""
    return threshold_s + m * period_s
