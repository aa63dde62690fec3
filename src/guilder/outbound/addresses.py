"""Which addresses may be reached: those that everybody can reach, and what the operator allows.

The lists are IANA's registries of special-purpose addresses. Of IPv6 only what is handed out to the
world counts, so what maps or translates to IPv4 (`::ffff:0:0/96`, `64:ff9b::/96`) is outside.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, final

from guilder.kernel import Network, networks

WORLD: Final = IPv6Network("2000::/3")

SPECIAL: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network, and nobody
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared behind carriers
        "127.0.0.0/8",
        "168.63.129.16/32",  # public by its number, and a cloud's own in truth
        "169.254.0.0/16",  # link-local, where clouds tell machines their secrets
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # to many at once
        "240.0.0.0/4",
        "2001::/23",  # protocols, Teredo among them, which carries IPv4
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries IPv4
        "3fff::/20",
    )
)


@final
class Reach:
    """How far requests go."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._allowed = networks(allowed)

    def admits(self, address: str) -> bool:
        """Whether a request may go there."""
        found = _read(address)
        return found is not None and (self._is_allowed(found) or is_public(found))

    def allows(self, address: str) -> bool:
        """Whether the operator has named it, so that it may be asked without encryption too."""
        found = _read(address)
        return found is not None and self._is_allowed(found)

    def _is_allowed(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._allowed)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody in the world means the same machine by it."""
    if isinstance(address, IPv6Address) and address not in WORLD:
        return False
    return not any(address in network for network in SPECIAL)


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
