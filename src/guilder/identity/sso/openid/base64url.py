"""Base64 for addresses, without padding, and in the one way that each value has."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

LETTERS: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class NotBase64Url(Exception):
    """This was not written so."""


def encoded(data: bytes) -> str:
    """Write it down."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Read it. What would be written in another way was changed on its way."""
    if not LETTERS.fullmatch(text) or len(text) % 4 == 1:
        raise NotBase64Url
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(data) != text:
        raise NotBase64Url
    return data
