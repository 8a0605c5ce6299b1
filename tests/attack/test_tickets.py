"""What a saved notebook may hold: a ticket, which soon opens nothing, and never a key or a token."""

from __future__ import annotations

import json
import time

import ipywidgets as widgets
import pytest
import requests

from helpers import panels
from helpers.localcloud.door.keys import EXCHANGE, KEY_HEADER, TICKET_S, Keys, new_key
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import HOME


def redeem(cloud: RunningCloud, ticket: str, **headers: str) -> requests.Response:
    """Ask for the token of pages."""
    asked = {KEY_HEADER: ticket, **headers}
    return requests.get(f"{cloud.endpoint}{EXCHANGE}", headers=asked, timeout=10)


def test_a_ticket_gives_the_token_for_a_while(cloud: RunningCloud) -> None:
    """A fresh one does; one that is old, forged, of another cloud, or the token itself does not."""
    now_s = time.time()
    ticket = cloud.keys.ticket(now_s)
    assert redeem(cloud, ticket).json() == {"token": cloud.keys.token}
    later = f"{int(now_s) + 9 * TICKET_S}{ticket[ticket.index('-') :]}"
    others = Keys({new_key(): "000000000000"}, "token").ticket(now_s)
    proof = cloud.keys.prove("ab" * 16, cloud.port, cloud.pid)
    old = cloud.keys.ticket(now_s - TICKET_S - 2)
    for wrong in (old, later, others, cloud.keys.token, proof, f"{int(now_s) + 9}-{proof}", ""):
        refused = redeem(cloud, wrong)
        assert refused.status_code == 403
        assert cloud.keys.token not in refused.text


def test_a_ticket_opens_nothing_itself(cloud: RunningCloud) -> None:
    """It neither looks nor steers, and a page of another site exchanges none."""
    ticket = cloud.keys.ticket(time.time())
    asked = requests.get(
        f"{cloud.endpoint}/_cloud/status", headers={KEY_HEADER: ticket}, timeout=10
    )
    assert asked.status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://example.com"}
    assert redeem(cloud, ticket, **elsewhere).status_code == 403


def test_no_secret_is_in_the_state_of_a_panel(
    global_app: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither before nor after a click on `let them steer`; soon the ticket is gone, too."""
    monkeypatch.setattr(panels.pages_panel, "TICKET_S", 0.2)
    panel = panels.PagesPanel(global_app, HOME, [HOME])
    for click in (False, True):
        if click:
            panel.let_steer()
        state = json.dumps(widgets.Widget.get_manager_state())
        assert ("#ticket=" in state) == click
        for secret in (global_app.cloud.keys.own, global_app.cloud.keys.token):
            assert secret not in state
    deadline = time.monotonic() + 10
    while "#ticket=" in panel._lines.children[0].value and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "#ticket=" not in panel._lines.children[0].value
    panel.close()
