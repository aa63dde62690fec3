"""What every endpoint needs.

A typed function becomes an endpoint whose decoding, limits, scopes, idempotency
and documentation follow from its signature. Whatever goes wrong is answered as
one RFC 9457 document.
"""

from .answers import forget_answers
from .caller import Caller, Gatekeeper
from .calls import Reception
from .docs import docs_endpoints
from .door import Door
from .endpoint import Endpoint, delete, get, patch, post, put
from .health import health_endpoints
from .listing import Listing, Page
from .openapi import openapi
from .problems import FieldError, InvalidRequest
from .protocol import LimitedProtocol
from .rates import Rates
from .response import API_VERSION, EventStream, Response

__all__ = [
    "API_VERSION",
    "Caller",
    "Door",
    "Endpoint",
    "EventStream",
    "FieldError",
    "Gatekeeper",
    "InvalidRequest",
    "LimitedProtocol",
    "Listing",
    "Page",
    "Rates",
    "Reception",
    "Response",
    "delete",
    "docs_endpoints",
    "forget_answers",
    "get",
    "health_endpoints",
    "openapi",
    "patch",
    "post",
    "put",
]
