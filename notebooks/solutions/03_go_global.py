"""Solutions of notebook 3. The notebook goes on with these where you have none of your own."""


def updates(region):
    """UpdateTable takes a list of changes, but only one replica may be created in one call."""
    return [{"Create": {"RegionName": region}}]


def is_stale(bookmark, acknowledged):
    """A read that shows less than what was acknowledged before it has missed a write."""
    return bookmark < max(acknowledged, default=0)
