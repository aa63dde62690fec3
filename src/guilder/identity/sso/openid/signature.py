"""The signature of a JSON Web Token. The token never decides by what it is held against."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from .base64url import NotBase64Url, decoded
from .verification_key import VerificationKey

LONGEST: Final = 20_000
HALF: Final = 32
"""Bytes of each of the two numbers of a signature on P-256."""


class SignatureRefused(Exception):
    """Nobody whom we know has signed this."""


class KeyNotKnown(SignatureRefused):
    """It names a key that the issuer did not have when we asked."""


class Header(msgspec.Struct, frozen=True):
    """What a token says of its own signature."""

    alg: str
    kid: str | None = None
    typ: str = "JWT"
    crit: list[str] | None = None


def signed_by(keys: Sequence[VerificationKey], token: str) -> tuple[str, bytes]:
    """The algorithm, and what the token says, if the holder of one of these keys said it."""
    header, signed, said, signature = _apart(token)
    kind, verify = _algorithm(header)
    fitting = [
        each for each in keys if isinstance(each.key, kind) and each.algorithm in {None, header.alg}
    ]
    if header.kid is not None:
        fitting = [each for each in fitting if each.name == header.kid]
    if not fitting:
        raise KeyNotKnown(header.alg)
    if len(fitting) > 1:
        raise SignatureRefused("it could be one of several keys")
    try:
        verify(fitting[0].key, signature, signed)
    except (InvalidSignature, ValueError) as wrong:
        raise SignatureRefused("the signature is not the key's") from wrong
    return header.alg, said


def _apart(token: str) -> tuple[Header, bytes, bytes, bytes]:
    if len(token) > LONGEST or not token.isascii() or token.count(".") != 2:  # noqa: PLR2004
        raise SignatureRefused("it is no signed token")
    head, said, signature = token.split(".")
    try:
        header = msgspec.json.decode(decoded(head), type=Header)
        return header, f"{head}.{said}".encode(), decoded(said), decoded(signature)
    except (NotBase64Url, msgspec.DecodeError) as wrong:
        raise SignatureRefused("it is no signed token") from wrong


def _algorithm(header: Header) -> tuple[type, Callable[[Any, bytes, bytes], None]]:
    """One by which only the issuer can sign: not `none`, nor a secret that others know."""
    if header.crit is not None or header.typ.lower().endswith("+jwt"):
        raise SignatureRefused("it is a token of another kind")
    found = ALGORITHMS.get(header.alg)
    if found is None:
        raise SignatureRefused("its algorithm is none of ours")
    return found


def _rs256(key: RSAPublicKey, signature: bytes, signed: bytes) -> None:
    key.verify(signature, signed, PKCS1v15(), SHA256())


def _ps256(key: RSAPublicKey, signature: bytes, signed: bytes) -> None:
    padding = PSS(MGF1(SHA256()), salt_length=SHA256.digest_size)
    key.verify(signature, signed, padding, SHA256())


def _es256(key: EllipticCurvePublicKey, signature: bytes, signed: bytes) -> None:
    if len(signature) != 2 * HALF:
        raise InvalidSignature
    r, s = (int.from_bytes(half, "big") for half in (signature[:HALF], signature[HALF:]))
    key.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))


def _eddsa(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> None:
    key.verify(signature, signed)


ALGORITHMS: Final[dict[str, tuple[type, Callable[[Any, bytes, bytes], None]]]] = {
    "RS256": (RSAPublicKey, _rs256),
    "PS256": (RSAPublicKey, _ps256),
    "ES256": (EllipticCurvePublicKey, _es256),
    "EdDSA": (Ed25519PublicKey, _eddsa),
}
