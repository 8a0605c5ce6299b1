"""How long calls take: of the table directly, and of the deployed API."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd

from helpers.api import Api, CallResult, calls_table
from helpers.experiments.agenda import Agenda
from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.targets import Target

_SPACING_MS = 10.0


def run_table_latency(target: Target, regions: Iterable[str], *, calls: int = 100) -> pd.DataFrame:
    """Put, read eventually and read strongly one item per Region, open-loop, 100 per second.

    Returns:
        One row per call: `region`, `operation`, `intended_ms`, `started_ms` (since the run began),
        `rtt_ms`, `dynamodb_ms` (not known here, so NaN), `outcome`, `cold`.
    """
    return pd.concat([_pace(target, r, calls) for r in regions], ignore_index=True)


def _pace(target: Target, region: str, calls: int) -> pd.DataFrame:
    """Take turns with the three operations in one Region, each started when its time has come."""
    user, rows = f"pace-{secrets.token_hex(4)}", []
    agenda = Agenda()
    with Prober(target, region) as prober:
        steps: dict[str, Callable[[], Probe]] = {
            "put": partial(prober.write, user, "show", 1),
            "eventual read": partial(prober.read, user, "show"),
            "strong read": partial(prober.read, user, "show", consistent=True),
        }
        for step in steps.values():  # The first call opens the connection; it is not a sample.
            step()
        start_ms = now_ms()

        def call(operation: str, intended_ms: float) -> None:
            probe = steps[operation]()
            rows.append(
                {
                    "region": region,
                    "operation": operation,
                    "intended_ms": intended_ms - start_ms,
                    "started_ms": probe.started_ms - start_ms,
                    "rtt_ms": probe.rtt_ms,
                    "dynamodb_ms": float("nan"),
                    "outcome": probe.outcome,
                    "cold": False,
                }
            )

        for number in range(calls * len(steps)):
            operation = list(steps)[number % len(steps)]
            agenda.at(start_ms + number * _SPACING_MS, partial(call, operation))
        agenda.run()
        prober.delete(user, "show")
    return pd.DataFrame(rows)


def run_api_latency(
    apis: Iterable[Api], *, calls: int = 40, before: Iterable[CallResult] = ()
) -> pd.DataFrame:
    """Ping, read and advance a bookmark through each API, one call after the other.

    Args:
        calls: of each kind.
        before: calls made earlier that belong to the measurement, such as a cold one.

    Returns:
        One row per call, with the columns of `calls_table`.
    """
    results: list[CallResult] = list(before)
    for api in apis:
        for _ in range(calls):
            results.append(api.ping())
            results.append(api.get("user100", "AshlandValley"))
            results.append(api.forward("user100", "AshlandValley"))
    return calls_table(results)


def run_first_calls(target: Target, regions: Iterable[str], *, calls: int = 50) -> pd.DataFrame:
    """Ask DynamoDB for its tables with boto3, one call after the other, in each Region.

    Returns:
        One row per call, with the columns of `run_table_latency`; the first in each
        Region is cold, as it opens the connection.
    """
    rows = []
    for region in regions:
        client = target.probe("dynamodb", region)
        for number in range(calls):
            started_ms = now_ms()
            client.list_tables()
            rows.append(
                {
                    "region": region,
                    "operation": "list tables",
                    "started_ms": started_ms,
                    "rtt_ms": now_ms() - started_ms,
                    "dynamodb_ms": float("nan"),
                    "outcome": "ok",
                    "cold": number == 0,
                }
            )
    return pd.DataFrame(rows)
