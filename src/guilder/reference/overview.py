"""The reference: an OpenAPI document, told apart into what a page shows of it."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from guilder.http import PROBLEM_TYPE

Document = dict[str, Any]
MAX_DEPTH: Final = 6
TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>(?<![\w.-])(?:-?\d+(?:\.\d+)?|true|false|null)(?![\w.:-]))'
)
LIMITS: Final = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " keys"),
)


EVERYWHERE: Final = "Guilder-Version"
"""Every operation takes it, so the page tells of it once."""


class Field(msgspec.Struct, frozen=True):
    """A parameter, or a field of a body with the fields in it."""

    name: str
    type: str
    is_required: bool
    description: str
    limits: list[str]
    words: list[str]
    default: str | None
    fields: list["Field"]
    place: str = ""


class Answer(msgspec.Struct, frozen=True):
    """A problem that an operation may answer."""

    status: str
    code: str
    title: str


class Operation(msgspec.Struct, frozen=True):
    """One method at one path, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str | None
    parameters: list[Field]
    body: list[Field]
    raw_body: str
    answer: list[Field]
    curl: str
    status: str
    example: str
    problems: list[Answer]


def overview(document: Document) -> dict[str, list[Operation]]:
    """Every operation, by its group."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = _operation(document, operation, method=method.upper(), path=path)
            groups.setdefault(operation["tags"][0], []).append(shown)
    return dict(sorted(groups.items()))


def prose(text: str) -> Markup:
    """A text of ours as HTML: what stands in backticks is code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def titled(tag: str) -> str:
    """A group's name at the head of its part."""
    return re.sub(r"\b[Aa]pi\b", "API", tag[:1].upper() + tag[1:])


def highlighted(text: str) -> Markup:
    """JSON with its keys, texts and words told apart by class."""
    found, last = Markup(""), 0
    for token in TOKEN.finditer(text):
        found += escape(text[last : token.start()])
        found += Markup('<span class="{}">{}</span>').format(f"json-{token.lastgroup}", token[0])
        last = token.end()
    return found + escape(text[last:])


def _operation(document: Document, operation: Document, *, method: str, path: str) -> Operation:
    parameters = [_resolved(document, one) for one in operation["parameters"]]
    responses = {status: _resolved(document, one) for status, one in operation["responses"].items()}
    status, success = next(iter(responses.items()))
    content: Document = next(iter(success.get("content", {}).values()), {})
    request: Document = operation.get("requestBody", {})
    sent = request.get("content", {}).get("application/json", {})
    security = operation["security"]
    return Operation(
        id=operation["operationId"].replace("_", "-"),
        method=method,
        path=path,
        summary=operation["summary"].removesuffix("."),
        description=operation.get("description", ""),
        scope=security[0]["key"][0] if security else None,
        parameters=[_parameter(document, one) for one in parameters if one["name"] != EVERYWHERE],
        body=_fields(document, sent.get("schema", {})),
        raw_body="" if sent else request.get("description", ""),
        answer=_fields(document, content.get("schema", {})),
        curl=_curl(operation, method, path, parameters=parameters),
        status=status,
        example=_example(content.get("example")),
        problems=list(_problems(document, responses)),
    )


def _parameter(document: Document, parameter: Document) -> Field:
    schema = {"description": parameter.get("description", ""), **parameter["schema"]}
    field = _field(document, parameter["name"], schema, is_required=parameter["required"])
    return msgspec.structs.replace(field, place=parameter["in"])


def _fields(document: Document, schema: Document, depth: int = 0) -> list[Field]:
    """The fields within a schema, through lists and what may be absent."""
    schema = _inner(document, schema)
    if depth > MAX_DEPTH:
        return []
    required = schema.get("required", [])
    return [
        _field(document, name, one, is_required=name in required, depth=depth)
        for name, one in schema.get("properties", {}).items()
    ]


def _field(
    document: Document, name: str, schema: Document, *, is_required: bool, depth: int = 0
) -> Field:
    plain = {**_present(_resolved(document, schema)), **_own(schema)}
    items = _inner(document, plain)
    return Field(
        name=name,
        type=_type(document, schema),
        is_required=is_required,
        description=plain.get("description", ""),
        limits=list(_limits(plain)),
        words=[str(word) for word in items.get("enum", [])],
        default=_default(schema),
        fields=_fields(document, schema, depth + 1),
    )


def _limits(schema: Document) -> Iterator[str]:
    for least, most, unit in LIMITS:
        match schema.get(least), schema.get(most):
            case None, None:
                pass
            case None, int(high):
                yield f"at most {high:,}{unit}"
            case int(low), None:
                yield f"at least {low:,}{unit}"
            case low, high if low == high:
                yield f"{low:,}{unit}"
            case low, high:
                yield f"{low:,} to {high:,}{unit}"


def _own(schema: Document) -> Document:
    """What is said where a schema is used, beside what it says of itself."""
    return {key: value for key, value in schema.items() if key not in {"$ref", "anyOf"}}


def _type(document: Document, schema: Document) -> str:
    schema = _resolved(document, schema)
    choices = schema.get("anyOf")
    if choices:
        return " or ".join(_type(document, one) for one in choices)
    if "enum" in schema:
        return "string"
    kind = schema.get("type", "any")
    if kind == "array" and "items" in schema:
        return f"list of {_type(document, schema['items'])}"
    return str(schema.get("format", kind)).replace("date-time", "time").replace("array", "list")


def _inner(document: Document, schema: Document) -> Document:
    schema = _present(_resolved(document, schema))
    while schema.get("type") == "array" and "items" in schema:
        schema = _present(_resolved(document, schema["items"]))
    return schema


def _present(schema: Document) -> Document:
    """The one schema of a value that may be null."""
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    return choices[0] if len(choices) == 1 else schema


def _resolved(document: Document, node: Document) -> Document:
    while "$ref" in node:
        _, kind, name = node["$ref"].rsplit("/", 2)
        node = document["components"][kind][name]
    return node


def _default(schema: Document) -> str | None:
    default = schema.get("default")
    if isinstance(default, str):
        return default
    return None if default in (None, {}, []) else _json(default)


def _curl(operation: Document, method: str, path: str, *, parameters: list[Document]) -> str:
    target = path
    for one in parameters:
        target = target.replace(f"{{{one['name']}}}", _sample_in_path(one))
    method_flag = "" if method == "GET" else f" -X {method}"
    lines = [f'curl{method_flag} "$GUILDER_URL{target}"']
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $GUILDER_KEY"')
    if any(one["name"] == "Idempotency-Key" for one in parameters):
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if any(one["name"] == "Last-Event-ID" for one in parameters):
        lines = [lines[0].replace("curl", "curl -N", 1), *lines[1:]]
    return " \\\n  ".join([*lines, *_data(operation.get("requestBody", {}).get("content", {}))])


def _sample_in_path(parameter: Document) -> str:
    """Its example, an id, or what the reader's shell has under its name."""
    schema = parameter["schema"]
    if schema.get("format") == "uuid":
        return SAMPLE_ID
    return str(schema["examples"][0] if "examples" in schema else f"${parameter['name'].upper()}")


def _data(content: Document) -> list[str]:
    """What is sent: the example, or a file where there is none."""
    sent = content.get("application/json", {})
    if "example" not in sent:
        return ["--data-binary @body"] if content else []
    quoted = _json(sent["example"], indent=2).replace("'", "'\\''")
    return ['-H "Content-Type: application/json"', f"-d '{quoted}'"]


SAMPLE_ID: Final = "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10"


def _example(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else _json(value, indent=2)


def _problems(document: Document, responses: Document) -> Iterator[Answer]:
    for status, response in responses.items():
        content = response.get("content", {}).get(PROBLEM_TYPE, {})
        for code, example in content.get("examples", {}).items():
            yield Answer(status, code, _resolved(document, example)["value"]["title"])


def _json(value: Any, *, indent: int = 0) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=indent).decode()
