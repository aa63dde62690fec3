"""Cookies: what a browser keeps for us, and shows to nobody else."""

from typing import Final

from guilder.http import Visitor

SESSION_COOKIE: Final = "guilder_session"
VISITOR_COOKIE: Final = "guilder_visitor"


def cookie_in(visitor: Visitor, name: str) -> str | None:
    """What the browser kept under this name."""
    for pair in visitor.headers.get("cookie", "").split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name and value:
            return value
    return None


def cookie(name: str, value: str, *, seconds: int, is_secure: bool) -> tuple[bytes, bytes]:
    """Have the browser keep something: no script reads it, and no other site sends it."""
    secure = "; Secure" if is_secure else ""
    text = f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", text.encode("ascii")


def forgotten(name: str, *, is_secure: bool) -> tuple[bytes, bytes]:
    """Have the browser forget it."""
    return cookie(name, "", seconds=0, is_secure=is_secure)
