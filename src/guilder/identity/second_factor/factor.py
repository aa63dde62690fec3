"""The factor: a secret that its user's device and we share."""

import io
import secrets
from datetime import datetime
from typing import final

import msgspec
import segno

from guilder.identity.users import Home
from guilder.kernel import Tool, Vault

from .totp import SECRET_BYTES, otpauth, readable


class Factor(msgspec.Struct, frozen=True):
    """A user's second factor, its secret sealed. It counts once it is confirmed."""

    secret_sealed: bytes
    confirmed_at: datetime | None
    last_step: int


class FactorState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a second factor is asked for, and how many recovery codes are left."""

    is_on: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class Draft(msgspec.Struct, frozen=True):
    """A new secret in the ways in which it comes to a device. It is shown this once."""

    secret: str
    url: str
    qr_code: str


@final
class Factors(Tool):
    """Makes secrets, seals them for their user, and opens them."""

    def __init__(self, vault: Vault, issuer: str) -> None:
        self._vault = vault
        self._issuer = issuer.replace(":", " ")

    def new(self) -> bytes:
        """A secret that nobody has."""
        return secrets.token_bytes(SECRET_BYTES)

    def seal(self, secret: bytes, home: Home) -> bytes:
        """A secret as it is kept: it opens for this user only."""
        return self._vault.seal(secret, place=_place(home))

    def open(self, factor: Factor, home: Home) -> bytes:
        """The secret."""
        return self._vault.open(factor.secret_sealed, place=_place(home))

    def draft(self, secret: bytes, account: str) -> Draft:
        """A secret as it is shown: typed, opened, or photographed from a screen."""
        url = otpauth(secret, issuer=self._issuer, account=account)
        picture = io.BytesIO()
        segno.make_qr(url).save(
            picture, kind="svg", scale=4, dark="#000", light="#fff", xmldecl=False
        )
        return Draft(readable(secret), url, picture.getvalue().decode().strip())


def _place(home: Home) -> bytes:
    return f"second factor {home.tenant_id} {home.user_id}".encode()
