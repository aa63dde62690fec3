"""The ID token: what an issuer says of whoever signed in, to us, about this one sign-in."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from .base64url import encoded
from .signature import signed_by
from .verification_key import VerificationKey

LEEWAY_SECONDS: Final = 60.0
"""So far two clocks may be apart."""

OLDEST_SECONDS: Final = 600.0
"""A token is made when its code is redeemed, so none is older than the way to us."""

HASHES: Final = {
    "RS256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "EdDSA": hashlib.sha512,
}


class IdTokenRefused(Exception):
    """The token is not what was asked for."""


class Claims(msgspec.Struct, frozen=True):
    """What a token says."""

    iss: str
    sub: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[ -~]+$(?!\n)")]
    aud: str | list[str]
    exp: float
    iat: float
    nonce: str | None = None
    azp: str | None = None
    at_hash: str | None = None
    nbf: float | None = None
    email: str | None = None
    email_verified: bool | str | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None

    @property
    def is_email_verified(self) -> bool:
        """Some issuers write it as a word."""
        return self.email_verified is True or self.email_verified == "true"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a token has to say to be the one that was asked for."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime
    access_token: str | None = None


def read_id_token(token: str, keys: Sequence[VerificationKey], expected: Expected) -> Claims:
    """What the issuer says, once everything about the token was looked at."""
    algorithm, said = signed_by(keys, token)
    try:
        claims = msgspec.json.decode(said, type=Claims)
    except msgspec.DecodeError as wrong:
        raise IdTokenRefused("it does not say what an ID token says") from wrong
    if claims.iss != expected.issuer:
        raise IdTokenRefused("another issuer speaks")
    _require_audience(claims, expected.client_id)
    _require_time(claims, expected.now.timestamp())
    if not hmac.compare_digest((claims.nonce or "").encode(), expected.nonce.encode()):
        raise IdTokenRefused("it is about another sign-in")
    if claims.at_hash is not None and expected.access_token is not None:
        _require_hash(claims.at_hash, expected.access_token, algorithm)
    return claims


def _require_audience(claims: Claims, client_id: str) -> None:
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if client_id not in audience:
        raise IdTokenRefused("it is for somebody else")
    if claims.azp not in ({client_id} if len(audience) > 1 else {client_id, None}):
        raise IdTokenRefused("it was made for somebody else")


def _require_time(claims: Claims, now: float) -> None:
    if claims.exp <= now - LEEWAY_SECONDS:
        raise IdTokenRefused("it has expired")
    if max(claims.iat, claims.nbf or 0.0) > now + LEEWAY_SECONDS:
        raise IdTokenRefused("it is of the future")
    if claims.iat < now - OLDEST_SECONDS:
        raise IdTokenRefused("it is an old one")


def _require_hash(told: str, access_token: str, algorithm: str) -> None:
    """Hashed as the token's signature hashes."""
    digest = HASHES[algorithm](access_token.encode()).digest()
    if not hmac.compare_digest(encoded(digest[: len(digest) // 2]).encode(), told.encode()):
        raise IdTokenRefused("it came with another access token")
