"""Metadata: what callers keep with our things for themselves, within limits."""

from typing import Annotated, Any, Final

from msgspec import Meta

MOST_KEYS: Final = 50
LONGEST_KEY: Final = 100

Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=LONGEST_KEY)], Any],
    Meta(max_length=MOST_KEYS, examples=[{"channel": "web"}]),
]
