"""Cursors: where a list goes on, sealed so that nobody can write one."""

import base64
import binascii
import hashlib
import hmac
from typing import Final, TypeVar

import msgspec

from .ids import TenantId
from .problem import Problem

T = TypeVar("T")
TAG_BYTES: Final = 16
MAX_CURSOR_CHARACTERS: Final = 4096


class CursorNotValid(Problem, status=400):
    """A cursor is taken from `next_cursor`, unchanged, of the same list with the same filters."""


class CursorSeal:
    """Seals positions for one tenant and one list: in another's hands they open nothing."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"cursor\0" + secret).digest()

    def seal(self, position: object, *, tenant_id: TenantId, of: str) -> str:
        """Write a position down for whoever turns the page. `of` names the list and its filters."""
        plain = msgspec.json.encode(position)
        sealed = self._tag(plain, tenant_id, of) + plain
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, text: str, kind: type[T], *, tenant_id: TenantId, of: str) -> T:
        """Read a position that `seal` wrote for the same tenant and list."""
        try:
            if len(text) > MAX_CURSOR_CHARACTERS:
                raise CursorNotValid
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            tag, plain = sealed[:TAG_BYTES], sealed[TAG_BYTES:]
            if not hmac.compare_digest(tag, self._tag(plain, tenant_id, of)):
                raise CursorNotValid
            return msgspec.json.decode(plain, type=kind)
        except (binascii.Error, ValueError, msgspec.MsgspecError) as unreadable:
            raise CursorNotValid from unreadable

    def _tag(self, plain: bytes, tenant_id: TenantId, of: str) -> bytes:
        message = b"\0".join((tenant_id.bytes, of.encode(), plain))
        return hmac.digest(self._key, message, "sha256")[:TAG_BYTES]
