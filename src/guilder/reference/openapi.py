"""OpenAPI 3.1, written from the endpoints' own types."""

import inspect
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from guilder.http import API_VERSION, MAX_IDEMPOTENCY_KEY, Endpoint, EventStream, Response

from .responses import ProblemDocument, example_components, header_components, responses_of
from .samples import sample
from .sharing import share

SCHEMAS: Final = "#/components/schemas/{name}"
RAW_BODY: Final = {
    "description": "Of any type: it is read byte by byte, as it was signed.",
    "required": True,
    "content": {"*/*": {"schema": {}}},
}
PARAMETERS: Final = {
    "Idempotency-Key": {
        "description": (
            "Your name for this request. Sent again under it, it is done once; where a gateway has "
            "to be asked, it goes on with the same work."
        ),
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY},
        "example": "order-4711-attempt",
    },
    "Guilder-Version": {
        "description": "The version of the API to be answered by.",
        "schema": {"type": "string", "enum": [API_VERSION]},
    },
    "Last-Event-ID": {
        "description": "The last event that was seen: the stream goes on right behind it.",
        "schema": {"type": "string", "format": "uuid"},
    },
}


def openapi(endpoints: Sequence[Endpoint], *, version: str) -> dict[str, Any]:
    """The document of all endpoints that are part of the API."""
    listed = [endpoint for endpoint in endpoints if endpoint.answer is not Response]
    types = [kind for endpoint in listed for kind in _types_of(endpoint)]
    schemas, components = msgspec.json.schema_components(
        [*types, ProblemDocument], ref_template=SCHEMAS
    )
    schema_of = dict(zip(map(_key, [*types, ProblemDocument]), schemas, strict=True))
    for schema in components.values():
        _name_formats(schema.get("properties", {}))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        operation = _operation(endpoint, schema_of, components)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    shared = share([one for methods in paths.values() for one in methods.values()])
    for endpoint in listed:
        if endpoint.query_type is not None:
            components.pop(_name_of(schema_of[_key(endpoint.query_type)]), None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Guilder", "version": version, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": header_components(),
            "examples": example_components(listed),
            "responses": shared["responses"],
            "parameters": shared["parameters"] | _header_parameters(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: `Authorization: Bearer gk_live_…`.",
                }
            },
        },
    }


def _header_parameters() -> dict[str, Any]:
    return {
        name: {"name": name, "in": "header", "required": False, **rest}
        for name, rest in PARAMETERS.items()
    }


FORMATS: Final = {"_at": "date-time", "_on": "date"}


def _name_formats(properties: dict[str, Any]) -> None:
    """Say what our names say: instants end in `_at` and days in `_on`, in whatever they stand."""
    for name, schema in properties.items():
        for one in (schema, *schema.get("anyOf", ())):
            if one.get("type") == "string" and (form := FORMATS.get(name[-3:])):
                one.setdefault("format", form)


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
        "responses": responses_of(
            endpoint,
            _success(endpoint, schema_of, components),
            schema_of[_key(ProblemDocument)],
        ),
    }
    if description:
        operation["description"] = inspect.cleandoc(description)
    if endpoint.permission:
        operation["security"] = [{"key": [endpoint.permission]}]
    else:
        operation["security"] = []
    if "visitor" in endpoint.given:
        operation["requestBody"] = RAW_BODY
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
        query = components[_name_of(schema_of[_key(endpoint.query_type)])]
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in query.get("required", []),
                "schema": _without_null(schema),
            }
            for name, schema in query["properties"].items()
        ]
    names = ["Guilder-Version"]
    if endpoint.is_idempotent:
        names.append("Idempotency-Key")
    if endpoint.is_stream:
        names.append("Last-Event-ID")
    return found + [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _name_of(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: what may be absent is simply not given."""
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    only = choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    default = schema.get("default")
    return {**only, **rest, **({} if default is None else {"default": default})}


def _success(
    endpoint: Endpoint, schema_of: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    if endpoint.is_stream:
        return {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": EVENT}}}
    if endpoint.answer is type(None):
        return {}
    schema = schema_of[_key(endpoint.answer)]
    return {
        "content": {"application/json": {"schema": schema, "example": sample(schema, components)}}
    }


EVENT: Final = """\
id: 01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10
event: api_key.created
data: {"id":"01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10","position":42,"type":"api_key.created"}

"""
