"""Samples: what a value of a schema could look like, for the examples in the documentation."""

from typing import Any, Final

BY_FORMAT: Final = {
    "uuid": "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10",
    "date-time": "2026-03-14T09:26:53Z",
    "date": "2026-03-14",
    "decimal": "12.5",
}
BY_NAME: Final[dict[str, Any]] = {
    "actor": "operator",
    "at": "2026-03-14T09:26:53Z",
    "created_by": "operator",
    "currency": "EUR",
    "default_currency": "USD",
    "gateway": "sandbox",
    "name": "Example",
    "since": "2026-03-14T00:00:00Z",
    "slug": "example",
    "until": "2026-03-15T00:00:00Z",
}
UNTOLD: Final = ("text", BY_FORMAT["date-time"])
MAX_DEPTH: Final = 16


def sample(schema: dict[str, Any], components: dict[str, Any], depth: int = 0) -> Any:
    """One value that fits the schema: its own example, or else the simplest thing."""
    if depth > MAX_DEPTH:
        return None
    if written := schema.get("examples") or schema.get("enum", [])[:1] or _default(schema):
        return written[0]
    if "$ref" in schema:
        return sample(components[schema["$ref"].rpartition("/")[2]], components, depth + 1)
    if choices := schema.get("anyOf"):
        told = [one for one in choices if "examples" in one]
        plain = [] if {"type": "null"} in choices else choices
        return next((sample(one, components, depth + 1) for one in told + plain), None)
    return _simplest(schema, components, depth)


def _default(schema: dict[str, Any]) -> list[Any]:
    return [schema["default"]] if schema.get("default") is not None else []


def _simplest(schema: dict[str, Any], components: dict[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, components, depth)
        case "array":
            items = schema.get("items")
            return [sample(items, components, depth + 1)] if items else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "string":
            return BY_FORMAT.get(schema.get("format", ""), "text")
        case kind:
            return False if kind == "boolean" else None


def _object(schema: dict[str, Any], components: dict[str, Any], depth: int) -> dict[str, Any]:
    """An object with all it needs, and of the rest what says something."""
    found: dict[str, Any] = {}
    for name, one in schema.get("properties", {}).items():
        value = sample(one, components, depth + 1)
        if value in UNTOLD:
            value = BY_NAME.get(name, value)
        if value is not None or name in schema.get("required", ()):
            found[name] = value
    return found
