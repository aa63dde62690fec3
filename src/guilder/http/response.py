"""The response, and the headers that every one of them carries."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from guilder.kernel import Problem

from .callers.rates import Standing
from .problems import PROBLEM_TYPE, MethodNotAllowed, NotAuthenticated, TooManyRequests, document_of

API_VERSION: Final = "2026-11-20"

Headers = Sequence[tuple[bytes, bytes]]

SECURITY_HEADERS: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
)
API_HEADERS: Final[Headers] = (
    *SECURITY_HEADERS,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
    (b"guilder-version", API_VERSION.encode()),
)
PAGE_HEADERS: Final[Headers] = (
    *SECURITY_HEADERS,
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
            b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
)
PROBLEM_PAGE_HEADERS: Final[Headers] = (*PAGE_HEADERS, (b"cache-control", b"no-store"))


class Response(msgspec.Struct):
    """A status, a body, and the headers beyond those that all responses carry."""

    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: Headers = ()
    common: Headers = API_HEADERS


class EventStream(msgspec.Struct):
    """Server-sent events: chunks that are sent as they come, to a program of one owner."""

    chunks: AsyncIterator[bytes]
    headers: Headers = ()
    owner: object = None


def problem_response(problem: Problem, request_id: str, *, page: bytes | None = None) -> Response:
    """The problem as an answer, with the headers that its status asks for; a page for a person."""
    if page is not None:
        return Response(
            problem.status,
            page,
            content_type=b"text/html; charset=utf-8",
            headers=headers_of(problem),
            common=PROBLEM_PAGE_HEADERS,
        )
    return Response(
        status=problem.status,
        body=document_of(problem, request_id),
        content_type=PROBLEM_TYPE.encode(),
        headers=headers_of(problem),
    )


def headers_of(problem: Problem) -> Headers:
    """What a problem says beside its document: when to come again, or how."""
    match problem:
        case MethodNotAllowed():
            return [(b"allow", ", ".join(problem.allow).encode())]
        case NotAuthenticated():
            return [(b"www-authenticate", b'Bearer realm="guilder"')]
        case TooManyRequests(limit=limit, retry_after=seconds):
            standing = Standing(limit, remaining=0, reset_seconds=seconds)
            return [(b"retry-after", str(seconds).encode()), *standing.headers]
        case _ if problem.retry_after_seconds is not None:
            return [(b"retry-after", str(problem.retry_after_seconds).encode())]
        case _ if "retry_after" in problem.details:
            return [(b"retry-after", str(problem.details["retry_after"]).encode())]
        case _:
            return ()
