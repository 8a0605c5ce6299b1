"""A class: learners of one local cloud, the roster, the files for the administrator of an account."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import ParamValidator

from helpers import chalice_project, lab, proxy, tables
from helpers.localcloud.process import daemon, open_files
from helpers.roster import roster
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget, connect
from helpers.targets.class_of_learners import learners
from tests.conftest import HOME


def test_a_learner_works_in_an_account_of_their_own(cloud: daemon.RunningCloud) -> None:
    """WORKSHOP_LEARNER is enough: tables and terminals are theirs, and nobody else sees them."""
    dora, emil = (
        connect(learner=name, state_dir=cloud.state_dir, port=cloud.port)
        for name in ("dora", "emil")
    )
    assert isinstance(dora, LocalTarget)
    assert "as dora" in repr(dora)
    try:
        tables.create(dora, HOME)
        assert tables.describe(emil, HOME) is None
        keys = {target.environment(HOME)["AWS_ACCESS_KEY_ID"] for target in (dora, emil)}
        assert len(keys) == 2
        assert cloud.keys.own not in keys
        assert dora.offline() == set()
        seen = roster(learners(dora.cloud, dora.settings, ["dora"])).set_index("learner")
        assert seen.loc["dora", "1 table"] == "passed"
        assert (seen.loc["dora"].drop("1 table") == "-").all()
    finally:
        dora.client("dynamodb", HOME).delete_table(TableName=tables.name(dora))


def test_the_roster_shows_who_has_passed_all(global_app: LocalTarget) -> None:
    """Table, replica and both APIs are seen from outside; nobody has to report."""
    found = roster({"all": global_app, "none": _nobody(global_app)}).set_index("learner")
    assert (found.loc["all"] == "passed").all(), found
    assert (found.loc["none"] == "-").all(), found


def _nobody(target: LocalTarget) -> LocalTarget:
    cloud = daemon.as_learner(target.cloud, "nobody-yet")
    return LocalTarget(cloud, replace(target.settings, learner="nobody-yet"))


def test_who_was_not_added_is_named(cloud: daemon.RunningCloud, settings: Settings) -> None:
    """A slip in a name is no empty row."""
    with pytest.raises(ValueError, match="zoe"):
        learners(cloud, settings, ["zoe"])


def test_a_learners_exports_are_apart() -> None:
    """Two learners who save the same chart at the same second do not meet, unless they chose to."""
    ada = Settings.read({"WORKSHOP_LEARNER": "ada"})
    assert ada.exports.name == "ada"
    assert Settings.read({"WORKSHOP_LEARNER": "ada", "WORKSHOP_EXPORTS": "x"}).exports == Path("x")
    with pytest.raises(ValueError, match="learner"):
        Settings.read({"WORKSHOP_LEARNER": "../ada"})


def test_nobody_meets_half_of_a_package(tmp_path: Path) -> None:
    """A class may deploy from one backend: a file that is being written is not copied, nor kept."""
    backend, copy = tmp_path / "backend", tmp_path / "copy"
    for folder in (backend, copy):
        (folder / ".chalice" / "deployments").mkdir(parents=True)
        for name in ("config.json", "policy.json"):
            source = PROJECT_DIR / "backend" / ".chalice" / name
            (folder / ".chalice" / name).write_bytes(source.read_bytes())
    (copy / ".chalice" / "deployments" / "whole.zip").write_bytes(b"package")
    (backend / ".chalice" / "deployments" / "x.part").write_bytes(b"half")
    chalice_project.keep(backend, copy, HOME)
    kept = backend / ".chalice" / "deployments"
    assert (kept / "whole.zip").read_bytes() == b"package"
    record = chalice_project.record(None, None, None)
    with chalice_project.project(backend, "global-serverless", record, HOME) as lent:
        names = {path.name for path in (lent / ".chalice" / "deployments").iterdir()}
    assert names == {"whole.zip"}


def test_the_budget_is_what_aws_takes() -> None:
    """The file for the administrator fits AWS's own model of CreateBudget."""
    told = json.loads((PROJECT_DIR / "docs" / "aws-budget.json").read_text(encoding="utf-8"))
    model = botocore.session.get_session().get_service_model("budgets")
    shape = model.operation_model("CreateBudget").input_shape
    report = ParamValidator().validate({"AccountId": "1" * 12, **told}, shape)
    assert not report.has_errors(), report.generate_report()
    assert "AccountId" not in told


@pytest.mark.parametrize(
    ("url", "path"),
    [("http://localhost:8888/", "/workshop/"), ("http://0.0.0.0:8888/user/ada/", "/user/ada/workshop/")],
)  # fmt: skip
def test_a_terminal_of_jupyter_knows_the_way_through_it(
    monkeypatch: pytest.MonkeyPatch, url: str, path: str
) -> None:
    """Where only Jupyter is reached, `workshop demo` in its terminal prints a path that works."""
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.setenv("JUPYTER_SERVER_URL", url)
    monkeypatch.setenv("WORKSHOP_PORT", "47650")
    assert proxy.prefix(47650) == path
    assert proxy.prefix(47651) is None


def test_a_class_has_room_for_its_connections(tmp_path: Path) -> None:
    """Where the system allows few files at first, the cloud asks for more and takes a class's."""
    state = tmp_path / "state"
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, "
        "(1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]));"
        "from pathlib import Path; from helpers.localcloud.process import daemon;"
        f"print(daemon.start(Path({str(state)!r})).port)"
    )
    run = [sys.executable, "-c", script]
    port = int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    cloud = daemon.find(state, port)
    assert cloud
    held: list[socket.socket] = []
    many = min(1500, open_files.connections(1700))
    try:
        held += [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(many)]
        assert cloud.get("status")["regions"] is not None
    finally:
        for connection in held:
            connection.close()
        daemon.stop(cloud)


def test_a_learners_notebooks_are_their_own_and_are_kept(tmp_path: Path) -> None:
    """JupyterLab shows a copy, made once: what a learner has written is there the next day."""
    ada = Settings(learner="ada", exports=tmp_path / "ada")
    root = lab.desk(ada)
    first = min((root / "notebooks").glob("0*.ipynb"))
    first.write_text("mine", encoding="utf-8")
    assert lab.desk(ada) == root
    assert first.read_text(encoding="utf-8") == "mine"
    shown = lab.Lab(1, "t", "/", f"notebooks/{first.name}", root)
    assert f"--ServerApp.root_dir={root}" in lab.command(shown, tmp_path, {})
    assert lab.desk(Settings()) == PROJECT_DIR


def test_two_who_open_jupyterlab_at_the_same_moment_both_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds the port taken meanwhile goes on to the next one."""
    tried: list[int] = []

    def serve(shown: lab.Lab, _layouts: Path, log: Path, _shell: object) -> int:
        tried.append(shown.port)
        if len(tried) > 1:
            return 0
        log.write_text(f"[I] The port {shown.port} is already in use.", encoding="utf-8")
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        lab._wait(shown, ended, log)
        return 1

    monkeypatch.setattr(lab, "_serve", serve)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "run"))
    assert lab.run(Settings(state_dir=tmp_path), {}) == 0
    assert tried[1] > tried[0]
