"""Samples: what a value of a schema could look like, for the examples in the documentation."""

from typing import Any, Final

BY_FORMAT: Final = {
    "uuid": "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10",
    "date-time": "2026-03-14T09:26:53Z",
    "date": "2026-03-14",
}
MAX_DEPTH: Final = 8


def sample(schema: dict[str, Any], components: dict[str, Any], depth: int = 0) -> Any:
    """One value that fits the schema: its own example, or else the simplest thing."""
    if depth > MAX_DEPTH:
        return None
    if "$ref" in schema:
        return sample(components[schema["$ref"].rpartition("/")[2]], components, depth + 1)
    if choices := schema.get("anyOf"):
        return None if {"type": "null"} in choices else sample(choices[0], components, depth + 1)
    written = schema.get("examples") or schema.get("enum")
    if written and "default" not in schema:
        return written[0]
    if "default" in schema:
        return schema["default"]
    return _simplest(schema, components, depth)


def _simplest(schema: dict[str, Any], components: dict[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            below = schema.get("properties", {}).items()
            return {name: sample(one, components, depth + 1) for name, one in below}
        case "array":
            items = schema.get("items")
            return [sample(items, components, depth + 1)] if items else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "string":
            return BY_FORMAT.get(schema.get("format", ""), "text")
        case kind:
            return False if kind == "boolean" else None
