"""The web pages, brought into each of their states as a person brings them there."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Browser, Page, expect

from helpers import deploy, tables, website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tools.pictures.album import Album

_PATIENCE_MS = 40_000


@dataclass(frozen=True)
class Stage:
    """Where the pages play: a cloud with the API in each of some Regions."""

    target: LocalTarget
    cloud: RunningCloud
    regions: tuple[str, ...]
    folder: str
    apis: tuple[str, ...]

    def address(self, name: str, more: str = "") -> str:
        """Return a page's address with every API, and with what lets it steer the cloud."""
        query = "&".join([f"api={quote(api, safe='')}" for api in self.apis] + [more] * bool(more))
        return f"{self.folder}{name}.html?{query}#token={self.target.page_token()}"

    def calm(self) -> None:
        """Put the cloud back to its usual state, and wait until all images have arrived."""
        for region in self.regions:
            self.cloud.post(f"regions/{region}", {"state": "online"})
            for other in set(self.regions) - {region}:
                self.cloud.post(f"links/{region}/{other}", {"state": "running"})
        self.cloud.post("lag", {"lag": "fixed:300"})
        deadline = time.monotonic() + _PATIENCE_MS / 1000
        while any(link["in_flight"] for link in self.cloud.get("status")["links"]):
            if time.monotonic() > deadline:
                raise TimeoutError("Images are still under way.")
            time.sleep(0.2)

    def hold(self) -> None:
        """Let nothing of the first Region arrive in the second."""
        self.cloud.post(f"links/{self.regions[0]}/{self.regions[1]}", {"state": "paused"})

    def dark(self, *regions: str) -> None:
        """Take Regions offline."""
        for region in regions:
            self.cloud.post(f"regions/{region}", {"state": "offline"})


Pose = Callable[[Stage, Page], None]
POSES: dict[str, tuple[str, Pose, bool]] = {}


def pose(state: str, address: str, *, whole: bool = True) -> Callable[[Pose], Pose]:
    """Register how a page, opened at `name` or `name?query`, comes into a state."""

    def register(made: Pose) -> Pose:
        POSES[state] = (address, made, whole)
        return made

    return register


@contextmanager
def stage(target: LocalTarget, cloud: RunningCloud, regions: tuple[str, ...]) -> Iterator[Stage]:
    """Publish the pages; the cloud is calm again at the end."""
    folder = website.publish(target, regions[0]).removesuffix("index.html")
    apis = tuple(deploy.url(target, region) or "" for region in regions)
    stage = Stage(target, cloud, regions, folder, apis)
    try:
        yield stage
    finally:
        stage.calm()


def take_all(stage: Stage, browser: Browser, album: Album, wanted: str = "") -> None:
    """Bring each page into each state whose name has `wanted`, and take its pictures."""
    for state, (address, bring, whole) in POSES.items():
        if wanted not in state:
            continue
        print(state, flush=True)
        stage.calm()
        context = browser.new_context()
        page = context.new_page()
        page.set_viewport_size({"width": 1366, "height": 768})
        name, _, query = address.partition("?")
        page.goto(stage.address(name, query))
        bring(stage, page)
        album.take(page, state, whole=whole)
        context.close()


# -- the start page ----------------------------------------------------


@pose("start page", "index")
def _start(_stage: Stage, _page: Page) -> None:
    pass


# -- Watch ----------------------------------------------------


def _ready(page: Page) -> None:
    expect(page.locator("#catalogue button").first).to_be_visible(timeout=_PATIENCE_MS)


def _film(page: Page, at: int = 0) -> None:
    _ready(page)
    page.locator("#catalogue button").nth(at).click()
    expect(page.locator("#saved")).to_contain_text("saved", timeout=_PATIENCE_MS)


def _without_apis(stage: Stage, page: Page, name: str) -> None:
    page.evaluate("localStorage.clear()")
    page.goto(f"{stage.folder}{name}.html")


@pose("watch without an API", "watch")
def _watch_setup(stage: Stage, page: Page) -> None:
    _without_apis(stage, page, "watch")


@pose("watch loading", "watch")
def _watch_loading(_stage: Stage, page: Page) -> None:
    page.route("**/scan*", lambda _route: None)
    page.reload()


@pose("watch browsing", "watch")
def _watch_browsing(_stage: Stage, page: Page) -> None:
    for film, presses in ((0, 9), (1, 3), (2, 14)):
        _film(page, film)
        for _ in range(presses):
            page.get_by_role("button", name="15 s on").click()
        page.get_by_role("button", name="Leave").click()
        expect(page.locator("#player")).to_be_hidden()


@pose("watch playing", "watch")
def _watch_playing(_stage: Stage, page: Page) -> None:
    _film(page)


@pose("watch paused", "watch")
def _watch_paused(_stage: Stage, page: Page) -> None:
    _film(page)
    page.get_by_role("button", name="15 s on").click()
    page.get_by_role("button", name="Pause").click()


@pose("watch ended", "watch")
def _watch_ended(_stage: Stage, page: Page) -> None:
    _film(page)
    page.locator("#seek").focus()
    page.keyboard.press("End")
    expect(page.locator("#play")).to_have_text("Watch again")


@pose("watch after a failover", "watch")
def _watch_failover(stage: Stage, page: Page) -> None:
    _film(page)
    stage.dark(stage.regions[0])
    expect(page.get_by_role("alert")).to_contain_text("You go on in", timeout=_PATIENCE_MS)


@pose("watch while no Region answers", "watch")
def _watch_dark(stage: Stage, page: Page) -> None:
    _film(page)
    stage.dark(*stage.regions)
    page.get_by_role("button", name="15 s on").click()
    expect(page.get_by_role("alert")).to_contain_text("No Region answers", timeout=_PATIENCE_MS)


@pose("watch started in the dark", "watch")
def _watch_dark_start(stage: Stage, page: Page) -> None:
    stage.dark(*stage.regions)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("No Region answers", timeout=_PATIENCE_MS)


# -- the console ----------------------------------------------------


def _press(page: Page, region: str, *buttons: str) -> None:
    row = page.get_by_role("region", name=region, exact=True)
    for button in buttons:
        row.get_by_role("button", name=button, exact=True).click()
        page.wait_for_timeout(250)


def _write_and_read(stage: Stage, page: Page) -> None:
    home, away = stage.regions[:2]
    page.get_by_label("User").fill(f"viewer-{uuid.uuid4().hex[:4]}")
    page.get_by_label("Step").select_option("15")
    _press(page, home, "ping", ">>", ">>")
    page.wait_for_timeout(1_000)
    _press(page, away, "get-item")


def _stale(stage: Stage, page: Page) -> None:
    _write_and_read(stage, page)
    stage.hold()
    home, away = stage.regions[:2]
    _press(page, home, ">>", "get-item")
    _press(page, away, "get-item")


def _conflict(stage: Stage, page: Page) -> None:
    _write_and_read(stage, page)
    stage.cloud.post("lag", {"lag": "fixed:2500"})
    home, away = stage.regions[:2]
    _press(page, home, ">>")
    _press(page, away, "<<")
    page.wait_for_timeout(3_000)
    _press(page, home, "get-item")


def _dark(stage: Stage, page: Page) -> None:
    _write_and_read(stage, page)
    home, away = stage.regions[:2]
    _press(page, home, "take offline")
    _press(page, home, ">>", "get-item")
    _press(page, away, ">>")


@pose("console without an API", "console")
def _console_empty(stage: Stage, page: Page) -> None:
    _without_apis(stage, page, "console")
    page.get_by_label("Address of a deployed API").fill("example.com/api")
    page.get_by_role("button", name="Save").click()


@pose("console normal", "console")
def _console_normal(stage: Stage, page: Page) -> None:
    _write_and_read(stage, page)


@pose("console with a stale read", "console")
def _console_stale(stage: Stage, page: Page) -> None:
    _stale(stage, page)


@pose("console with a conflict", "console")
def _console_conflict(stage: Stage, page: Page) -> None:
    _conflict(stage, page)


@pose("console with a dark Region", "console")
def _console_dark(stage: Stage, page: Page) -> None:
    _dark(stage, page)


def _all(stage: Stage, page: Page) -> None:
    _stale(stage, page)
    page.get_by_label("read all").check()
    page.wait_for_timeout(2_000)
    stage.dark(stage.regions[2])
    page.wait_for_timeout(3_000)


@pose("console reading all", "console")
def _console_all(stage: Stage, page: Page) -> None:
    _all(stage, page)


@pose("projector, normal", "console?projector", whole=False)
def _projector_normal(stage: Stage, page: Page) -> None:
    _write_and_read(stage, page)


@pose("projector, a stale read and a dark Region", "console?projector", whole=False)
def _projector_stale(stage: Stage, page: Page) -> None:
    _all(stage, page)


@pose("projector, a lost update", "console?projector", whole=False)
def _projector_lost(stage: Stage, page: Page) -> None:
    _conflict(stage, page)


# -- the map ----------------------------------------------------


def _write_items(stage: Stage, count: int, regions: int = 2) -> None:
    for region in stage.regions[:regions]:
        client = stage.target.client("dynamodb", region)
        for number in range(count):
            key = {"PK": {"S": "map"}, "SK": {"S": f"{region} {number}"}}
            client.put_item(TableName=tables.TABLE, Item=key)


def _on_the_map(page: Page) -> None:
    expect(page.locator("#said")).to_contain_text("Lag", timeout=_PATIENCE_MS)
    page.wait_for_timeout(1_000)


@pose("map at rest", "map", whole=False)
def _map_rest(_stage: Stage, page: Page) -> None:
    _on_the_map(page)


@pose("map with images under way", "map", whole=False)
def _map_moving(stage: Stage, page: Page) -> None:
    stage.cloud.post("lag", {"lag": "uniform:3000,20000"})
    _write_items(stage, 12)
    _on_the_map(page)


@pose("map with a dark Region and images that wait", "map", whole=False)
def _map_waiting(stage: Stage, page: Page) -> None:
    home, away, third = stage.regions
    stage.cloud.post(f"links/{home}/{third}", {"state": "paused"})
    stage.dark(away)
    _write_items(stage, 14, regions=1)
    page.wait_for_timeout(2_000)
    _on_the_map(page)


@pose("map without a cloud", "map", whole=False)
def _map_none(_stage: Stage, page: Page) -> None:
    page.route("**/_cloud/**", lambda route: route.abort())
    page.reload()


# -- the page for the wall ---------------------------------------------------------------


@pose("wall with a stale Region", "demo", whole=False)
def _wall(stage: Stage, page: Page) -> None:
    stage.cloud.post("lag", {"lag": "fixed:30000"})
    expect(page.get_by_role("region", name=stage.regions[0])).to_be_visible(timeout=_PATIENCE_MS)
    page.keyboard.press("1")
    page.wait_for_timeout(1_500)
