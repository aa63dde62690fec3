"""Browsers: pages of any origin may call the endpoints that say so, and no other.

Such a call is let in by the key that the page itself shows. No cookie goes along with it, so
there is nothing of its reader's that a stranger's page could make use of.
"""

from collections.abc import Sequence
from typing import Final

from .response import API_HEADERS, Headers, Response

PREFLIGHT: Final = "OPTIONS"
"""How a browser asks whether a page may call."""

MAY_SEND: Final = b"authorization, content-type, guilder-version, idempotency-key"
MAY_READ: Final = (
    b"guilder-version, idempotency-replayed, ratelimit, ratelimit-policy, request-id, retry-after"
)
REMEMBERED_SECONDS: Final = 7200

BROWSER_HEADERS: Final[Headers] = (
    *API_HEADERS,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", MAY_READ),
)
"""What any answer to a page carries: without it the browser keeps a problem to itself, too."""


def preflight(methods: Sequence[str]) -> Response:
    """Tell a browser what pages may do at an address."""
    return Response(
        204,
        headers=[
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", MAY_SEND),
            (b"access-control-max-age", str(REMEMBERED_SECONDS).encode()),
        ],
        common=BROWSER_HEADERS,
    )
