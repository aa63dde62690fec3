"""The target: what of an address is asked, and of whom. Pure."""

import re
from typing import Final, NamedTuple

from .failures import AddressNotValid

LONGEST: Final = 2_000
FORM: Final = re.compile(
    r"(https?)://([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?((?:[/?][!-~]*)?)",
    re.ASCII | re.IGNORECASE,
)
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
FIRST_FREE_PORT: Final = 1024
LAST_PORT: Final = 65_535


class Target(NamedTuple):
    """An address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The host as a header names it, with a port that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


def target_of(url: str) -> Target:
    """Take an address apart. Nothing is guessed: no name and password, no letters beyond ASCII.

    What follows `#` is for whoever reads the answer. Ports below 1024 belong to other protocols,
    but for the two of HTTP.
    """
    written = FORM.fullmatch(url.partition("#")[0]) if len(url) <= LONGEST else None
    if written is None:
        raise AddressNotValid("An address is http:// or https://, a host, and a path in ASCII.")
    scheme, host, path = written[1].lower(), written[2].lower().strip("[]"), written[4]
    port = int(written[3] or DEFAULT_PORTS[scheme])
    if port not in DEFAULT_PORTS.values() and not FIRST_FREE_PORT <= port <= LAST_PORT:
        raise AddressNotValid("A port is 80, 443, or from 1024 on.")
    return Target(scheme, host, port, path if path.startswith("/") else f"/{path}")
