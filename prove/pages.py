"""Pages, files and redirects: endpoints that the OpenAPI document leaves out, written down like it.

What they answer has no schema. That they never fail, and never answer with a status that is not
theirs, is looked at all the same.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from guilder.app import PACKAGES
from guilder.http import Endpoint, Response, problems_of

FORM: Final = "application/x-www-form-urlencoded"
FIELDS: Final = (
    *("login", "email", "password", "name", "tenant_name", "to", "token", "code"),
    *("recovery_code", "username", "language", "List-Unsubscribe"),
)
ANSWERED: Final = (200, 303, 401, 403, 409, 410, 422, 429)
"""A browser is sent on, or shown the page again with the status of the problem."""

OF_THE_HOUSE: Final = (
    *("/openapi.json", "/docs", "/docs/docs.css", "/metrics"),
    *("/outbox", "/outbox/{name}", "/outbox/{name}/html", "/outbox/outbox.css"),
)
"""Made by the running process, so that they stand in no manifest."""

Node = dict[str, Any]


def pages() -> Node:
    """An OpenAPI document of all that the API's own leaves out."""
    paths: dict[str, Node] = {}
    for package in PACKAGES:
        for endpoint in package.endpoints:
            if endpoint.answer is Response:
                paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    for path in OF_THE_HOUSE:
        names = ["name"] if "{name}" in path else []
        paths[path] = {"get": _written(f"get {path}", names, statuses={200, 400, 404, 405, 422})}
    return {"openapi": "3.1.0", "info": {"title": "Pages", "version": "1"}, "paths": paths}


def _operation(endpoint: Endpoint) -> Node:
    statuses = {endpoint.status, *(problem.status for problem in problems_of(endpoint))}
    if endpoint.permission is None:
        statuses |= {*ANSWERED}
    written = _written(endpoint.name, list(endpoint.path_types), statuses=statuses)
    written["parameters"] += _queried(endpoint)
    written["security"] = [{"key": [endpoint.permission]}] if endpoint.permission else []
    if endpoint.method == "POST":
        fields = {name: {"type": "string", "maxLength": 200} for name in FIELDS}
        written["requestBody"] = {
            "content": {FORM: {"schema": {"type": "object", "properties": fields}}}
        }
    return written


def _written(name: str, in_path: list[str], *, statuses: set[int]) -> Node:
    return {
        "operationId": name,
        "parameters": [
            {"name": one, "in": "path", "required": True, "schema": TEXT} for one in in_path
        ],
        "responses": {str(status): {"description": ""} for status in sorted(statuses)},
    }


def _queried(endpoint: Endpoint) -> Iterator[Node]:
    fields = msgspec.structs.fields(endpoint.query_type) if endpoint.query_type else ()
    for field in fields:
        yield {"name": field.encode_name, "in": "query", "schema": TEXT}


TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 200}
