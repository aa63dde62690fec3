"""What may come of a request: every problem that an endpoint may answer."""

from dataclasses import fields
from typing import Any, Final, get_type_hints

from guilder.db import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseUnavailable,
    TooMuchContention,
    TooSlow,
)
from guilder.kernel import CursorNotValid, Problem

from .answers import IdempotencyKeyNotValid, IdempotencyKeyReused, RequestInProgress
from .callers import READS
from .card_numbers import CardNumberRefused
from .endpoint import Endpoint
from .problems import (
    BodyTooLarge,
    EndpointTimeout,
    HeadersTooLarge,
    InternalError,
    InvalidRequest,
    MalformedBody,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    Overloaded,
    PermissionMissing,
    RequestTimeout,
    ShuttingDown,
    TargetTooLong,
    TenantMayNotWrite,
    TooManyRequests,
    TooManyStreams,
    UnsupportedMediaType,
    VersionNotKnown,
)

ALWAYS: Final = (
    MalformedRequest,
    VersionNotKnown,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    RequestTimeout,
    BodyTooLarge,
    TargetTooLong,
    HeadersTooLarge,
    InvalidRequest,
    CardNumberRefused,
    InternalError,
    Overloaded,
    ShuttingDown,
    EndpointTimeout,
)
WITH_A_DATABASE: Final = (
    DatabaseUnavailable,
    DatabaseBusy,
    DatabaseFull,
    TooSlow,
    TooMuchContention,
)
WITH_A_KEY: Final = (NotAuthenticated, PermissionMissing, TooManyRequests)
WITH_A_BODY: Final = (MalformedBody, UnsupportedMediaType)
WITH_IDEMPOTENCY: Final = (IdempotencyKeyNotValid, IdempotencyKeyReused, RequestInProgress)


def problems_of(endpoint: Endpoint) -> list[type[Problem]]:
    """Every problem that an endpoint may answer."""
    found: list[type[Problem]] = [*ALWAYS]
    if endpoint.permission or "visitor" in endpoint.given:
        found += WITH_A_DATABASE
    if endpoint.permission:
        found += WITH_A_KEY
        if endpoint.method not in READS:
            found.append(TenantMayNotWrite)
    if endpoint.body_type is not None:
        found += WITH_A_BODY
    if endpoint.is_idempotent:
        found += WITH_IDEMPOTENCY
    if "page" in endpoint.given:
        found.append(CursorNotValid)
    if endpoint.is_stream:
        found.append(TooManyStreams)
    return list(dict.fromkeys([*found, *endpoint.problems]))


def details_of(problem: type[Problem]) -> dict[str, Any]:
    """What a problem tells beyond its title, with the types."""
    hints = get_type_hints(problem)
    return {field.name: hints[field.name] for field in fields(problem)}  # type: ignore[arg-type]
