"""What a request says about types: which it takes, and which it sends."""

from collections.abc import Sequence
from typing import Final

Ranges = Sequence[bytes]

JSON_TYPES: Final[Ranges] = (b"application/json", b"application/*", b"*/*")
PAGE_TYPES: Final[Ranges] = (b"text/html",)
"""Only by its name: a browser asks for it so, and a program that takes anything does not."""

EVENT_STREAM_TYPES: Final[Ranges] = (b"text/event-stream", b"text/*", b"*/*")
"""The most specific first: that one decides."""


def accepts(accept: bytes, ours: Ranges) -> bool:
    """Whether an Accept header allows our type. What `q=0` refuses by name, `*` does not allow."""
    if accept in ours:
        return True
    wanted: dict[bytes, bool] = {}
    for choice in accept.lower().split(b","):
        kind, *params = (part.strip() for part in choice.split(b";"))
        if kind:
            wanted[kind] = wanted.get(kind, False) or not any(map(_is_refusal, params))
    return next((wanted[kind] for kind in ours if kind in wanted), not wanted)


def is_plain_json(headers: dict[bytes, bytes]) -> bool:
    """Whether a body is sent as JSON in UTF-8, and not compressed."""
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        return False
    sent = headers.get(b"content-type", b"")
    if sent == b"application/json":
        return True
    kind, *params = (part.strip() for part in sent.lower().replace(b'"', b"").split(b";"))
    charsets = [param for param in params if param.startswith(b"charset")]
    return kind == b"application/json" and all(one == b"charset=utf-8" for one in charsets)


def _is_refusal(param: bytes) -> bool:
    name, _, weight = param.replace(b" ", b"").partition(b"=")
    return name == b"q" and bool(weight) and not weight.strip(b"0").strip(b".")
