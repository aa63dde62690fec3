"""Unsubscriptions: a link in a letter ends letters of its kind, without signing in.

The link says sealed whose letters and which; it needs no row, and works as long as the letter
is kept.
"""

import base64
import binascii
from contextlib import suppress
from typing import Final, final
from uuid import UUID

import msgspec

from guilder.db import Tx
from guilder.identity.users import Home, UserId, UserNotFound
from guilder.kernel import Problem, SealBroken, TenantId, Tool, Vault

from .preferences import Preference, PreferenceChanges, change_preferences

PATH: Final = "/v1/unsubscriptions"
PLACE: Final = b"unsubscribe"
ID_BYTES: Final = 16


class LinkNotValid(Problem, status=404):
    """This link is not one of ours, or not all of it."""


class Subscription(msgspec.Struct, frozen=True):
    """Letters of one kind, to one user."""

    home: Home
    kind: Preference


@final
class Unsubscriptions(Tool):
    """Makes the links by which letters are ended, and reads them."""

    def __init__(self, vault: Vault, public_url: str) -> None:
        self._vault = vault
        self._public_url = public_url

    def url(self, of: Subscription) -> str:
        """The address that ends these letters."""
        return f"{self._public_url}{PATH}?token={self.token(of)}"

    def token(self, of: Subscription) -> str:
        """What the address carries."""
        plain = of.home.tenant_id.bytes + of.home.user_id.bytes + of.kind.encode()
        return base64.urlsafe_b64encode(self._vault.seal(plain, place=PLACE)).decode().rstrip("=")

    def read(self, token: str) -> Subscription:
        """Whose letters end with this, and which."""
        try:
            sealed = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}", b"-_", validate=True)
            plain = self._vault.open(sealed, place=PLACE)
        except (SealBroken, binascii.Error, ValueError) as wrong:
            raise LinkNotValid from wrong
        tenant, user, kind = plain[:ID_BYTES], plain[ID_BYTES : 2 * ID_BYTES], plain[2 * ID_BYTES :]
        home = Home(TenantId(UUID(bytes=tenant)), UserId(UUID(bytes=user)))
        return Subscription(home, Preference(kind.decode()))


async def end(tx: Tx, of: Subscription) -> None:
    """Send no more of these letters. Whose they were may have gone: then it is so already."""
    with suppress(UserNotFound):
        await change_preferences(tx, of.home.user_id, PreferenceChanges(**{of.kind: False}))
