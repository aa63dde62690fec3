"""The address: from where a request came, behind proxies that are ours to trust."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from guilder.http.request import Request
from guilder.kernel import Network, is_in

UNKNOWN: Final = "unknown"


def address_of(request: Request, trusted: Sequence[Network] = ()) -> str:
    """Whoever spoke to us; or, where that is a trusted proxy, whoever spoke to the proxy.

    Of what a chain of proxies has written down, only what a trusted one wrote counts: it is
    read from its end, as far as the addresses are trusted.
    """
    found = request.peer or UNKNOWN
    if not trusted or not is_in(found, trusted):
        return found
    told = (request.header(b"x-forwarded-for") or "").split(",")
    for text in reversed(told):
        plain = _plain(text)
        if plain is None:
            break
        found = plain
        if not is_in(found, trusted):
            break
    return found


def _plain(text: str) -> str | None:
    try:
        return str(ip_address(text.strip().strip("[]")))
    except ValueError:
        return None
