"""The handoff: what a cart costs, signed, so that anybody can see offline that we said so.

The token is a JWS of the tenant's Ed25519 key (RFC 7515, RFC 8037). It names the session, the
amount and a hash of all that is sold: SHA-256 of the snapshot as canonical JSON (RFC 8785).
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guilder.kernel import TenantId

from .canonical import canonical, told_by_others
from .keys import Signer, SigningKey
from .session import CheckoutId, Snapshot, SnapshotLine


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says."""

    iss: str
    tenant: TenantId
    sub: CheckoutId
    amount: int
    currency: str
    snapshot: str
    iat: int
    exp: int


class HandoffNotGenuine(Exception):
    """A token that no key of the tenant has signed."""


def hash_of(snapshot: Snapshot) -> str:
    """What a snapshot is recognised by."""
    if any(line.metadata for line in snapshot.lines):
        lines = [_with_metadata_as_told(line) for line in snapshot.lines]
        snapshot = msgspec.structs.replace(snapshot, lines=lines)
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def _with_metadata_as_told(line: SnapshotLine) -> SnapshotLine:
    return msgspec.structs.replace(line, metadata=told_by_others(line.metadata))


def signed(handoff: Handoff, signer: Signer) -> str:
    """The token of a handoff."""
    header = {"alg": "EdDSA", "kid": str(signer.key_id), "typ": "JWT"}
    message = f"{_written(canonical(header))}.{_written(canonical(handoff))}"
    return f"{message}.{_written(signer.sign(message.encode()))}"


def read_token(token: str, keys: dict[str, SigningKey]) -> Handoff:
    """What a genuine token says. Whether its time is over is for the database to tell."""
    message, _, signature = token.rpartition(".")
    try:
        header, payload = (msgspec.json.decode(_read(part)) for part in message.split("."))
        key = Ed25519PublicKey.from_public_bytes(keys[header["kid"]].public_key)
        key.verify(_read(signature), message.encode())
        return msgspec.convert(payload, Handoff)
    except (ValueError, KeyError, TypeError, InvalidSignature, msgspec.MsgspecError) as wrong:
        raise HandoffNotGenuine from wrong


def claim_of(token: str) -> Handoff | None:
    """What a token claims, before anybody has looked at its signature."""
    try:
        payload = _read(token.split(".")[1])
        return msgspec.json.decode(payload, type=Handoff)
    except (ValueError, IndexError, msgspec.MsgspecError):
        return None


def tenant_in(token: str) -> TenantId | None:
    """The tenant that a token claims to be of."""
    claim = claim_of(token)
    return claim.tenant if claim else None


def as_jwk(key: SigningKey) -> dict[str, Any]:
    """A public key as others read it (RFC 8037)."""
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": "EdDSA",
        "kid": str(key.id),
        "x": _written(key.public_key),
    }


def seconds(moment: datetime) -> int:
    """A moment as tokens write it."""
    return int(moment.timestamp())


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
