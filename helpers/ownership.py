"""What is ours: proved from a tag, link by link; a like name proves nothing.

Chalice tags functions only, replicas inherit no tags, and a kill can come between making and
tagging. So what is ours follows from a chain that begins at a tag: a tagged table's replicas, a
function by Chalice's tags of app and stage, the API whose integrations call only such functions,
the role that only such functions use, the log group of exactly such a function's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from helpers.targets import Target

APP = "global-serverless"
# On everything that we make; the value is the app's name, prefix included.
TAG = "global-tables-workshop"
# On a function that takes no calls: when that ends, as ISO 8601.
ENDS = f"{TAG}-outage-ends"
STRONG_SUFFIX = "-strong"
# Its alarms: what follows the app's name and a dash.
ALARMS = ("replication-latency", "canary-age")
_CHALICE_TAG = "aws-chalice"
_LOGS = "/aws/lambda/"
_CALLED = re.compile(r":function:([^/:]+)[/:]")
_BY_HAND = "made on your own local cloud"


def app_name(target: Target) -> str:
    """Name the app and its table: the learner's prefix, then global-serverless."""
    return f"{target.settings.prefix}{APP}"


def tags(target: Target) -> list[dict[str, str]]:
    """Return our tag as most services want it."""
    return [{"Key": TAG, "Value": app_name(target)}]


def anywhere(target: Target) -> str:
    """Return a Region in which to ask what belongs to none, such as roles; not one that is dark."""
    dark = target.offline()
    return next((r for r in (*target.regions, "us-east-1") if r not in dark), target.regions[0])


@dataclass(frozen=True)
class Thing:
    """Something in the account that is ours, or whose name is like ours.

    Attributes:
        kind: table, function, API, role, log group, bucket or alarm.
        name: what its service calls it; of an API, its id.
        region: empty for a role, which has none.
        proof: why it is ours; empty where nothing proves it.
        arn: its ARN, empty for a bucket.
        tagged: whether it bears our tag.
        role: of a function, the role it runs under; of others, empty.
        stage: of a function, Chalice's stage.
        outage_ends: of a function that takes no calls, when that ends; else empty.
        calls: of an API, the functions that it calls.
        replicas: of a table, the Regions it lists.
        unread: why its tags could not be read; empty where they were.
    """

    kind: str
    name: str
    region: str
    proof: str = ""
    arn: str = field(default="", repr=False)
    tagged: bool = False
    role: str = ""
    stage: str = ""
    outage_ends: str = ""
    calls: frozenset[str] = frozenset()
    replicas: frozenset[str] = frozenset()
    unread: str = ""

    def __str__(self) -> str:
        where = f" in {self.region}" if self.region else ""
        unread = f", whose tags could not be read: {self.unread}" if self.unread else ""
        return f"{self.kind} {self.name}{where}{unread}"


def functions(target: Target, region: str) -> list[Thing]:
    """Find the functions of a Region; those that no proof makes ours are named as they are."""
    app, client = app_name(target), target.client("lambda", region)
    found = []
    for page in client.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            name, arn = function["FunctionName"], function["FunctionArn"]
            role = function["Role"].rpartition("/")[2]
            thing = Thing("function", name, region, arn=arn, role=role)
            if name.startswith(app):
                thing = _proved_function(app, thing, client.list_tags(Resource=arn)["Tags"])
            found.append(thing)
    return found


def _proved_function(app: str, thing: Thing, found: dict[str, str]) -> Thing:
    chalice = dict(part.partition("=")[::2] for part in found.get(_CHALICE_TAG, "").split(":"))
    stage = chalice.get("stage", "")
    tagged = found.get(TAG) == app
    proof = "its tag" if tagged else ""
    if chalice.get("app") == app and thing.name == f"{app}-{stage}":
        proof = f"Chalice's tags: {app}, {stage}"
    ends = found.get(ENDS, "")
    stage = stage or thing.name.removeprefix(f"{app}-")
    return replace(thing, stage=stage, tagged=tagged, proof=proof, outage_ends=ends)


def apis(target: Target, region: str, known: Iterable[Thing]) -> list[Thing]:
    """Find the REST APIs of a Region that are named as ours, the newest first.

    Args:
        target: where to look.
        region: where to look.
        known: the functions of the Region, as `functions` found them.
    """
    app, client = app_name(target), target.client("apigateway", region)
    ours = {function.name for function in known if function.proof}
    there = {function.name for function in known}
    pages = client.get_paginator("get_rest_apis").paginate()
    listed = [api for page in pages for api in page["items"] if api["name"].startswith(app)]
    found = []
    for api in sorted(listed, key=lambda api: api["createdDate"], reverse=True):
        arn = f"arn:aws:apigateway:{region}::/restapis/{api['id']}"
        calls = _called(client, api["id"])
        tagged = client.get_tags(resourceArn=arn).get("tags", {}).get(TAG) == app
        proof = "its tag" if tagged else ""
        if calls and calls <= ours:
            proof = f"it calls {', '.join(sorted(calls))}"
        elif not tagged and target.name == "local" and api["name"] == app:
            # Whoever removed the function first, or was killed before there was one.
            orphan = calls.isdisjoint(there) and all(c.startswith(f"{app}-") for c in calls)
            proof = _BY_HAND if orphan else ""
        found.append(
            Thing("API", api["id"], region, proof=proof, arn=arn, tagged=tagged, calls=calls)
        )
    return found


def _called(client: Any, api_id: str) -> frozenset[str]:
    pages = client.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
    uris = [
        method.get("methodIntegration", {}).get("uri", "")
        for page in pages
        for resource in page["items"]
        for method in resource.get("resourceMethods", {}).values()
    ]
    return frozenset(name for uri in uris for name in _CALLED.findall(uri))


def log_groups(target: Target, region: str, known: Iterable[Thing]) -> list[Thing]:
    """Find the log groups of a Region whose names begin as those of our functions."""
    app, client = app_name(target), target.client("logs", region)
    ours = {f"{_LOGS}{function.name}" for function in known if function.proof}
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_LOGS + app)
    found = []
    for group in (group for page in pages for group in page["logGroups"]):
        name, arn = group["logGroupName"], group["arn"].removesuffix(":*")
        listed = client.list_tags_for_resource(resourceArn=arn).get("tags", {})
        tagged = listed.get(TAG) == app
        proof = "its tag" if tagged else ""
        if name in ours:
            proof = f"of {name.removeprefix(_LOGS)}"
        elif not tagged and target.name == "local" and _of_a_stage(app, name.removeprefix(_LOGS)):
            proof = _BY_HAND
        found.append(Thing("log group", name, region, proof=proof, arn=arn, tagged=tagged))
    return found


def alarms(target: Target, region: str) -> list[Thing]:
    """Find the alarms of a Region whose names begin as ours."""
    app, client = app_name(target), target.client("cloudwatch", region)
    pages = client.get_paginator("describe_alarms").paginate(AlarmNamePrefix=app)
    found = []
    for alarm in (alarm for page in pages for alarm in page["MetricAlarms"]):
        name, arn = alarm["AlarmName"], alarm["AlarmArn"]
        tagged = _has_our_tag(app, client.list_tags_for_resource(ResourceARN=arn)["Tags"])
        proof = "its tag" if tagged else ""
        if not tagged and target.name == "local" and name.removeprefix(f"{app}-") in ALARMS:
            proof = _BY_HAND
        found.append(Thing("alarm", name, region, proof=proof, arn=arn, tagged=tagged))
    return found


def roles(target: Target, known: Iterable[Thing]) -> list[Thing]:
    """Find the roles whose names begin as ours.

    Args:
        target: where to look.
        known: the functions of all Regions; one that is not ours keeps its role.
    """
    app, client = app_name(target), target.client("iam", anywhere(target))
    users: dict[str, list[Thing]] = {}
    for function in known:
        users.setdefault(function.role, []).append(function)
    pages = client.get_paginator("list_roles").paginate()
    names = [
        (role["RoleName"], role["Arn"])
        for page in pages
        for role in page["Roles"]
        if role["RoleName"].startswith(app)
    ]
    found = []
    for name, arn in names:
        using = users.get(name, [])
        pairs = client.list_role_tags(RoleName=name)["Tags"]
        tagged = _has_our_tag(app, pairs)
        proof = "its tag" if tagged else ""
        if using and name in {f"{app}-{user.stage}-api_handler" for user in using if user.proof}:
            proof = f"of {', '.join(sorted({user.name for user in using}))}"
        elif target.name == "local" and not tagged and not using:
            of_a_stage = _of_a_stage(app, name.removesuffix("-api_handler"))
            proof = _BY_HAND if of_a_stage and name.endswith("-api_handler") else ""
        if not all(user.proof for user in using):
            proof = ""
        found.append(Thing("role", name, "", proof=proof, arn=arn, tagged=tagged))
    return found


def buckets(target: Target) -> list[Thing]:
    """Find the buckets whose names begin as ours; the tag alone says that one holds our pages."""
    app, client = app_name(target), target.client("s3", anywhere(target))
    found = []
    for bucket in client.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if not name.startswith(app):
            continue
        unread = ""
        try:
            region = client.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
            pairs = target.client("s3", region).get_bucket_tagging(Bucket=name)["TagSet"]
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            if code not in ("NoSuchTagSet", "AccessDenied"):
                raise
            region, pairs = bucket.get("BucketRegion", ""), []
            # Others' buckets may be closed to us: one of them must not hide ours.
            unread = str(refused) if code == "AccessDenied" else ""
        tagged = _has_our_tag(app, pairs)
        proof = "its tag" if tagged else ""
        found.append(Thing("bucket", name, region, proof=proof, tagged=tagged, unread=unread))
    return found


def tables(target: Target, region: str) -> list[Thing]:
    """Find the tables of a Region whose names begin as ours, each by its own tag only."""
    app, client = app_name(target), target.client("dynamodb", region)
    found = []
    for page in client.get_paginator("list_tables").paginate():
        for name in (name for name in page["TableNames"] if name.startswith(app)):
            thing = _table(target, region, name)
            found += [thing] if thing else []
    return found


def _table(target: Target, region: str, name: str) -> Thing | None:
    app, client = app_name(target), target.client("dynamodb", region)
    try:
        table = client.describe_table(TableName=name)["Table"]
        pairs = client.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "ResourceNotFoundException":
            return None  # It went while we looked.
        raise
    listed = frozenset(r["RegionName"] for r in table.get("Replicas", []))
    tagged = _has_our_tag(app, pairs)
    proof = "its tag" if tagged else ""
    if not tagged and target.name == "local" and name in (app, app + STRONG_SUFFIX):
        proof = _BY_HAND
    return Thing(
        "table", name, region, proof, table["TableArn"], tagged, replicas=listed
    )  # fmt: skip


def owns_table(target: Target, region: str, name: str) -> bool:
    """Return whether a table that stands in a Region is ours, by its tag or a replica's."""
    thing = _table(target, region, name)
    if thing is None or thing.proof:
        return thing is not None
    return any(
        member is not None and bool(member.proof)
        for other in thing.replicas
        if (member := _table(target, other, name)) is not None and region in member.replicas
    )


def with_replicas(found: Iterable[Thing]) -> list[Thing]:
    """Hand the proof of a tagged table to its replicas, which inherit no tags."""
    things = {(thing.name, thing.region): thing for thing in found}
    pending = [thing for thing in things.values() if thing.proof]
    while pending:
        ours = pending.pop()
        for region in ours.replicas:
            other = things.get((ours.name, region))
            if other and not other.proof:
                proved = replace(other, proof=f"replica of the table in {ours.region}")
                things[ours.name, region] = proved
                pending.append(proved)
    return list(things.values())


def add_tag(target: Target, thing: Thing) -> None:
    """Put our tag on something that is ours."""
    region = thing.region or anywhere(target)
    pairs, value = tags(target), {TAG: app_name(target)}
    match thing.kind:
        case "table":
            target.client("dynamodb", region).tag_resource(ResourceArn=thing.arn, Tags=pairs)
        case "function":
            target.client("lambda", region).tag_resource(Resource=thing.arn, Tags=value)
        case "API":
            target.client("apigateway", region).tag_resource(resourceArn=thing.arn, tags=value)
        case "log group":
            target.client("logs", region).tag_resource(resourceArn=thing.arn, tags=value)
        case "alarm":
            target.client("cloudwatch", region).tag_resource(ResourceARN=thing.arn, Tags=pairs)
        case "role":
            target.client("iam", region).tag_role(RoleName=thing.name, Tags=pairs)
        case "bucket":
            client = target.client("s3", region)
            try:
                before = client.get_bucket_tagging(Bucket=thing.name)["TagSet"]
            except ClientError:
                before = []
            others = [pair for pair in before if pair["Key"] != TAG]
            client.put_bucket_tagging(Bucket=thing.name, Tagging={"TagSet": others + pairs})


def _has_our_tag(app: str, pairs: Iterable[dict[str, str]]) -> bool:
    return any(pair["Key"] == TAG and pair["Value"] == app for pair in pairs)


def _of_a_stage(app: str, name: str) -> bool:
    """Return whether a name is the app's with a stage: dev, which Chalice takes, or a Region."""
    stage = name.removeprefix(f"{app}-")
    return stage != name and (stage == "dev" or is_region(stage))


def is_region(name: str) -> bool:
    """Return whether a name has the form of a Region's."""
    return re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", name) is not None
