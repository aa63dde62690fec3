"""How all pages look: one set of colours, sizes and spaces.

Each page has a style of its own, which is sent behind these tokens and names none of them again.
"""

from functools import cache
from pathlib import Path

__all__ = ["styled"]


@cache
def styled(own: Path) -> bytes:
    """A page's own style, behind the tokens."""
    return Path(__file__).with_name("tokens.css").read_bytes() + b"\n" + own.read_bytes()
