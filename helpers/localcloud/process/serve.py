"""The process that is the local cloud: `python -m helpers.localcloud.process.serve`."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from types import FrameType

import uvicorn

from helpers.localcloud.door.keys import Keyring
from helpers.localcloud.engine.lag import parse_lag
from helpers.localcloud.engine.lagging_copy import LaggingCopy
from helpers.localcloud.engine.replication import Engine
from helpers.localcloud.kept.health import check_kept
from helpers.localcloud.ministack import emulator, functions
from helpers.localcloud.ministack.environment import configure
from helpers.localcloud.process.key_file import make_keys, read_keys
from helpers.localcloud.process.log_bound import bound_log
from helpers.localcloud.process.open_files import connections
from helpers.localcloud.process.passing import claim, sweep
from helpers.localcloud.process.state_file import StateFile, state_files
from helpers.localcloud.round_trips import read_round_trips


def bind(port: int, *, exactly: bool) -> list[socket.socket]:
    """Take a port of the loopback interface: this one, or if it may be another any free one.

    Where there is IPv6 the same port of ::1 is taken too: on some systems `localhost` means that.

    Raises:
        OSError: the port is taken, and it must be this one.
    """
    for candidate in (port,) if exactly else (port, 0):
        listeners: list[socket.socket] = []
        try:
            listeners.append(_listen(socket.AF_INET, "127.0.0.1", candidate))
            if _has_ipv6():
                listeners.append(_listen(socket.AF_INET6, "::1", listeners[0].getsockname()[1]))
        except OSError:
            for listener in listeners:
                listener.close()
            if candidate == 0 or exactly:
                raise
        else:
            return listeners
    raise AssertionError("The loop returns or raises.")


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        # Two that start at the same moment may both bind; one of them may listen.
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _has_ipv6() -> bool:
    try:
        _listen(socket.AF_INET6, "::1", 0).close()
    except OSError:
        return False
    return True


def build(options: argparse.Namespace, port: int, data_dir: Path, keys: Keyring) -> object:
    """Put the parts together; MiniStack is imported here, after its environment is set.

    Raises:
        StoreError: what was kept is damaged, or of another release.
        StoreBusyError: the state is to be kept where another cloud keeps its own.
    """
    if options.keep:
        check_kept(data_dir)
    configure(port, data_dir, keep=options.keep)
    # These import MiniStack's environment-dependent parts, or classes that need uvicorn running.
    from helpers.localcloud.control import About, Control  # noqa: PLC0415
    from helpers.localcloud.door.front_door import FrontDoor  # noqa: PLC0415
    from helpers.localcloud.driver import Driver  # noqa: PLC0415
    from helpers.localcloud.kept.keeper import Keeper  # noqa: PLC0415
    from helpers.localcloud.kept.store import Store  # noqa: PLC0415
    from helpers.localcloud.tables.global_tables import GlobalTables  # noqa: PLC0415
    from helpers.localcloud.tables.replica_lifecycle import ReplicaLifecycle  # noqa: PLC0415
    from helpers.localcloud.tables.strong_tables import StrongTables  # noqa: PLC0415

    trips = read_round_trips()
    cloud = emulator.Emulator()
    functions.set_up(keys.of_account)
    engine = Engine(parse_lag(options.lag, trips), random.Random(options.seed))  # noqa: S311
    store = Store(data_dir / "kept.sqlite") if options.keep else None
    keeper = Keeper(cloud, engine, store, data_dir)
    # A random source of its own: reads must not change which lags a seed draws.
    copy = LaggingCopy(random.Random(options.seed))  # noqa: S311 - neither is secret
    driver = Driver(engine, cloud, copy, keeper)
    lifecycle = ReplicaLifecycle(cloud, driver, options.timescale, trips, keeper)
    about = About(
        port, os.getpid(), options.seed, options.timescale, str(data_dir), options.keep, trips
    )
    return FrontDoor(
        cloud,
        driver,
        GlobalTables(cloud, lifecycle),
        StrongTables(cloud, driver),
        lifecycle,
        keeper,
        Control(cloud, driver, about, keeper, lifecycle.age),
        keys,
    )


def _end(_number: int, _frame: FrameType | None) -> None:
    """End as at the end of main, so that the state file goes; uvicorn raises the signal again."""
    raise SystemExit(0)


def _make_folders(state_dir: Path, data_dir: Path, *, keep: bool) -> Path:
    """Make the folder of this cloud, and in it one for what passes, such as unpacked functions.

    Clouds that were killed have left theirs; they are swept.

    Returns:
        The folder that goes with this cloud: all of its own, unless it keeps what it holds.
    """
    sweep(state_dir, "cloud-*")
    for state in state_files(state_dir):
        if state.process() is None:
            state.path.unlink(missing_ok=True)
    data_dir.mkdir(parents=True, exist_ok=True)
    sweep(data_dir, "passing-*")
    passing = Path(tempfile.mkdtemp(prefix="passing-", dir=data_dir))
    tempfile.tempdir = str(passing)
    claim(passing)
    if not keep:
        claim(data_dir)
    return passing if keep else data_dir


def main(arguments: list[str] | None = None) -> int:
    """Run the local cloud until it is told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--exactly", action="store_true", help="fail if the port is taken")
    parser.add_argument("--lag", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--timescale", type=float, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--keep", action="store_true", help="keep everything over a restart")
    options = parser.parse_args(arguments)
    try:
        listeners = bind(options.port, exactly=options.exactly)
    except OSError as taken:
        print(f"Port {options.port} of 127.0.0.1 is not available: {taken}.", file=sys.stderr)
        return 1
    port: int = listeners[0].getsockname()[1]
    state_dir: Path = options.state_dir.absolute()
    data_dir = state_dir / ("kept" if options.keep else f"cloud-{port}")
    # What a cloud holds is its learner's alone.
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _end)
    try:
        keys = Keyring(make_keys(state_dir), lambda: read_keys(state_dir))
        passing = _make_folders(state_dir, data_dir, keep=options.keep)
        app = build(options, port, data_dir, keys)
    except (RuntimeError, ValueError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    from helpers.localcloud.door.limits import MOST_CONNECTIONS  # noqa: PLC0415 - as in build
    from helpers.localcloud.door.protocol import DoorProtocol  # noqa: PLC0415

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=DoorProtocol,
        loop="auto",
        lifespan="on",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=120,
        limit_concurrency=connections(MOST_CONNECTIONS),
        timeout_graceful_shutdown=2,
        server_header=False,
        date_header=False,
    )
    bound_log()
    state = StateFile(state_dir, port)
    state.write(os.getpid())
    try:
        uvicorn.Server(config).run(sockets=listeners)
    finally:
        functions.end_all()
        shutil.rmtree(passing, ignore_errors=True)
        state.remove(os.getpid())
    return 0


if __name__ == "__main__":
    sys.exit(main())
