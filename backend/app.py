"""The viewer app's API: routes only. One function answers them all, in each Region on its own."""

import os
from collections.abc import Callable
from typing import Any

from chalice import Chalice, Response
from chalicelib.answers import answer, log_request
from chalicelib.bookmarks import Bookmarks
from chalicelib.requests import read_after, read_position, read_seconds, read_text

# The API is named after its table, whose name has the learner's prefix.
app = Chalice(app_name=os.environ.get("TABLE_NAME", "global-serverless"))
bookmarks = Bookmarks()


@app.middleware("http")
def one_line_per_request(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Log each request once, and mark the first of a fresh worker as a cold start."""
    return log_request(event, get_response)


def _asked(name: str) -> str:
    """Read a parameter behind the path's question mark; "" where there is none."""
    return str((app.current_request.query_params or {}).get(name, ""))


@app.route("/", cors=True)
def ping() -> dict[str, str]:
    """Report that the API answers; the database is not asked."""
    return {"ping": "ok"}


@app.route("/scan", cors=True)
def scan() -> Response:
    """Read the whole table; of more than 1 MB a page, and `?after=` its `Next` has the next."""
    return answer(lambda: bookmarks.scan(read_after(_asked("after"))))


@app.route("/query/{PK}", cors=True)
def query(PK: str) -> Response:  # noqa: N803 - the path names it so
    """Read all items of one viewer, in pages as `/scan`."""
    return answer(lambda: bookmarks.query(read_text("PK", PK), read_after(_asked("after"))))


@app.route("/get/{PK}/{SK}", cors=True)
def get(PK: str, SK: str) -> Response:  # noqa: N803
    """Read one item; `?consistent=true` reads it with strong consistency."""
    consistent = _asked("consistent").lower() == "true"
    return answer(
        lambda: bookmarks.get(read_text("PK", PK), read_text("SK", SK), consistent=consistent)
    )


@app.route("/update/{PK}/{SK}/{VAL}", cors=True)
def add(PK: str, SK: str, VAL: str) -> Response:  # noqa: N803
    """Add VAL seconds, which may be negative, to a bookmark."""
    return answer(
        lambda: bookmarks.add(read_text("PK", PK), read_text("SK", SK), read_seconds(VAL)),
        writes=True,
    )


@app.route("/update/{PK}/{SK}/{VAL}/{THUMB}", cors=True)
def record(PK: str, SK: str, VAL: str, THUMB: str) -> Response:  # noqa: N803
    """Record a player's position VAL in seconds, and the thumbnail it shows."""
    return answer(
        lambda: bookmarks.record(
            read_text("PK", PK), read_text("SK", SK), read_seconds(VAL), read_text("THUMB", THUMB)
        ),
        writes=True,
    )


@app.route("/bookmark/{PK}/{SK}", methods=["PUT"], cors=True)
def save(PK: str, SK: str) -> Response:  # noqa: N803
    """Save a player's position, `{"Bookmark": 754, "At": 1767225600000}`; safe to send again."""
    body = app.current_request.raw_body
    return answer(
        lambda: bookmarks.save(read_text("PK", PK), read_text("SK", SK), *read_position(body)),
        writes=True,
    )
