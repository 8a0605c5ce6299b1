"""Solutions of notebook 9. The notebook goes on with these where you have none of your own."""


def behind(viewers, regions, save_every_s, lag_s):
    """Little's law: the rate of the lost Region times how long a save is the latest and away."""
    saves_per_s = viewers / regions / save_every_s
    return saves_per_s * min(lag_s, save_every_s)


def bill_usd(saves_m, here, others):
    """One call where it comes in; one write in each Region."""
    writes = here["write"] + sum(other["write"] for other in others)
    return saves_m * (here["call"] + writes)
