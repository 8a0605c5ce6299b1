"""The charts that the runs of the course have saved, for its last page."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape

from helpers import deck
from helpers.settings import Settings

# Two in a row on a wide page, one on a narrow one.
_FIGURE = (
    '<figure style="display: inline-block; width: 30em; max-width: 100%; margin: 0.5em 1em; '
    'vertical-align: top"><img src="data:image/png;base64,{picture}" alt="{words}" '
    'style="width: 100%; height: auto"><figcaption>{name}</figcaption></figure>'
)


def saved_charts() -> list[deck.Slide]:
    """Return the last save of each chart of a notebook, in the order of the course.

    Charts from the command line or a panel have no notebook's number in front, and are left out.
    """
    return [one for one in deck.slides(Settings.read().exports) if re.match(r"\d\d-", one.name)]


def html(shown: Sequence[deck.Slide]) -> str:
    """Format charts as pictures with their text alternatives, which are escaped."""
    return "".join(
        _FIGURE.format(
            picture=base64.b64encode(one.picture.read_bytes()).decode("ascii"),
            words=escape(one.description), name=escape(one.name),
        )
        for one in shown
    )  # fmt: skip
