"""Everything an experiment needs, made; and everything the workshop made, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from helpers import deploy, folders, strong, tables, website
from helpers.regions import DEFAULT as REGIONS
from helpers.regions import STRONG
from helpers.targets import Target

Progress = Callable[[str], None]


def prepare(
    target: Target,
    regions: Sequence[str],
    *,
    api: bool = True,
    progress: Progress = print,
) -> None:
    """Make the table with sample data in the first Region, replicas in the others, APIs in all.

    What is there already is kept, so it can be run again.

    Args:
        regions: the first gets the table, the others replicas of it.
        api: also deploy the backend in each Region that has none.

    Raises:
        RuntimeError: a Region is offline, or the backend's folder cannot be used.
    """
    if dark := target.offline().intersection(regions):
        undo = " and ".join(f"`workshop outage {region} off`" for region in sorted(dark))
        raise RuntimeError(
            f"Nothing can be made in a Region that is offline. {undo} brings it back; "
            "then run this again."
        )
    if api:
        folders.require_backend(target.settings.backend)
    first, *others = regions
    if tables.describe(target, first) is None:
        progress(f"Creating the table in {first}.")
        tables.create(target, first)
        tables.seed(target, first)
    for region in others:
        if region not in tables.replicas(target, first):
            progress(f"Adding a replica in {region}.")
            tables.replicate(target, first, region)
            tables.watch_replica(target, first, region, progress=progress)
    for region in regions if api else ():
        if deploy.url(target, region) is None:
            progress(f"Deploying the API in {region}; this takes about 10 s.")
            deploy.deploy(target, region, progress=progress)


def only(target: Target, region: str, *, progress: Progress = print) -> None:
    """Have the table in one Region only: its replicas elsewhere are removed, if there are any."""
    others = [r for r in REGIONS if r != region]
    if tables.replicas(target, region):
        progress(f"Removing the replicas of {region}.")
        tables.remove_replicas(target, region, others, progress=progress)


def teardown(
    target: Target, regions: Iterable[str] = REGIONS, *, progress: Progress = print
) -> pd.DataFrame:
    """Delete the APIs, then the replicas, then the table; where there is nothing, do nothing.

    Returns:
        Every change of a table that was seen, as `tables.watch` words it.
    """
    regions = list(regions)
    for region in regions:
        if deploy.undeploy(target, region, progress=progress):
            progress(f"Deleted the API in {region}.")
        deploy.delete_logs(target, region)
        if website.remove(target, region):
            progress(f"Deleted the pages in {region}.")
    strong.remove(target, progress=progress)
    return tables.delete(target, regions, progress=progress)


def leftovers(target: Target, regions: Iterable[str] = REGIONS) -> list[str]:
    """List what is still there: tables, REST APIs, functions, their logs and their roles."""
    regions = list(regions)
    found = [
        f"table {table} in {region}"
        for region in sorted({*regions, *STRONG})
        for table in (tables.TABLE, strong.TABLE)
        if tables.describe(target, region, table) is not None
    ]
    for region in regions:
        functions = target.client("lambda", region).get_paginator("list_functions").paginate()
        found += [
            f"function {function['FunctionName']} in {region}"
            for page in functions
            for function in page["Functions"]
            if function["FunctionName"].startswith(f"{tables.TABLE}-")
        ]
        found += [f"logs {name} in {region}" for name in deploy.log_groups(target, region)]
        apis = target.client("apigateway", region).get_paginator("get_rest_apis").paginate()
        found += [
            f"REST API {api['id']} in {region}"
            for page in apis
            for api in page["items"]
            if api["name"] == tables.TABLE
        ]
    buckets = target.client("s3", REGIONS[0]).list_buckets()["Buckets"]
    found += [f"bucket {b['Name']}" for b in buckets if b["Name"].startswith("global-serverless-")]
    roles = target.client("iam", REGIONS[0]).get_paginator("list_roles").paginate()
    found += [
        f"role {role['RoleName']}"
        for page in roles
        for role in page["Roles"]
        if role["RoleName"].startswith(f"{tables.TABLE}-")
    ]
    return found
