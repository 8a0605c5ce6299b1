"""Eventually consistent reads within a Region: for a moment, one of its copies is behind.

DynamoDB keeps several copies of an item in a Region, and an eventually consistent read asks one of
them. AWS publishes no figures; the model is this project's: one copy applies each write a little
later than it is acknowledged, and a share of the eventually consistent reads meets that copy.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.engine.lag import Random

Item = Mapping[str, Any]
Place = tuple[Hashable, str]
Key = Hashable


@dataclass(frozen=True)
class ReadModel:
    """How eventually consistent reads are served.

    Attributes:
        share: of these reads, the part that meets the copy that is behind.
        mean_ms: by how much it is behind; exponentially distributed.
    """

    share: float = 0.0
    mean_ms: float = 0.0

    @property
    def name(self) -> str:
        """The model as the command line writes it."""
        return f"lagging:{self.share:g},{self.mean_ms:g}" if self.share else "latest"


def parse_reads(text: str) -> ReadModel:
    """Read a read model as the command line writes it: `latest`, or `lagging:0.33,5`.

    Raises:
        ValueError: the text is no such model; the message says what is.
    """
    kind, _, rest = text.strip().partition(":")
    try:
        numbers = [float(part) for part in rest.split(",")] if rest else []
    except ValueError:
        numbers = []
    match kind, numbers:
        case "latest", []:
            return ReadModel()
        case "lagging", [share, mean_ms] if 0 < share <= 1 and 0 < mean_ms < math.inf:
            return ReadModel(share, mean_ms)
    raise ValueError(
        f"{text!r} is not a read model. Write latest, or lagging:0.33,5 (the share of eventually "
        "consistent reads that meet a copy which is behind, and by how many ms on average)."
    )


class LaggingCopy:
    """Remembers, for as long as it matters, what each item was before its latest writes."""

    def __init__(self, random: Random) -> None:
        self.model = ReadModel()
        self._random = random
        # Per table and Region, per item: (when the copy catches up, the image until then).
        self._behind: dict[Place, dict[Key, deque[tuple[float, Item | None]]]] = {}

    def note(self, place: Place, key: Key, before: Item | None, now_ms: float) -> None:
        """Take note of a write: the copy has the image from before it for a while."""
        if not self.model.share:
            return
        # An exponential variate; the generator at hand has no method of that name.
        wait_ms = -self.model.mean_ms * math.log(1.0 - self._random.random())
        images = self._behind.setdefault(place, {}).setdefault(key, deque())
        latest = images[-1][0] if images else 0.0
        images.append((max(now_ms + wait_ms, latest), before))

    def images(self, place: Place, now_ms: float) -> dict[Key, Item | None]:
        """Draw whether a read meets the copy, and if so return the images it has instead.

        An empty answer means that the read sees the latest images.
        """
        behind = self._behind.get(place)
        if not behind:
            return {}
        for key in list(behind):
            images = behind[key]
            while images and images[0][0] <= now_ms:
                images.popleft()
            if not images:
                del behind[key]
        if not behind or self._random.random() >= self.model.share:
            return {}
        return {key: images[0][1] for key, images in behind.items()}
