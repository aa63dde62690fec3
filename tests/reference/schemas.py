"""JSON Schema, as much of it as our documents use: a keyword not known here is a fault."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
SAYS_NOTHING = {"title", "description", "default", "examples", "discriminator"}
FORMATS = {
    "uuid": UUID,
    "decimal": Decimal,
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def resolve(document: dict[str, Any], reference: str) -> Any:
    """What a reference within the document points at."""
    assert reference.startswith("#/")
    found: Any = document
    for step in reference[2:].split("/"):
        found = found[step]
    return found


def faults(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What is wrong with a value."""
    found: list[str] = []
    for keyword, argument in schema.items():
        if keyword in SAYS_NOTHING or keyword in {"required", "additionalProperties"}:
            continue
        found += _check(keyword, argument, value, schema, document)
    if isinstance(value, dict):
        found += [f"{name} is missing" for name in schema.get("required", []) if name not in value]
        more = schema.get("additionalProperties", True)
        for name in value.keys() - schema.get("properties", {}).keys():
            if more is False:
                found.append(f"{name} is not known")
            elif isinstance(more, dict):
                found += faults(value[name], more, document)
    return found


APPLIES_TO: dict[str, Any] = {
    "format": str,
    "pattern": str,
    "minLength": str,
    "maxLength": str,
    "minimum": (int, float),
    "maximum": (int, float),
    "properties": dict,
    "propertyNames": dict,
    "minProperties": dict,
    "maxProperties": dict,
    "items": list,
    "minItems": list,
    "maxItems": list,
}


def _check(  # noqa: C901, PLR0911, PLR0912 - a table of keywords
    keyword: str, argument: Any, value: Any, schema: dict[str, Any], document: dict[str, Any]
) -> list[str]:
    holds = True
    if not isinstance(value, APPLIES_TO.get(keyword, object)):
        return []
    match keyword:
        case "$ref":
            return faults(value, resolve(document, argument), document)
        case "type":
            is_odd = isinstance(value, bool) and argument in {"integer", "number"}
            holds = isinstance(value, TYPES[argument]) and not is_odd
        case "enum":
            holds = value in argument
        case "const":
            holds = value == argument
        case "anyOf" | "oneOf":
            holds = any(not faults(value, one, document) for one in argument)
        case "properties":
            return [
                fault
                for name, one in argument.items()
                if name in value
                for fault in faults(value[name], one, document)
            ]
        case "propertyNames":
            return [fault for name in value for fault in faults(name, argument, document)]
        case "items":
            return [fault for one in value for fault in faults(one, argument, document)]
        case "minItems" | "minProperties" | "minLength":
            holds = len(value) >= argument
        case "maxItems" | "maxProperties" | "maxLength":
            holds = len(value) <= argument
        case "minimum":
            holds = value >= argument
        case "maximum":
            holds = value <= argument
        case "pattern":
            holds = re.search(argument, value) is not None
        case "format":
            try:
                FORMATS[argument](value)
            except ValueError:
                holds = False
        case _:
            return [f"the keyword {keyword} is not known"]
    return [] if holds else [f"{value!r} does not hold to {keyword}: {argument} of {schema}"]
