"""What every answer must look like, whatever it says."""

from typing import Any

import httpx

from guilder.kernel.problem import REGISTRY

ON_EVERY_ANSWER = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
ON_EVERY_API_ANSWER = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "guilder-version": "2026-11-20",
}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The document of a problem, which is whole."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["code"] == code, document
    assert document["status"] == status
    assert document["type"] == f"/docs#problem-{code}"
    assert document["title"] == REGISTRY[code].title
    assert document["request_id"] == answer.headers["request-id"]
    assert has_common_headers(answer)
    return document


def pointers(document: dict[str, Any]) -> list[str]:
    """Where the fields' errors lie."""
    return [error.get("pointer", error.get("parameter")) for error in document["errors"]]


def has_common_headers(answer: httpx.Response) -> bool:
    return {**ON_EVERY_ANSWER, **ON_EVERY_API_ANSWER}.items() <= dict(answer.headers).items()
