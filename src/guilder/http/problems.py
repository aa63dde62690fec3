"""What is wrong with a request before any verb sees it, and how a problem is written down."""

from typing import Any, Final

import msgspec

from guilder.kernel import Problem

PROBLEMS_AT: Final = "/docs#problem-"
PROBLEM_TYPE: Final = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with one value: where it stands in the body, or in the query or a header."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class NotFound(Problem, status=404):
    """There is nothing at this address. What there is stands at /docs and at /openapi.json."""


class MethodNotAllowed(Problem, status=405):
    """This address does not answer to this method."""

    allow: list[str]


class NotAcceptable(Problem, status=406):
    """The request does not accept the type that is answered here."""


class MalformedRequest(Problem, status=400):
    """The request breaks the rules of HTTP, or can be read in two ways."""

    detail: str


class RequestTimeout(Problem, status=408):
    """The request did not arrive in time."""


class BodyTooLarge(Problem, status=413):
    """The body is larger than this address takes."""

    maximum_bytes: int


class TargetTooLong(Problem, status=414):
    """The address is longer than any of ours."""

    maximum_bytes: int


class UnsupportedMediaType(Problem, status=415):
    """A body is sent as application/json, in UTF-8, and not compressed."""


class HeadersTooLarge(Problem, status=431):
    """The headers are larger than a request needs."""

    maximum_bytes: int


class MalformedBody(Problem, status=400):
    """The body is not JSON that everybody reads alike, or its values go beyond our limits."""

    detail: str


class InvalidRequest(Problem, status=422):
    """The request does not have the form that this address asks for."""

    errors: list[FieldError]


class VersionNotKnown(Problem, status=400):
    """This version of the API does not exist."""

    supported: list[str]


class NotAuthenticated(Problem, status=401):
    """Send a valid key or session: `Authorization: Bearer gk_…`, or `gs_…`."""


class PermissionMissing(Problem, status=403):
    """Whoever asks does not hold the permission for this."""

    needs: str


class SessionNeeded(Problem, status=403):
    """This concerns a person: sign in, and send the session's token instead of a key."""


class NotAMember(Problem, status=403):
    """Whoever this token stands for does not belong to the tenant that `Guilder-Tenant` names."""


class TenantMayNotWrite(Problem, status=403):
    """The tenant is suspended: it reads, and cannot write."""


class TooManyRequests(Problem, status=429):
    """The tenant's calls for this minute are used up."""

    quota: str
    limit: int
    tier: str
    retry_after: int


class TooManyStreams(Problem, status=429, retry_after_seconds=10):
    """The tenant has as many streams open as it may have at once."""

    maximum: int


class Overloaded(Problem, status=503, retry_after_seconds=1):
    """More requests are under way than can be served well."""


class ShuttingDown(Problem, status=503, retry_after_seconds=2):
    """This process is about to stop."""


class EndpointTimeout(Problem, status=503, retry_after_seconds=5):
    """The request took longer than it may."""


class InternalError(Problem, status=500):
    """Something went wrong on our side; the request id finds it in the log."""


def document_of(problem: Problem, request_id: str) -> bytes:
    """The problem as RFC 9457 has it."""
    document: dict[str, Any] = {
        "type": PROBLEMS_AT + problem.code,
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        **problem.details,
        "request_id": request_id,
    }
    return msgspec.json.encode(document)
