"""Codes of the moment: RFC 6238 as authenticators have it, with SHA-1, 30 seconds, six digits."""

import base64
import hashlib
import hmac
import struct
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
LEEWAY: Final = 1
"""So many steps a clock may be before or behind ours."""

SECRET_BYTES: Final = 20
LAST_31_BITS: Final = 0x7FFFFFFF


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226, with the step as its counter)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    (number,) = struct.unpack_from(">I", digest, offset)
    return str((number & LAST_31_BITS) % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, *, now: datetime) -> int | None:
    """The step to which a code belongs, if it is one of about now. All of them are looked at."""
    current = int(now.timestamp()) // STEP_SECONDS
    steps = range(current - LEEWAY, current + LEEWAY + 1)
    shown = code.encode()
    right = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), shown)]
    return right[-1] if right else None


def readable(secret: bytes) -> str:
    """A secret as people type it."""
    return base64.b32encode(secret).decode().rstrip("=")


def otpauth(secret: bytes, *, issuer: str, account: str) -> str:
    """A secret as authenticators read it."""
    label = quote(f"{issuer}:{account}", safe="@")
    told = {
        "secret": readable(secret),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(told, quote_via=quote)}"
