"""Responses: an endpoint's success and its problems, as OpenAPI describes them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from guilder.http import (
    PROBLEM_TYPE,
    PROBLEMS_AT,
    Endpoint,
    FieldError,
    details_of,
    problems_of,
)
from guilder.kernel import Problem

HEADERS: Final[dict[str, tuple[str, str]]] = {
    "Request-Id": ("Names this request, in our log too.", "req_5f0c9d6a1b2e3f4a5b6c7d8e"),
    "Guilder-Version": ("The version of the API that answered.", "2026-11-20"),
    "RateLimit-Policy": ("Calls a tenant has in so many seconds.", '"calls";q=600;w=60'),
    "RateLimit": ("Calls that are left, and seconds until all are back.", '"calls";r=599;t=42'),
    "Idempotency-Replayed": ("`true` where this was answered before and kept.", "true"),
    "Retry-After": ("After how many seconds to try again.", "1"),
    "WWW-Authenticate": ("How to authenticate.", 'Bearer realm="guilder"'),
    "Allow": ("The methods of this address.", "GET, HEAD"),
}
PAGE: Final = {"text/html": {"schema": {"type": "string"}}}
"""How a browser reads a problem of a page."""

EXAMPLE: Final = "#/components/examples/"
RATED: Final = ("RateLimit-Policy", "RateLimit")
EXAMPLES: Final[dict[Any, Any]] = {
    int: 1,
    str: "text",
    list[str]: ["GET", "HEAD"],
    list[FieldError]: [FieldError("is required", pointer="/name")],
}
EXAMPLES_OF: Final = {
    "card_number_refused": {
        "errors": [{"detail": "holds a card number", "pointer": "/metadata/note"}]
    },
}


class ProblemDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Why a request was not done, as RFC 9457 has it. Each code may add details of its own."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    detail: str | msgspec.UnsetType = msgspec.UNSET
    errors: list[FieldError] | msgspec.UnsetType = msgspec.UNSET


def header_components() -> dict[str, Any]:
    """The headers of answers, described once."""
    return {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in HEADERS.items()
    }


def responses_of(
    endpoint: Endpoint, success: dict[str, Any], problem_schema: dict[str, Any]
) -> dict[str, Any]:
    """The responses of an operation, by status."""
    phrase = HTTPStatus(endpoint.status).phrase
    replayed = ["Idempotency-Replayed"] if endpoint.is_idempotent else []
    responses: dict[str, Any] = {
        str(endpoint.status): {
            "description": phrase,
            "headers": _headers(endpoint, replayed),
            **success,
        }
    }
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems_of(endpoint):
        by_status.setdefault(problem.status, []).append(problem)
    for status, problems in sorted(by_status.items()):
        is_kept = any(one in endpoint.problems and _may_be_kept(one) for one in problems)
        kept = replayed if is_kept else []
        responses[str(status)] = {
            "description": _described(status, problems),
            "headers": _headers(endpoint, [*_of_status(status, problems), *kept]),
            "content": {
                PROBLEM_TYPE: {
                    "schema": problem_schema,
                    "examples": {one.code: {"$ref": EXAMPLE + one.code} for one in problems},
                },
                **({} if endpoint.path.startswith("/v1/") else PAGE),
            },
        }
    return responses


def _may_be_kept(problem: type[Problem]) -> bool:
    """Whether it is answered again to the same request, and not judged anew."""
    tells_when = problem.retry_after_seconds is not None or "retry_after" in details_of(problem)
    return problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and not tells_when


def example_components(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Every problem as it could be answered, by its code."""
    problems = {one.code: one for endpoint in endpoints for one in problems_of(endpoint)}
    return {code: {"value": example_of(problems[code])} for code in sorted(problems)}


def example_of(problem: type[Problem]) -> dict[str, Any]:
    """A problem as it could be answered, details and all."""
    details = {name: EXAMPLES.get(kind, "text") for name, kind in details_of(problem).items()}
    return {
        "type": PROBLEMS_AT + problem.code,
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        **msgspec.to_builtins(details),
        **EXAMPLES_OF.get(problem.code, {}),
        "request_id": HEADERS["Request-Id"][1],
    }


def _described(status: int, problems: list[type[Problem]]) -> str:
    codes = "\n".join(f"- `{problem.code}`: {problem.title}" for problem in problems)
    return f"{HTTPStatus(status).phrase}\n\n{codes}"


def _headers(endpoint: Endpoint, more: list[str]) -> dict[str, Any]:
    names = ["Request-Id", "Guilder-Version", *(RATED if endpoint.permission else ()), *more]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _of_status(status: int, problems: list[type[Problem]]) -> list[str]:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return ["WWW-Authenticate"]
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return ["Allow"]
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ["Retry-After"]
        case _ if any(problem.retry_after_seconds is not None for problem in problems):
            return ["Retry-After"]
        case _:
            return []
