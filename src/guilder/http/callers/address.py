"""The address: from where a request came, behind proxies that are ours to trust."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from guilder.http.request import Request

Network = IPv4Network | IPv6Network
UNKNOWN: Final = "unknown"


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that are written so; one address is a network of its own."""
    return tuple(ip_network(text.strip(), strict=False) for text in texts)


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


def is_in(address: str, among: Sequence[Network]) -> bool:
    """Whether an address belongs to one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in among)


def _plain(text: str) -> str | None:
    try:
        return str(ip_address(text.strip().strip("[]")))
    except ValueError:
        return None
