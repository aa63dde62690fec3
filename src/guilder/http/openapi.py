"""OpenAPI 3.1, written from the endpoints' own types."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from guilder.kernel import CursorNotValid, Problem

from .answers import IdempotencyKeyNotValid, IdempotencyKeyReused, RequestInProgress
from .endpoint import Endpoint
from .limits import MAX_IDEMPOTENCY_KEY
from .problems import (
    CONTENT_TYPE,
    BodyTooLarge,
    EndpointTimeout,
    FieldError,
    HeadersTooLarge,
    InternalError,
    InvalidRequest,
    MalformedBody,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    Overloaded,
    PermissionMissing,
    RequestTimeout,
    ShuttingDown,
    TargetTooLong,
    TenantMayNotWrite,
    TooManyRequests,
    UnsupportedMediaType,
    VersionNotKnown,
)
from .response import API_VERSION, EventStream, Response
from .samples import sample

SCHEMAS: Final = "#/components/schemas/{name}"
ALWAYS: Final = (
    MalformedRequest,
    VersionNotKnown,
    MethodNotAllowed,
    NotAcceptable,
    RequestTimeout,
    TargetTooLong,
    HeadersTooLarge,
    InvalidRequest,
    InternalError,
    Overloaded,
    ShuttingDown,
    EndpointTimeout,
)
WITH_A_KEY: Final = (NotAuthenticated, PermissionMissing, TooManyRequests)
WITH_A_BODY: Final = (MalformedBody, BodyTooLarge, UnsupportedMediaType)
WITH_IDEMPOTENCY: Final = (IdempotencyKeyNotValid, IdempotencyKeyReused, RequestInProgress)


class ProblemDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Why a request was not done, as RFC 9457 has it. Each code may add details of its own."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    detail: str | msgspec.UnsetType = msgspec.UNSET
    errors: list[FieldError] | msgspec.UnsetType = msgspec.UNSET


def openapi(endpoints: Sequence[Endpoint], *, version: str) -> dict[str, Any]:
    """The document of all endpoints that are part of the API."""
    listed = [endpoint for endpoint in endpoints if endpoint.answer is not Response]
    types = [kind for endpoint in listed for kind in _types_of(endpoint)]
    schemas, components = msgspec.json.schema_components(
        [*types, ProblemDocument], ref_template=SCHEMAS
    )
    schema_of = dict(zip(map(_key, [*types, ProblemDocument]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        operation = _operation(endpoint, schema_of, components)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    for endpoint in listed:
        if endpoint.query_type is not None:
            del components[endpoint.query_type.__name__]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Guilder", "version": version, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: `Authorization: Bearer gk_live_…`.",
                }
            },
        },
    }


DESCRIPTION: Final = f"""\
One backend that takes a payment, keeps the order, meters usage, settles on Stellar, and proves \
what a podcast sponsorship earned.

Send an API key as `Authorization: Bearer gk_…`. Bodies and answers are JSON in snake_case, ids \
are UUIDs, times are RFC 3339 in UTC, amounts are integers in the currency's smallest unit.

Every POST takes an `Idempotency-Key`: the same request sent again under the same key is answered \
the same and done once, for 24 hours. Lists are pages of up to 100; go on with `next_cursor`. \
`Guilder-Version: {API_VERSION}` pins the version."""


def _types_of(endpoint: Endpoint) -> list[Any]:
    shaped = endpoint.answer if endpoint.answer not in {EventStream, type(None)} else None
    candidates = (endpoint.body_type, shaped, *endpoint.path_types.values(), endpoint.query_type)
    return [kind for kind in candidates if kind is not None]


def _key(kind: Any) -> str:
    return repr(kind)


def _operation(
    endpoint: Endpoint, schema_of: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    summary, _, description = (endpoint.function.__doc__ or endpoint.name).partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": " ".join(summary.split()),
        "tags": [_tag_of(endpoint)],
        "parameters": _parameters(endpoint, schema_of, components),
        "responses": _responses(endpoint, schema_of, components),
    }
    if description:
        operation["description"] = " ".join(description.split())
    if endpoint.permission:
        operation["security"] = [{"key": [endpoint.permission]}]
    else:
        operation["security"] = []
    if endpoint.body_type is not None:
        schema = schema_of[_key(endpoint.body_type)]
        operation["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "example": sample(schema, components)}
            },
        }
    return operation


def _tag_of(endpoint: Endpoint) -> str:
    parts = [part for part in endpoint.path.split("/") if part and part != "v1"]
    return parts[0].replace("-", " ") if endpoint.path.startswith("/v1/") else "health"


def _parameters(
    endpoint: Endpoint, schema_of: dict[str, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": schema_of[_key(kind)]}
        for name, kind in endpoint.path_types.items()
    ]
    if endpoint.query_type is not None:
        query = components[endpoint.query_type.__name__]
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in query.get("required", []),
                "schema": _without_null(schema),
            }
            for name, schema in query["properties"].items()
        ]
    if endpoint.is_idempotent:
        key = {"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if endpoint.is_stream:
        last = {"type": "string", "format": "uuid"}
        found.append({"name": "Last-Event-ID", "in": "header", "required": False, "schema": last})
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: what may be absent is simply not given."""
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    default = schema.get("default")
    kept = {} if default is None else {"default": default}
    return (
        {**(choices[0] if len(choices) == 1 else {}), **rest, **kept}
        if choices
        else {
            **rest,
            **kept,
        }
    )


def _responses(
    endpoint: Endpoint, schema_of: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    responses: dict[str, Any] = {str(endpoint.status): _success(endpoint, schema_of, components)}
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems_of(endpoint):
        by_status.setdefault(problem.status, []).append(problem)
    for status, problems in sorted(by_status.items()):
        codes = "\n".join(f"- `{problem.code}`: {problem.title}" for problem in problems)
        responses[str(status)] = {
            "description": f"{HTTPStatus(status).phrase}\n\n{codes}",
            "content": {
                CONTENT_TYPE: {
                    "schema": schema_of[_key(ProblemDocument)],
                    "example": _example_of(problems[-1]),
                }
            },
        }
    return responses


def _success(
    endpoint: Endpoint, schema_of: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    description = HTTPStatus(endpoint.status).phrase
    if endpoint.is_stream:
        content = {"text/event-stream": {"schema": {"type": "string"}}}
        return {"description": description, "content": content}
    if endpoint.answer is type(None):
        return {"description": description}
    schema = schema_of[_key(endpoint.answer)]
    content = {"application/json": {"schema": schema, "example": sample(schema, components)}}
    return {"description": description, "content": content}


def problems_of(endpoint: Endpoint) -> list[type[Problem]]:
    """Every problem that an endpoint may answer."""
    found: list[type[Problem]] = [*ALWAYS]
    if endpoint.permission:
        found += WITH_A_KEY
        if endpoint.method not in {"GET", "HEAD"}:
            found.append(TenantMayNotWrite)
    if endpoint.body_type is not None:
        found += WITH_A_BODY
    if endpoint.is_idempotent:
        found += WITH_IDEMPOTENCY
    if "page" in endpoint.given:
        found.append(CursorNotValid)
    if endpoint.path_types:
        found.append(NotFound)
    return [*found, *endpoint.problems]


def _example_of(problem: type[Problem]) -> dict[str, Any]:
    return {
        "type": f"/docs#problem-{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "request_id": "req_5f0c9d6a1b2e3f4a5b6c7d8e",
    }
