"""The vault: secrets at rest, readable only with the key that the database does not have."""

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
NAME_BYTES: Final = 4


class SealBroken(Exception):
    """What is sealed was changed, moved to another place, or sealed with a key that is gone."""


class Vault:
    """Seals with the first key, opens with any: so a key is replaced by putting one before it."""

    def __init__(self, *secrets: bytes) -> None:
        keys = [hashlib.sha256(b"vault\0" + secret).digest() for secret in secrets]
        named = [(hashlib.sha256(key).digest()[:NAME_BYTES], AESGCM(key)) for key in keys]
        self._name, self._key = named[0]
        self._root = hashlib.sha256(b"derive\0" + secrets[0]).digest()
        self._keys = dict(reversed(named))

    def seal(self, plain: bytes, *, place: bytes) -> bytes:
        """Seal for one place, named by whatever makes it unique: elsewhere it does not open."""
        nonce = os.urandom(NONCE_BYTES)
        return self._name + nonce + self._key.encrypt(nonce, plain, place)

    def derive(self, purpose: bytes) -> bytes:
        """A key for one purpose, which tells nothing of the others."""
        return hmac.new(self._root, purpose, hashlib.sha256).digest()

    def open(self, sealed: bytes, *, place: bytes) -> bytes:
        """Read what was sealed for this place."""
        name, rest = sealed[:NAME_BYTES], sealed[NAME_BYTES:]
        key = self._keys.get(name)
        if key is None:
            raise SealBroken("sealed with a key that is not among ours")
        try:
            return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as broken:
            raise SealBroken("changed, or moved") from broken
