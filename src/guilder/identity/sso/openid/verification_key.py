"""The keys of an issuer, by which its signatures are told from others'."""

from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from .base64url import NotBase64Url, decoded

MOST_KEYS: Final = 100
RSA_BITS: Final = range(2048, 8193)
"""A shorter one can be broken, and a longer one takes long to be looked at."""

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


class WrittenKey(msgspec.Struct, frozen=True):
    """A key of a JSON Web Key Set, in as much as we read of it."""

    kty: str
    kid: str | None = None
    use: str | None = None
    alg: str | None = None
    key_ops: list[str] | None = None
    n: str = ""
    e: str = ""
    crv: str = ""
    x: str = ""
    y: str = ""

    @property
    def is_for_signatures(self) -> bool:
        may_verify = self.key_ops is None or "verify" in self.key_ops
        return self.use in {None, "sig"} and may_verify


class WrittenKeys(msgspec.Struct, frozen=True):
    """A JSON Web Key Set. What we cannot read of it is not for us."""

    keys: list[msgspec.Raw]


class VerificationKey(NamedTuple):
    """A key, the name under which a token speaks of it, and the only algorithm, if it has one."""

    name: str | None
    algorithm: str | None
    key: PublicKey


def keys_in(document: bytes) -> tuple[VerificationKey, ...]:
    """The keys of a set that we can use. Secrets that both sides know are none."""
    written = msgspec.json.decode(document, type=WrittenKeys).keys[:MOST_KEYS]
    found = (_read(each) for each in written)
    return tuple(key for key in found if key is not None)


def _read(raw: msgspec.Raw) -> VerificationKey | None:
    try:
        written = msgspec.json.decode(raw, type=WrittenKey)
        key = _key_of(written) if written.is_for_signatures else None
    except (msgspec.ValidationError, NotBase64Url, ValueError):
        return None
    return None if key is None else VerificationKey(written.kid, written.alg, key)


def _key_of(written: WrittenKey) -> PublicKey | None:
    match written.kty, written.crv:
        case "RSA", "":
            numbers = RSAPublicNumbers(_number(written.e), _number(written.n))
            is_fit = numbers.n.bit_length() in RSA_BITS and numbers.e.bit_length() <= 32  # noqa: PLR2004
            return numbers.public_key() if is_fit else None
        case "EC", "P-256":
            point = EllipticCurvePublicNumbers(_number(written.x), _number(written.y), SECP256R1())
            return point.public_key()
        case "OKP", "Ed25519":
            return Ed25519PublicKey.from_public_bytes(decoded(written.x))
    return None


def _number(text: str) -> int:
    return int.from_bytes(decoded(text), "big")
