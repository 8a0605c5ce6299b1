"""The pages' scripts without DOM, run in Chromium on the same cases as their twins in Python."""

from __future__ import annotations

import random
import re
from typing import Any

from playwright.sync_api import Page

from helpers.settings import PROJECT_DIR
from tests.history_model import Model
from tests.test_history import CASES, judge

_JUDGE = """(plays) => plays.map((steps) => {
  const history = new Workshop.History();
  return steps.map((step) => {
    const result = {rttMs: step.rtt_ms ?? 5, dynamodbMs: 1, outcome: step.outcome ?? "ok",
      message: "why", region: step.region, operation: step.operation, startedMs: step.started_ms,
      bookmark: step.bookmark, version: step.version, replaced: step.replaced};
    return history.record(result, step.delta, "user1", step.show);
  });
})"""


def load(page: Page, *names: str) -> None:
    """Load scripts into an empty page."""
    page.goto("about:blank")
    for name in names:
        page.add_script_tag(path=PROJECT_DIR / "web" / "js" / f"{name}.js")


def test_the_console_judges_as_the_panel_does(page: Page) -> None:
    """Mark and words are the same in JavaScript and in Python: the shared cases, and 120 plays."""
    load(page, "versions", "history")
    plays: list[list[dict[str, Any]]] = [case["steps"] for case in CASES]
    for others in (0.0, 0.4):
        for overlap in (False, True):
            plays += [Model(seed, overlap, others).play(60) for seed in range(30)]
    theirs = page.evaluate(_JUDGE, plays)
    for steps, judged in zip(plays, theirs, strict=True):
        ours = [(entry.region, entry.mark, entry.text) for entry in judge(steps)]
        assert [(entry["region"], entry["mark"], entry["text"]) for entry in judged] == ours


def after(page: Page, *events: dict[str, Any]) -> dict[str, Any]:
    """Let the player's machine take events from its start; return the state and its view."""
    return page.evaluate(
        """(events) => {
          const clock = (s) => `${Math.floor(s)} s`;
          const state = events.reduce(Workshop.player.next, Workshop.player.START);
          return {...state, ...Workshop.player.view(state, clock)};
        }""",
        list(events),
    )


A, B, C = "us-west-2", "us-east-2", "eu-west-1"
FILM = {"id": "show1", "title": "Night Ferry", "lengthS": 100, "bookmark": 10, "at": 5}
BEGIN = {"type": "begin", "apis": [A, B, C]}
SERVED = {"type": "served", "region": A}
SHOWS = {"type": "shows", "shows": [FILM]}
OPEN = {"type": "open", "film": FILM, "positionS": 10, "note": "resumed at 10 s"}


def test_the_player_is_in_one_state_at_a_time(page: Page) -> None:
    """Loading, browsing, playing, paused, ended; what does not fit a state changes nothing."""
    load(page, "player")
    start = (BEGIN, SERVED, SHOWS)
    assert after(page, {"type": "begin", "apis": []})["phase"] == "setup"
    assert after(page, BEGIN)["list"].startswith("Loading")
    assert after(page, *start)["phase"] == "browsing"
    assert after(page, *start, {"type": "pause"})["phase"] == "browsing"
    playing = after(page, *start, OPEN, {"type": "tick", "elapsedS": 2})
    assert (playing["phase"], playing["positionS"], playing["button"]) == ("playing", 12, "Pause")
    frozen = after(page, *start, OPEN, {"type": "tick", "elapsedS": 3600})
    assert (frozen["phase"], frozen["positionS"]) == ("playing", 10)
    paused = after(page, *start, OPEN, {"type": "pause"}, {"type": "tick", "elapsedS": 2})
    assert (paused["phase"], paused["positionS"]) == ("paused", 10)
    ended = after(page, *start, OPEN, {"type": "seek", "positionS": 500})
    assert (ended["phase"], ended["positionS"], ended["button"]) == ("ended", 100, "Watch again")
    again = after(page, *start, OPEN, {"type": "seek", "positionS": 500}, {"type": "play"})
    assert (again["phase"], again["positionS"]) == ("playing", 0)
    dragged = after(page, *start, OPEN, {"type": "drag", "positionS": 50},
                    {"type": "tick", "elapsedS": 1})  # fmt: skip
    assert (dragged["atS"], dragged["positionS"]) == (50, 10)
    assert after(page, *start, OPEN, {"type": "leave"})["film"] is None


def test_words_stand_for_as_long_as_they_are_true(page: Page) -> None:
    """The badge names a server only if one serves; the notice goes when its reason goes."""
    load(page, "player")
    over = {"type": "failover", "from": A, "to": B, "why": "no answer"}
    dark = {"type": "dark", "why": "no answer"}
    away = after(page, BEGIN, SERVED, SHOWS, OPEN, over, {"type": "served", "region": B})
    assert away["badge"] == f"Served by {B}"
    assert f"You go on in {B}" in away["notice"]
    none = after(page, BEGIN, SERVED, SHOWS, OPEN, over, dark)
    assert none["badge"] == "No Region serves"
    assert "kept here" in none["notice"]
    third = after(page, BEGIN, SERVED, dark, {"type": "served", "region": C})
    assert third["notice"] == f"You go on in {C}."
    asked = (BEGIN, SERVED, SHOWS, over, {"type": "looked", "why": ""})
    assert after(page, *asked)["notice"] == f"{A} answers again. You go on in {B}."
    assert after(page, *asked)["failback"] == f"go back to {A}"
    assert after(page, *asked, {"type": "looked", "why": "no answer"})["failback"] == ""
    returned = after(page, *asked, {"type": "failback", "to": A})
    assert (returned["notice"], returned["failback"]) == (f"You are back in {A}.", "")
    assert after(page, *asked, {"type": "failback", "to": A}, dark, SERVED)["notice"] == ""
    back = after(page, BEGIN, SERVED, over, {"type": "served", "region": B}, SERVED)
    assert (back["badge"], back["notice"]) == (f"Served by {A}", "")
    kept = after(page, BEGIN, SERVED, OPEN, {"type": "kept", "bookmark": 12, "region": ""})
    assert "kept here" in kept["saved"]
    saved = after(page, BEGIN, SERVED, OPEN, {"type": "kept", "bookmark": 12, "region": A})
    assert saved["saved"] == f"saved 12 s in {A}"
    waits = page.evaluate("[1, 2, 3, 9].map(Workshop.player.retryMs)")
    assert waits == [1000, 2000, 4000, 15000]


def failures(seed: int, rounds: int) -> list[tuple[dict[str, Any], dict[str, bool]]]:
    """Play requests and looks while Regions come and go: each event, and what was seen by then."""
    choose = random.Random(seed)
    regions, up, seen, serving = [A, B, C], {A, B, C}, dict.fromkeys([A, B, C], True), 0
    told: list[tuple[dict[str, Any], dict[str, bool]]] = []

    def tell(**event: Any) -> None:
        told.append((event, dict(seen)))

    for _ in range(rounds):
        up ^= {choose.choice(regions)}
        if choose.random() < 0.3:
            seen[A] = A in up
            tell(type="looked", why="" if A in up else "no answer")
            continue
        for tried in range(3):
            region = regions[serving]
            seen[region] = region in up
            if region in up:
                tell(type="served", region=region)
                break
            serving = (serving + 1) % 3
            if tried < 2:
                tell(type="failover", **{"from": region}, to=regions[serving], why="no answer")
        else:
            tell(type="dark", why="no answer")
    return told


def test_no_word_about_a_region_outlives_what_was_seen_of_it(page: Page) -> None:
    """Whatever fails and returns: who is said not to serve was silent when it was asked last."""
    load(page, "player")
    for seed in range(20):
        told = failures(seed, 40)
        notices = page.evaluate(
            """([begin, events]) => {
              let state = Workshop.player.next(Workshop.player.START, begin);
              return events.map((event) => {
                state = Workshop.player.next(state, event);
                return Workshop.player.view(state, String).notice;
              });
            }""",
            [BEGIN, [event for event, _ in told]],
        )
        dark = False
        for notice, (event, seen) in zip(notices, told, strict=True):
            claimed = re.match(r"(\S+) (does not serve|answers again)", notice)
            if claimed:
                assert seen[claimed[1]] == (claimed[2] == "answers again"), (seed, notice)
            dark = event["type"] == "dark" or (dark and event["type"] != "served")
            assert notice.startswith("No Region answers") == dark, (seed, notice)


def test_continue_watching_has_what_was_begun_the_newest_first(page: Page) -> None:
    """A finished film is not in it, nor one that was not begun."""
    load(page, "player")
    shows = [
        {"id": "old", "bookmark": 5, "lengthS": 100, "at": 1},
        {"id": "new", "bookmark": 5, "lengthS": 100, "at": 9},
        {"id": "finished", "bookmark": 100, "lengthS": 100, "at": 10},
        {"id": "never", "bookmark": 0, "lengthS": 100, "at": 0},
    ]
    begun = page.evaluate("(shows) => Workshop.player.begun(shows).map((show) => show.id)", shows)
    assert begun == ["new", "old"]


_POSITIONS = """() => {
  const made = new Map();
  const storage = {getItem: (k) => made.get(k) ?? null, setItem: (k, v) => made.set(k, v),
    removeItem: (k) => made.delete(k), key: (n) => [...made.keys()][n], get length() { return made.size; }};
  const film = {id: "show1", title: "Night Ferry", lengthS: 100};
  const here = new Workshop.Positions(storage), other = new Workshop.Positions(storage);
  const seen = [];
  here.moved("u", film, 10, 1000);
  seen.push(here.moved("u", film, 10, 2000), new Workshop.Positions(storage).unsaved().length);
  here.taken("u", "show1", 1000, "us-west-2");
  seen.push(here.unsaved().length, made.size);
  seen.push(here.shown("u", {...film, bookmark: 3, at: 900}, "us-east-2"),
    here.get("u", "show1").bookmark);
  seen.push(here.shown("u", {...film, bookmark: 3, at: 900}, "us-west-2"), here.unsaved().length);
  other.moved("u", film, 50, 3000);
  seen.push(here.get("u", "show1").bookmark);
  here.overtaken("u", "show1", 3000);
  seen.push(here.get("u", "show1"));
  const bare = new Workshop.Positions(null);
  bare.moved("u", film, 7, 1);
  seen.push(bare.get("u", "show1").bookmark);
  return seen;
}"""


def test_a_position_is_kept_until_a_region_has_it_and_the_later_one_counts(page: Page) -> None:
    """Numbered when the viewer moves; behind and lost are told apart; another tab's later counts."""
    load(page, "positions")
    assert page.evaluate(_POSITIONS) == [
        False, 1, 0, 0, "behind", 10, "lost", 1, 50, None, 7,
    ]  # fmt: skip


_FLIGHTS = """() => {
  const flights = new Workshop.Flights();
  for (let n = 0; n < 1000; n += 1) {
    flights.take({kind: "ship", table: "t", key: n, stamp: n, source: "us-west-2",
      region: n % 2 ? "us-east-2" : "eu-west-1", t_ms: n, due_ms: n % 2 ? 500 : 10000});
  }
  const {moving, held} = flights.at(5000);
  return {blobs: moving.length, images: moving.reduce((sum, blob) => sum + blob.count, 0), held};
}"""


def test_a_thousand_images_are_few_blobs_and_none_is_left_out(page: Page) -> None:
    """Those that are late wait as one, with their count; those that move are at most 25 a link."""
    load(page, "flights")
    seen = page.evaluate(_FLIGHTS)
    assert seen["held"] == {"us-west-2 us-east-2": 500}
    assert seen["images"] == 500
    assert seen["blobs"] <= 26


_READ = """(texts) => texts.map((text) => {
  try { const {url, region, local} = Workshop.address.read(text); return [url, region, local]; }
  catch (wrong) { return wrong.message; }
})"""
_AWS, _LOCAL = (
    "https://ab12.execute-api.us-west-2.amazonaws.com/api/",
    "http://ab12.execute-api.eu-west-1.localhost:4566/api/",
)


def test_an_address_is_taken_as_it_is_pasted(page: Page) -> None:
    """With spaces, words, capitals, a route, or without https; the stage is kept as it is."""
    load(page, "address")
    aws = [
        _AWS, f"  {_AWS}\n", _AWS.upper(), "HTTPS://AB12.Execute-API.us-west-2.amazonaws.com/api",
        _AWS.removeprefix("https://"), f"  - Rest API URL: {_AWS}", f"<{_AWS}>", f'"{_AWS}"',
        _AWS.replace("amazon", "amazon\n"), f"{_AWS}get/user100/AshlandValley?consistent=true",
        _AWS.replace("https", "http"),
    ]  # fmt: skip
    local = [_LOCAL, _LOCAL.removeprefix("http://"), f"url: {_LOCAL}scan"]
    seen = page.evaluate(_READ, [*aws, *local])
    assert seen == [[_AWS, A, False]] * len(aws) + [[_LOCAL, C, True]] * len(local)


def test_an_address_that_is_none_says_why(page: Page) -> None:
    """What is wrong with it stands first, the form that is right after it."""
    load(page, "address")
    reasons = {
        "hello world": "This is no address",
        "": "This is no address",
        "ftp://ab12.execute-api.us-west-2.amazonaws.com/api/": "not by ftp",
        "https://example.com/api/": "example.com names no Region",
        "https://ab12.execute-api.amazonaws.com/api/": "is not complete",
        _AWS.removesuffix("api/"): "lacks its stage",
        "javascript:alert(1)": "not by javascript",
    }
    for text, seen in zip(reasons, page.evaluate(_READ, list(reasons)), strict=True):
        assert reasons[text] in seen
        assert "{id}.execute-api.{Region}" in seen
