"""Sharing: what several operations say alike stands in the document once, and they refer to it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from guilder.http import PROBLEM_TYPE

Node = dict[str, Any]


def share(operations: list[Node]) -> dict[str, dict[str, Node]]:
    """Replace what is repeated by references; answers the components that they lead to."""
    parameters: dict[str, Node] = {}
    responses: dict[str, Node] = {}
    is_common = _repeated(one for operation in operations for one in _parts(operation))
    usual = _usual_codes(operations)
    for operation in operations:
        operation["parameters"] = [
            _referring(one, parameters, f"{one['in']}.{one['name']}", kind="parameters")
            if "$ref" not in one and is_common[_text(one)]
            else one
            for one in operation["parameters"]
        ]
        operation["responses"] = {
            status: _referring(one, responses, _name_of(status, one, usual), kind="responses")
            if is_common[_text(one)]
            else one
            for status, one in operation["responses"].items()
        }
    return {"parameters": parameters, "responses": responses}


def _parts(operation: Node) -> Iterator[Node]:
    yield from operation["parameters"]
    yield from operation["responses"].values()


def _repeated(nodes: Iterator[Node]) -> dict[str, bool]:
    return {text: count > 1 for text, count in Counter(map(_text, nodes)).items()}


def _referring(node: Node, shared: dict[str, Node], name: str, *, kind: str) -> Node:
    """A reference to what has this name, unless that is something else."""
    if shared.setdefault(name, node) != node:
        return node
    return {"$ref": f"#/components/{kind}/{name}"}


def _usual_codes(operations: list[Node]) -> dict[str, set[str]]:
    """What every operation may answer with a status."""
    usual: dict[str, set[str]] = {}
    for operation in operations:
        for status, response in operation["responses"].items():
            codes = _codes_of(response)
            usual[status] = usual.get(status, codes) & codes
    return usual


def _name_of(status: str, response: Node, usual: dict[str, set[str]]) -> str:
    """A status, what it tells beyond the usual, and how it differs otherwise."""
    content: Node = next(iter(response.get("content", {}).values()), {})
    words = [status, *sorted(_codes_of(response) - usual[status])]
    if not _codes_of(response):
        words.append(content.get("schema", {}).get("$ref", "").rpartition("/")[2])
    if "Idempotency-Replayed" in response["headers"]:
        words.append("kept")
    if "RateLimit" not in response["headers"]:
        words.append("open")
    return ".".join(filter(None, words))


def _codes_of(response: Node) -> set[str]:
    return {*response.get("content", {}).get(PROBLEM_TYPE, {}).get("examples", ())}


def _text(node: Node) -> str:
    return msgspec.json.encode(node).decode()
