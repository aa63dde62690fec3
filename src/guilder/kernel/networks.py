"""Networks: where an address belongs, as operators and tenants write it down.

An IPv4 address that is mapped to IPv6 (`::ffff:192.0.2.1`) is the IPv4 address that it stands for.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

MAPPED: Final = IPv6Network("::ffff:0:0/96")


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that are written so; one address is a network of its own."""
    return tuple(_unmapped(ip_network(text.strip(), strict=False)) for text in texts)


def is_in(address: str, among: Sequence[Network]) -> bool:
    """Whether an address belongs to one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in among)


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv4Network) or not network.subnet_of(MAPPED):
        return network
    mapped = network.network_address.ipv4_mapped
    return ip_network(f"{mapped}/{network.prefixlen - MAPPED.prefixlen}")
