"""What a card number is: an issuer's prefix, the length of its cards, and a last digit that fits.

It may stand within other text, in groups, in the digits of any script, or escaped.
Digits within a longer word, a UUID, an IBAN or a fraction are none.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final
from urllib.parse import unquote_plus

from guilder.http.complaints import escape

FEWEST: Final = 12
MOST: Final = 19
FEWEST_OF_A_NUMBER: Final = 14
"""A shorter one that is sent as a number, not as text, is an amount in a small unit."""

EAN: Final = 13
"""The digits of a product's number, whose last one fits in a way of its own."""

DOUBLED: Final = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))
TRIPLED: Final = dict(zip("0123456789", (0, 3, 6, 9, 2, 5, 8, 1, 4, 7), strict=True))

ISSUED: Final = re.compile(
    r"""
    4 (?: \d{12} | \d{15} | \d{18} )                                            # Visa
    | (?: 5[1-5]\d\d | 222[1-9] | 22[3-9]\d | 2[3-6]\d\d | 27[01]\d | 2720 ) \d{12}  # Mastercard
    | 3[47] \d{13}                                                              # American Express
    | (?: 6011 | 64[4-9]\d | 65\d\d | 62\d\d | 352[89] | 35[3-8]\d ) \d{12,15}  # Discover and kin
    | (?: 30[0-5]\d | 36\d\d | 38\d\d | 39\d\d ) \d{10,15}                      # Diners Club
    | (?: 5018 | 5020 | 5038 | 5893 | 6304 | 6390 | 67\d\d ) \d{8,15}           # Maestro
    | (?: 50 | 60 | 63 ) \d{14}                                                 # Elo, RuPay and kin
    """,
    re.VERBOSE | re.ASCII,
)
"""Maestro may have any prefix from 50 and 56 to 69. More than it uses would cost order numbers."""

MOST_DOUBTS: Final = 500
"""So many in one text that are like a card number but for the last digit are no accident."""

RUN: Final = re.compile(r"(?<![^\W_])(?=(?:[0-9][ .-]?){12})[0-9]+(?:[ .-][0-9]+)*(?![^\W_])")
"""Digits, perhaps in groups, that are no part of a word."""

GAP: Final = re.compile("[ .-]")
GROUPED: Final = frozenset(
    [
        *((4, 4, 4, last) for last in (1, 2, 3, 4)),
        *((4, 4, 4, 4, last) for last in (1, 2, 3)),
        *((4, 4, 4), (4, 4, 5), (4, 3, 3, 3), (4, 6, 4), (4, 6, 5)),
        *((4, 12), (12, 4), (6, 13), (8, 8)),
    ]
)
"""The ways in which cards are written, found among other numbers too."""

COUNTS: Final = sorted({len(sizes) for sizes in GROUPED})
FIRST_SIZES: Final = frozenset(sizes[0] for sizes in GROUPED)
FIRST_DIGITS: Final = "23456"

ON_ITS_OWN: Final = frozenset({15, 16})
"""With nothing beside it, so many digits may be grouped in any way."""

NAMES: Final = re.compile(
    r"(?<![^\W_])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?P<iban>[a-z]{2}[0-9]{2}(?: [0-9a-z]{4}){2,7}(?: [0-9a-z]{1,3})?))(?![^\W_])",
    re.IGNORECASE | re.ASCII,
)
"""What has digits in groups, and is a name."""

ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)

ZEROS: Final = bytes.maketrans(b"123456789", b"0" * 9)
ENOUGH: Final = b"0" * FEWEST


def may_stand_in(raw: bytes) -> bool:
    """Whether there is reason to look closer; nearly always there is none, and this is quick."""
    return ENOUGH in raw.translate(ZEROS, b" .-+") or b"\\u" in raw or not raw.isascii()


def stands_in(text: str) -> bool:
    """Whether a text holds a card number."""
    if len(text) < FEWEST:
        return False
    if not text.isascii():
        text = text.translate(_plain_characters())
    return _is_among(text) and _is_among(NAMES.sub(_hidden, text))


def stands_in_bytes(raw: bytes) -> bool:
    """Whether bytes hold one, whatever they are: text, JSON or a form."""
    text = raw.decode("utf-8", "replace")
    texts = {ESCAPE.sub(_unescaped, text) if "\\" in text else text, unquote_plus(text)}
    return any(map(stands_in, texts))


def places_in(value: Any, pointer: str = "") -> Iterator[str]:
    """Where card numbers stand in a value. A key that is one has no pointer of its own."""
    match value:
        case str():
            if stands_in(value):
                yield pointer
        case int() | float():
            if _is_sent_as(value):
                yield pointer
        case list():
            for place, one in enumerate(value):
                yield from places_in(one, f"{pointer}/{place}")
        case dict():
            for name, one in value.items():
                if stands_in(name):
                    yield pointer
                else:
                    yield from places_in(one, f"{pointer}/{escape(name)}")


def _is_sent_as(value: float) -> bool:
    if isinstance(value, float) and not value.is_integer():
        return False
    digits = str(abs(int(value)))
    is_issued = len(digits) >= FEWEST_OF_A_NUMBER and ISSUED.fullmatch(digits)
    return bool(is_issued) and _is_checked(digits)


def _is_among(text: str) -> bool:
    doubts = 0
    for number in chain.from_iterable(map(_readings, RUN.finditer(text))):
        if ISSUED.fullmatch(number):
            doubts += 1
            if doubts > MOST_DOUBTS or _is_checked(number):
                return True
    return False


def _readings(run: re.Match[str]) -> Iterator[str]:
    """The numbers that digits in groups may be read as."""
    groups, gaps = GAP.split(run[0]), GAP.findall(run[0])
    whole = "".join(groups)
    is_phone = run.string[run.start() - 1 : run.start()] == "+" and len(whole) < FEWEST_OF_A_NUMBER
    if is_phone:
        return
    is_even = {len(groups[0])} >= {*map(len, groups[:-1])} and len(groups[-1]) <= len(groups[0])
    if FEWEST <= len(whole) <= MOST and (is_even or len(whole) in ON_ITS_OWN):
        yield from _joined(groups, gaps)
    sizes = [*map(len, groups)]
    for first, group in enumerate(groups):
        if group[0] not in FIRST_DIGITS:
            continue
        if sizes[first] >= FEWEST and gaps[first - 1 : first] != ["."]:
            yield group
        for count in COUNTS if sizes[first] in FIRST_SIZES else ():
            if (*sizes[first : first + count],) in GROUPED:
                yield from _joined(groups[first : first + count], gaps[first : first + count - 1])


def _joined(groups: list[str], gaps: list[str]) -> Iterator[str]:
    """The groups as one number, unless a point makes a fraction of them."""
    if "." not in gaps or (len(gaps) > 1 and {*gaps} == {"."}):
        yield "".join(groups)


def _is_checked(digits: str) -> bool:
    """Whether the last digit is that of a card, and not of a product."""
    return not _check(digits, DOUBLED) and (len(digits) != EAN or _check(digits, TRIPLED) != 0)


def _check(digits: str, seconds: dict[str, int]) -> int:
    """What the last digit leaves, where every second one counts as this table says."""
    return (sum(map(int, digits[::-2])) + sum(map(seconds.__getitem__, digits[-2::-2]))) % 10


def _hidden(name: re.Match[str]) -> str:
    if name["iban"]:
        plain = name["iban"].replace(" ", "")
        number = "".join(str(int(one, 36)) for one in plain[4:] + plain[:4])
        if int(number) % 97 != 1:
            return name[0]
    return "x"


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else " "


@functools.cache
def _plain_characters() -> dict[int, str | None]:
    """Digits, spaces and dashes of all scripts as ours, and what cannot be seen as nothing."""
    plain: dict[int, str | None] = {}
    for code in chain(range(0x80, 0x20000), range(0xE0000, 0xE0080)):
        character = chr(code)
        digit = unicodedata.digit(character, None)
        if digit is not None:
            plain[code] = str(digit)
            continue
        match unicodedata.category(character):
            case "Zs":
                plain[code] = " "
            case "Pd":
                plain[code] = "-"
            case "Cf":
                plain[code] = None
    return plain | dict.fromkeys(map(ord, "\uff0e\u3002\u2024\u00b7"), ".") | {0x2212: "-"}
