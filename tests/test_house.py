"""Who may know whom: the rooms of the house, read from the imports."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import helpers
from helpers.settings import PROJECT_DIR

HELPERS = PROJECT_DIR / "helpers"
BACKEND = PROJECT_DIR / "backend"


def imports(path: Path) -> set[str]:
    """List the modules a file imports, anywhere in it, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(*rooms: str) -> list[Path]:
    """List the Python files of some rooms: files or folders below helpers/."""
    paths = [HELPERS / room for room in rooms]
    return [p for path in paths for p in (path.rglob("*.py") if path.is_dir() else [path])]


def offenders(paths: list[Path], *forbidden: str) -> list[str]:
    """Format each import of what may not be known."""
    return [
        f"{path.relative_to(PROJECT_DIR)} imports {name}"
        for path in paths
        for name in sorted(imports(path))
        if any(name == f or name.startswith(f"{f}.") for f in forbidden)
    ]


def test_the_engine_is_pure() -> None:
    """Clock, randomness and I/O are handed in; MiniStack is unheard of."""
    forbidden = ("time", "random", "threading", "asyncio", "socket", "ministack", "os", "pathlib")
    assert offenders(files("localcloud/engine"), *forbidden) == []


def test_the_engine_knows_only_itself() -> None:
    """Nothing of the local cloud around it, nor of the helpers."""
    for path in files("localcloud/engine"):
        ours = {name for name in imports(path) if name.startswith("helpers")}
        assert all(name.startswith("helpers.localcloud.engine") for name in ours), path


def test_the_measures_know_only_themselves() -> None:
    """They are statistics: tables in, tables out."""
    for path in files("measures"):
        ours = {name for name in imports(path) if name.startswith("helpers")}
        assert all(name.startswith("helpers.measures") for name in ours), path


def test_the_planner_knows_the_engine_and_the_distances_only() -> None:
    """It steps the engine's rules on a virtual clock; no cloud needs to run."""
    for path in files("planning"):
        ours = {name for name in imports(path) if name.startswith("helpers.localcloud")}
        allowed = ("helpers.localcloud.engine", "helpers.localcloud.round_trips")
        assert all(name.startswith(allowed) for name in ours), path


def test_one_room_touches_ministack() -> None:
    """An upgrade of MiniStack is read in one place."""
    room = HELPERS / "localcloud" / "ministack"
    others = [path for path in files(".") if room not in path.parents]
    assert offenders(others, "ministack") == []


def test_the_local_cloud_knows_nothing_of_the_helpers() -> None:
    """It could be a package of its own."""
    for path in files("localcloud"):
        ours = {name for name in imports(path) if name.startswith("helpers.")}
        assert all(name.startswith("helpers.localcloud") for name in ours), path


def test_only_targets_and_the_command_line_know_that_there_is_a_local_cloud() -> None:
    """Experiments, panels and notebooks are the same on AWS."""
    rooms = {HELPERS / room for room in ("localcloud", "planning", "targets", "commands")}
    # One runs the notebooks beside a cloud of theirs; the other has the locks of its folders.
    known = {HELPERS / name for name in ("notebooks.py", "run_folders.py")}
    others = [path for path in files(".") if path not in known and rooms.isdisjoint(path.parents)]
    assert offenders(others, "helpers.localcloud") == []


@pytest.mark.parametrize(
    ("rooms", "forbidden"),
    [
        (["measures"], ["boto3", "matplotlib", "ipywidgets", "requests"]),
        (["charts"], ["helpers.experiments", "helpers.targets", "helpers.tables", "boto3",
                      "ipywidgets", "matplotlib.pyplot"]),
        (["experiments"], ["helpers.panels", "helpers.course", "matplotlib", "ipywidgets"]),
        (["panels"], ["boto3", "http", "matplotlib.pyplot", "helpers.localcloud"]),
        (["tables.py", "targets", "api.py", "deploy.py"], ["helpers.experiments",
                                                              "helpers.charts", "helpers.panels"]),
    ],
)  # fmt: skip
def test_data_flows_one_way(rooms: list[str], forbidden: list[str]) -> None:
    """Panels know charts and experiments; charts know measures; experiments know targets."""
    assert offenders(files(*rooms), *forbidden) == []


def test_the_backend_knows_chalice_boto3_and_itself() -> None:
    """What is deployed stands on what Lambda has."""
    allowed = {"chalice", "chalicelib", "boto3", "botocore", *sys.stdlib_module_names}
    for path in [BACKEND / "app.py", *(BACKEND / "chalicelib").glob("*.py")]:
        roots = {name.partition(".")[0] for name in imports(path)}
        assert roots <= allowed, f"{path.name} imports {roots - allowed}"


def test_the_pages_load_nothing_from_elsewhere_and_make_no_html_of_data() -> None:
    """No address in a page's own tags, no script or style in it, and no way to turn text to HTML."""
    pages = sorted((PROJECT_DIR / "web").rglob("*.*"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(src|href)=\"(https?:)?//", text), page
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        if page.suffix == ".html":
            assert "Content-Security-Policy" in text
            assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", text), page


def test_no_file_holds_more_than_one_sitting() -> None:
    """A file can be read in one sitting."""
    long = [p.name for p in files(".") if len(p.read_text(encoding="utf-8").splitlines()) > 450]
    assert long == []


def test_no_function_of_the_package_shares_its_name_with_a_module() -> None:
    """`from helpers import prepare` must mean one thing, whatever was imported before."""
    modules = {path.stem for path in HELPERS.glob("*")}
    assert modules.isdisjoint(helpers._FUNCTIONS)
