"""What a card number is: an issuer's prefix, the length of its cards, and a last digit that fits.

It may stand within other text, in groups, in the digits of any script, escaped, or glued to
a word. Digits within a name made of letters and digits, a UUID, an IBAN or a fraction are none.
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

RUN: Final = re.compile(
    r"(?=[0-9][0-9 \t.-]{11})(?<![0-9])(?=(?:[0-9][ \t.-]{0,3}){12})"
    r"[0-9]+(?:[ \t.-]{1,3}[0-9]+)*"
)
"""Digits, perhaps in groups, with a word at either end perhaps. What comes first is quickest."""

GAP: Final = re.compile(r"[ \t.-]+")
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

FEWEST_GLUED: Final = 14
"""A shorter one that is glued to a word is a number of an order or a product."""

REACH: Final = 150
"""How far a word is looked at before its digits."""

LETTERS: Final = re.compile(r"[^\W\d_]*")
DIGIT: Final = re.compile("[0-9]")
REST: Final = re.compile(r"(?:[^\W\d_]+[0-9]{1,4}(?![0-9])){0,2}[^\W\d_]*")
"""What may follow a card within a word, as in `card…exp1227cvc123`: names go on otherwise."""

HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
HEX_SIZES: Final = frozenset({24, 32, 40, 48, 56, 64, 96, 128})
"""The lengths of digests, traces and object ids."""

PLAIN_IBAN: Final = re.compile(r"[A-Za-z]{2}[0-9]{2}[0-9A-Za-z]{11,30}", re.ASCII)

NAMES: Final = re.compile(
    r"(?<![^\W_])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?P<iban>[a-z]{2}[0-9]{2}(?: {1,3}[0-9a-z]{4}){2,7}(?: {1,3}[0-9a-z]{1,3})?))(?![^\W_])",
    re.IGNORECASE | re.ASCII,
)
"""What has digits in groups, and is a name."""

LOOKALIKES: Final = {
    ".": "\uff0e\u3002\u2024\u00b7\u2022\u2219\u22c5\u30fb",
    "-": "\u2212\u02d7\u2043\u2053\u2500\u2796\u30fc\uff70\u00af\u203e",
    " ": "\u2800\u3164\uffa0\u115f\u1160\u2028\u2029\u0085",
}
"""What looks like a point, a dash or a space, and is by its name something else."""

ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)

ZEROS: Final = bytes.maketrans(b"123456789", b"0" * 9)
ENOUGH: Final = b"0" * FEWEST


def may_stand_in(raw: bytes) -> bool:
    """Whether there is reason to look closer; nearly always there is none, and this is quick."""
    return ENOUGH in raw.translate(ZEROS, b" .-+\t\\t") or b"\\u" in raw or not raw.isascii()


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
    before = run.string[run.start() - 1 : run.start()]
    if before == "+" and sum(map(len, groups)) < FEWEST_OF_A_NUMBER:
        return  # a telephone
    last = len(groups)
    head, tail = before.isalnum(), run.string[run.end() : run.end() + 1].isalnum()
    spans = chain(_whole(groups, gaps, inner=(head, last - tail)), _parts(groups, gaps))
    for start, end in spans if gaps else ((0, 1),):
        number = "".join(groups[start:end])
        words = (head and start == 0, tail and end == last)
        if not any(words) or _stands_out(number, run, words):
            yield number


def _whole(
    groups: list[str], gaps: list[str], *, inner: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """All the groups that no word touches, which have nothing beside them."""
    start, end = inner
    sizes = [*map(len, groups[start:end])]
    count = sum(sizes)
    if not FEWEST <= count <= MOST or _has_a_fraction(gaps[start : end - 1]):
        return
    if count in ON_ITS_OWN or ({sizes[0]} >= {*sizes[:-1]} and sizes[-1] <= sizes[0]):
        yield start, end


def _parts(groups: list[str], gaps: list[str]) -> Iterator[tuple[int, int]]:
    """From where to where cards may stand among other numbers."""
    sizes = [*map(len, groups)]
    for first, group in enumerate(groups):
        if group[0] not in FIRST_DIGITS:
            continue
        if sizes[first] >= FEWEST and gaps[first - 1 : first] != ["."]:
            yield first, first + 1
        for count in COUNTS if sizes[first] in FIRST_SIZES else ():
            end = first + count
            if (*sizes[first:end],) in GROUPED and not _has_a_fraction(gaps[first : end - 1]):
                yield first, end


def _has_a_fraction(gaps: list[str]) -> bool:
    """Whether a point makes a fraction of some of the groups."""
    return "." in gaps and (len(gaps) == 1 or {*gaps} != {"."})


def _stands_out(number: str, run: re.Match[str], words: tuple[bool, bool]) -> bool:
    """Whether what is glued to a word is a number beside it, and no part of a name."""
    if len(number) < FEWEST_GLUED or not ISSUED.fullmatch(number):
        return False
    before = _letters_before(run.string, run.start()) if words[0] else ""
    after = _rest_after(run.string, run.end()) if words[1] else ""
    if before is None or after is None:
        return False
    word = f"{before}{number}{after}"
    if HEX.fullmatch(word) and (len(word) in HEX_SIZES or DIGIT.search(after)):
        return False
    return not (PLAIN_IBAN.fullmatch(word) and _is_iban(word))


def _letters_before(text: str, place: int) -> str | None:
    """The word that ends here. None: it has digits too."""
    backwards = text[max(0, place - REACH) : place][::-1]
    found = LETTERS.match(backwards)
    letters = found[0] if found else ""
    return None if backwards[len(letters) : len(letters) + 1].isalnum() else letters[::-1]


def _rest_after(text: str, place: int) -> str | None:
    """The word that begins here. None: it has too many digits."""
    found = REST.match(text, place)
    end = found.end() if found else place
    return None if text[end : end + 1].isalnum() else text[place:end]


def _is_checked(digits: str) -> bool:
    """Whether the last digit is that of a card, and not of a product."""
    return not _check(digits, DOUBLED) and (len(digits) != EAN or _check(digits, TRIPLED) != 0)


def _check(digits: str, seconds: dict[str, int]) -> int:
    """What the last digit leaves, where every second one counts as this table says."""
    return (sum(map(int, digits[::-2])) + sum(map(seconds.__getitem__, digits[-2::-2]))) % 10


def _hidden(name: re.Match[str]) -> str:
    return name[0] if name["iban"] and not _is_iban(name["iban"].replace(" ", "")) else "x"


def _is_iban(word: str) -> bool:
    number = "".join(str(int(one, 36)) for one in word[4:] + word[:4])
    return int(number) % 97 == 1


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else " "


@functools.cache
def _plain_characters() -> dict[int, str | None]:
    """Digits, spaces and dashes of all scripts as ours, and what cannot be seen as nothing."""
    plain: dict[int, str | None] = {}
    for code in chain(range(0x80, 0x20000), range(0xE0000, 0xE01F0)):
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
            case "Cf" | "Mn" | "Me":
                plain[code] = None
    for like, characters in LOOKALIKES.items():
        plain |= dict.fromkeys(map(ord, characters), like)
    return plain
