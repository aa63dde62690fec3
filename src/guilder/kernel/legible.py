"""What may stand in a name: nothing that controls how it, or what stands beside it, is written."""

import unicodedata
from typing import Final

CONTROLS: Final = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that are commands, halves of others, or ends of lines."""

TURNING: Final = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
"""They turn the direction of what follows. Names of Arabic and Hebrew read rightly without."""


def is_legible(text: str) -> bool:
    """Whether it reads as it is written, wherever it is shown."""
    return legible(text) == text


def legible(text: str) -> str:
    """The text without what controls how it is written."""
    return "".join(filter(_is_written, text))


def _is_written(character: str) -> bool:
    return character not in TURNING and unicodedata.category(character) not in CONTROLS
