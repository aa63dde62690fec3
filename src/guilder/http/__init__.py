"""What every endpoint needs.

A typed function becomes an endpoint whose decoding, limits, scopes and idempotency
follow from its signature. Whatever goes wrong is answered as
one RFC 9457 document.
"""

from .answers import RequestInProgress, forget_answers
from .callers import (
    CALLS_PER_MINUTE,
    OWN,
    Caller,
    Gatekeeper,
    Rates,
    Visit,
    Visitor,
    forget_calls,
)
from .calls import Reception
from .door import Door
from .endpoint import Endpoint, delete, get, patch, post, put
from .health import health_endpoints
from .limits import (
    DEFAULT_PAGE,
    DRAIN_SECONDS,
    MAX_BODY_BYTES,
    MAX_IDEMPOTENCY_KEY,
    MAX_PAGE,
)
from .listing import Listing, Page
from .outcomes import details_of, problems_of
from .problems import (
    PROBLEM_TYPE,
    PROBLEMS_AT,
    FieldError,
    InvalidRequest,
    NotAMember,
    NotAuthenticated,
    NotFound,
    PermissionMissing,
)
from .response import API_VERSION, PAGE_HEADERS, EventStream, Response, headers_of
from .unfinished import Asked, Unfinished
from .wire.protocol import LimitedProtocol

__all__ = [
    "API_VERSION",
    "CALLS_PER_MINUTE",
    "DEFAULT_PAGE",
    "DRAIN_SECONDS",
    "MAX_BODY_BYTES",
    "MAX_IDEMPOTENCY_KEY",
    "MAX_PAGE",
    "OWN",
    "PAGE_HEADERS",
    "PROBLEMS_AT",
    "PROBLEM_TYPE",
    "Asked",
    "Caller",
    "Door",
    "Endpoint",
    "EventStream",
    "FieldError",
    "Gatekeeper",
    "InvalidRequest",
    "LimitedProtocol",
    "Listing",
    "NotAMember",
    "NotAuthenticated",
    "NotFound",
    "Page",
    "PermissionMissing",
    "Rates",
    "Reception",
    "RequestInProgress",
    "Response",
    "Unfinished",
    "Visit",
    "Visitor",
    "delete",
    "details_of",
    "forget_answers",
    "forget_calls",
    "get",
    "headers_of",
    "health_endpoints",
    "patch",
    "post",
    "problems_of",
    "put",
]
