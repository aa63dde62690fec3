"""Links: whoever has the address of an order's page may see the order."""

import base64
import binascii
from typing import Final, NamedTuple, final
from uuid import UUID

from guilder.checkout import OrderId
from guilder.kernel import SealBroken, TenantId, Tool, Vault

PATH: Final = "/orders"
PLACE: Final = b"order page"
PREFIX: Final = "go_"
ID_BYTES: Final = 16


class Linked(NamedTuple):
    """Which order a link leads to."""

    tenant_id: TenantId
    order_id: OrderId


@final
class OrderLinks(Tool):
    """Makes the links of orders, and reads them.

    They are sealed and not only signed, so that they hold after the secret was replaced, for as
    long as the one before is kept.
    """

    def __init__(self, vault: Vault, public_url: str) -> None:
        self._vault = vault
        self._public_url = public_url

    def url(self, of: Linked) -> str:
        """Where the buyer finds an order."""
        return f"{self._public_url}{self.path(of)}"

    def path(self, of: Linked) -> str:
        """The same, as a page of ours leads there."""
        return f"{PATH}/{self.token(of)}"

    def token(self, of: Linked) -> str:
        """What the address ends with. Each is another, and all of them hold."""
        sealed = self._vault.seal(of.tenant_id.bytes + of.order_id.bytes, place=PLACE)
        return PREFIX + base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, token: str) -> Linked | None:
        """Which order a token is of; None where it is of none."""
        written = token.removeprefix(PREFIX)
        try:
            sealed = base64.b64decode(f"{written}{'=' * (-len(written) % 4)}", b"-_", validate=True)
            plain = self._vault.open(sealed, place=PLACE)
        except (SealBroken, binascii.Error, ValueError):
            return None
        tenant, order = plain[:ID_BYTES], plain[ID_BYTES:]
        return Linked(TenantId(UUID(bytes=tenant)), OrderId(UUID(bytes=order)))
