"""The Region panel: the original's step, a history as long as it needs, and readable marks."""

from __future__ import annotations

import pytest

from helpers.localcloud.process.daemon import RunningCloud
from helpers.panels.region_panel import GROUNDS, INK, RegionPanel
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME


def luminance(colour: str) -> float:
    """Compute the relative luminance of #rrggbb, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mark", sorted(GROUNDS))
def test_a_marked_line_is_readable_in_every_theme(mark: str) -> None:
    """Ink and ground are both set, and their contrast is at least 7 to 1."""
    bright, dark = sorted((luminance(GROUNDS[mark]), luminance(INK)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 7


def test_the_step_is_the_originals_and_can_be_chosen(
    global_app: LocalTarget, viewer: str, calm: RunningCloud
) -> None:
    """1 s at first; 15 and 30 beside it; nothing else. The history has as many lines as it needs."""
    panel = RegionPanel(global_app, [HOME, AWAY], user=viewer)
    assert panel._log.children == ()
    assert panel.forward(HOME).bookmark == 1
    panel.step_s = 30
    assert panel.forward(HOME).bookmark == 31
    assert panel.rewind(HOME).bookmark == 1
    with pytest.raises(ValueError, match="1, 15, 30"):
        panel.step_s = 2
    calm.post(f"regions/{AWAY}", {"state": "offline"})
    panel.get_item(AWAY)
    panel.close()
    lines = panel._log.children
    assert [line.value for line in lines] == panel.history()
    assert len(lines) == 4
    assert "FAILED" in lines[0].value
    assert lines[0].style.background == GROUNDS["FAILED"]
    assert lines[0].style.text_color == INK
