"""What a function may ask of the layer beyond an answer: many at once, and work for later."""

from typing import Generic, TypeVar

import msgspec

B = TypeVar("B")
P = TypeVar("P")
W = TypeVar("W")


class Asked(msgspec.Struct, Generic[B, P], frozen=True):
    """One of several requests that are answered in one transaction: its body, its path, its key.

    The path is a struct of the names in its braces. Where there is none, as where there is no
    body, it is `None`.
    """

    body: B
    path: P
    key: str | None


class Unfinished(msgspec.Struct, Generic[W], frozen=True):
    """There is work to do in the world before this can be answered.

    It is committed with what was written so far, then the endpoint's `finish` does
    it and answers. Who repeats the request after a crash goes on with the same work.
    """

    work: W
