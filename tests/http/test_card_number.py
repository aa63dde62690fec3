"""What is a card number, and what only has as many digits."""

import base64
import hashlib
import json
import random
import secrets
import string
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from guilder.http.request import new_request_id
from guilder.http.wire.card_number import (
    MOST_DOUBTS,
    may_stand_in,
    places_in,
    stands_in,
    stands_in_bytes,
)
from guilder.kernel import CursorSeal, TenantId

CARDS = (
    "4242424242424242",
    "4111111111111111",
    "4222222222222",
    "4000000000000000006",
    "5555555555554444",
    "2223003122003222",
    "2720994326581252",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "6011000990139424",
    "6500000000000002",
    "3530111333300000",
    "3566002020360505",
    "30569309025904",
    "38520000023237",
    "36227206271667",
    "6205500000000000004",
    "6759649826438453",
    "6799990100000000019",
    "5018000000000009",
    "6069980000000008",
)

ZERO_WIDTH, THIN, DASH = "\u200b", "\u2009", "\u2011"
FULL_WIDTH = str.maketrans(
    "0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19"
)
ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "form", ["{}", "a card: {}.", "{}@example.com", "card_{}", "12 {} 12/27", "№{}"]
)
def test_a_card_number_is_known(card: str, form: str) -> None:
    assert stands_in(form.format(card))
    assert may_stand_in(form.format(card).encode())


@pytest.mark.parametrize("card", CARDS)
def test_another_last_digit_makes_it_none(card: str) -> None:
    for last in set("0123456789") - {card[-1]}:
        assert not stands_in(card[:-1] + last)


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242.4242.4242.4242",
        "4242 4242-4242 4242",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "424-242-4242-424242",
        "42424242 42424242",
        "4242 424242424242",
        "3782 822463 10005",
        "3056 930902 5904",
        "4222 222 222 222",
        "620550 0000000000004",
        "order 17 4242 4242 4242 4242 12/27 123",
        "4242 4242 4242 4242 12 27 123",
        "4242424242424242 4242424242424241",
        "4242424242424242.50",
        "+4242424242424242",
        "4242424242424242".translate(FULL_WIDTH),
        "4242424242424242".translate(ARABIC),
        f"4242{THIN}4242{DASH}4242{ZERO_WIDTH}4242",
        "\u24f8424242424242424\u2461 4242424242424242",
        "Zo\u00eb 4242 4242 4242 4242",
    ],
)
def test_it_is_known_however_it_is_written(text: str) -> None:
    assert stands_in(text)
    assert may_stand_in(text.encode())
    assert may_stand_in(json.dumps(text).encode())
    assert stands_in_bytes(text.encode())
    assert stands_in_bytes(json.dumps(text).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"card=4242+4242+4242+4242&x=1",
        b"card=%34%32%34%32424242424242&x=1",
        b'{"a": "\\u0034\\u0032\\u00342424242424242"}',
        b'{"a": "first line\\n4242424242424242\\tsecond"}',
        b'{"a": 4242424242424242, "a',
        b"\xff4242424242424242\xff",
    ],
)
def test_it_is_known_in_bytes_of_any_kind(raw: bytes) -> None:
    assert stands_in_bytes(raw)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "424242424242424242424242",
        "0.4242424242424242",
        "4242424242.424242",
        "4242 4242 4242",
        "1111 2222 3333 4444",
        "353918057291234",  # the number of a telephone itself
        "+4915123456704",
        "+31 20 123 4567",
        "DE89 3704 0044 0532 0130 00",
        "DE81 5001 0517 0540 7329 00",
        "NL91 ABNA 0417 1640 00",
        "4006381300063",  # a pencil
        "403-1234567-1234567",
        "00000000-0000-4000-4242-424242424242",
        "2026-11-20 15:04:40.123456",
        "2026-11-20T15:04:40.123456789Z",
        "52.37021571234567, 4.89516781234567",
        "192.168.100.200",
        "pi_3MtwBwLkdIwHu7ix28a3tqPa",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14",
    ],
)
def test_what_only_has_many_digits_is_none(text: str) -> None:
    assert not stands_in(text)
    assert [*places_in({text: [text]})] == []
    assert "+" in text or not stands_in_bytes(json.dumps(text).encode())


@pytest.mark.parametrize(
    "text",
    [
        "4242  4242--4242 4242",
        "4242   4242   4242   4242",
        "4242 - 4242 - 4242 - 4242",
        "4242--4242--4242--4242",
        "4242. 4242. 4242. 4242",
        "4242..4242..4242..4242",
        "4242 -4242- 4242 4242",
        "4242\t4242\t4242\t4242",
        "3782  822463  10005",
        "42424242  42424242",
        "card  4242  4242  4242  4242  12/27",
        "card4242424242424242x",
        "card4242424242424242",
        "4242424242424242x",
        "x4242424242424242",
        "\u00e94242424242424242",
        "\u30ab\u30fc\u30c94242424242424242\u3067\u3059",
        "visa4242-4242-4242-4242end",
        "visa4242  4242  4242  4242",
        "4242424242424242exp1227cvc123",
        "amex378282246310005",
        "pan:4242424242424242CVC:123",
        "face4242424242424242",
        "DE4242424242424242",
    ],
)
def test_it_is_known_between_wide_gaps_and_glued_to_words(text: str) -> None:
    assert stands_in(text)
    assert may_stand_in(text.encode())
    assert may_stand_in(json.dumps(text).encode())
    assert stands_in_bytes(json.dumps(text).encode())
    assert not stands_in(text.replace("4242", "4241", 1).replace("3782", "3783"))


SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000\u2800\u3164\uffa0\u115f\u2028\u0085"
)
DASHES = (
    "\u058a\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7\u2043\u2053\u2500\u2796"
    "\u2e3a\u301c\u30fc\ufe58\ufe63\uff0d\uff70\u00af"
)
UNSEEN = "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\ufe0f\ufeff\u20e3\U000e0100"


@pytest.mark.parametrize("between", [*SPACES, *DASHES, *UNSEEN], ids=lambda one: f"{ord(one):04x}")
def test_it_is_known_by_any_space_and_dash(between: str) -> None:
    for gap in (between, between * 2, f" {between} "):
        text = gap.join(["4242"] * 4)
        assert stands_in(text)
        assert may_stand_in(text.encode())
        assert may_stand_in(json.dumps(text).encode())


@pytest.mark.parametrize(
    "text",
    [
        "pi_3MtwBwLkdIwHu7ix28a3tqPa",
        "pay_4242a4242b4242c4242",
        "8AC96375EV8429737",
        "WH-58D329510W468432D-8HN650336L201105X",
        "1Z999AA10123456784",
        "1ZD360913461109090",
        "DK5000400440116243",
        "BE68539007547034",
        "EAN4006381333931",
        "ORD601100099013",  # too short for a card that is glued to a word
        "1763650000000ms",
        "at1763650000000",
        "20261120T150405Z",
        "52b36901824465600de4",
        "39523771351703e9",
        "deadbeef4242424242424242",  # an object id: eight and sixteen, all of them hex
        "0x4242424242424242beef",
        "sha256:4242424242424242" + "a" * 48,
        "4a2b4242424242424242c6d8",
        "id4242424242424242a1b2c3d4e5",
        "DE89  3704  0044  0532  0130  00",
        "52.37021571234567  4.89516781234567",
        "2026-11-20  15:04  4242  4242",
        "0201234567  0207654321",
    ],
)
def test_names_that_have_many_digits_are_none(text: str) -> None:
    assert not stands_in(text)


SEAL = CursorSeal(b"a secret of the tests")
TENANT = TenantId(uuid4())
DICE = random.Random(7)  # noqa: S311 - no secret
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits


def iban(country: str, account: str) -> str:
    """The number of a bank account, with its check digits."""
    number = int(account + "".join(str(int(one, 36)) for one in country) + "00")
    return f"{country}{98 - number % 97:02}{account}"


def spaced(text: str, wide: int) -> str:
    """A text in groups of four."""
    return (" " * wide).join(text[place : place + 4] for place in range(0, len(text), 4))


NEVER: dict[str, Callable[[int], str]] = {
    "uuid": lambda _: str(uuid4()),
    "uuid of time": lambda n: str(
        UUID(int=(1763650000000 + n) << 80 | 7 << 76 | DICE.getrandbits(76))
    ),
    "uuid in capitals": lambda _: str(uuid4()).upper(),
    "ulid": lambda _: "01" + "".join(DICE.choices(CROCKFORD, k=24)),
    "digest": lambda n: hashlib.sha256(b"%d" % n).hexdigest(),
    "base64": lambda n: base64.b64encode(hashlib.sha512(b"%d" % n).digest()).decode(),
    "cursor": lambda n: SEAL.seal((n, str(uuid4())), tenant_id=TENANT, of="/v1/payments"),
    "key": lambda _: "gk_live_" + secrets.token_urlsafe(64),
    "request": lambda _: new_request_id(),
    "seconds": lambda n: str(1_600_000_000 + n * 5_000),
    "milliseconds": lambda n: str(1_600_000_000_000 + n * 5_000_001),
    "microseconds": lambda n: str(1_600_000_000_000_000 + n * 5_000_000_011),
    "nanoseconds": lambda n: str(1_600_000_000_000_000_000 + n * 5_000_000_000_011),
    "seconds with a fraction": lambda n: repr(1_600_000_000 + n / 7),
    "time": lambda n: (
        f"2026-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:00.{n:06}+00:00"
    ),
    "float": lambda _: repr(DICE.uniform(0, 100)),
    "telephone": lambda n: f"+49151{n * 7919 % 10**8:08}",
    "order": lambda n: f"ORDER-2026-{n:08}",
    "uuid without hyphens": lambda _: uuid4().hex,
    "object id": lambda n: f"{1_600_000_000 + n:08x}{DICE.getrandbits(64):016x}",
    "span": lambda _: f"{DICE.getrandbits(64):016x}",
    "intent": lambda _: "pi_3" + "".join(DICE.choices(LETTERS, k=23)),
    "paypal": lambda _: "".join(DICE.choices(LETTERS[26:], k=17)),
    "hex of any length": lambda n: f"{DICE.getrandbits(4 * (n % 500 + 1)):x}",
    "base64 of a url": lambda n: base64.urlsafe_b64encode(
        hashlib.sha512(b"%d" % n).digest()
    ).decode(),
    "iban": lambda _: iban("DK", f"{DICE.randrange(10**14):014}"),
    "iban in groups": lambda n: spaced(iban("DE", f"{DICE.randrange(10**18):018}"), n % 3 + 1),
    "milliseconds with a unit": lambda n: f"{1_600_000_000_000 + n * 5_000_001}ms",
    "time without hyphens": lambda n: f"2026{n % 12 + 1:02}{n % 28 + 1:02}T{n % 24:02}0000Z",
}


@pytest.mark.parametrize("kind", NEVER)
def test_names_and_times_are_none(kind: str) -> None:
    assert [text for n in range(5_000) if stands_in(text := NEVER[kind](n))] == []


def test_of_random_order_numbers_few_are_taken_for_one() -> None:
    for digits, most in ((10, 0.0), (12, 0.005), (14, 0.01), (16, 0.04), (20, 0.0)):
        taken = sum(stands_in(f"{DICE.randrange(10**digits):0{digits}}") for _ in range(5_000))
        assert taken <= 5_000 * most, digits


@pytest.mark.parametrize("amount", [4242424242424, 501800000000, -4222222222222, 10**15, 4.2424e-7])
def test_amounts_are_none(amount: float) -> None:
    assert [*places_in({"amount": amount})] == []


def test_a_place_is_named_without_its_number() -> None:
    card = "4242424242424242"
    value = {
        "a/b": [1, {"note": card}],
        "number": int(card),
        "less": -int(card),
        "float": float(card),
        "within": {card: card, "x": {f"card {card}": {"deep": card}}},
        "fine": ["4242", 4242, True, None, 1.5],
    }

    assert [*places_in(value)] == [
        "/a~1b/1/note",
        "/number",
        "/less",
        "/float",
        "/within",
        "/within/x",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "4000 " * 200_000,
        "4" * 1_000_000,
        "4 " * 500_000 + "a",
        "40000000 " * 110_000,
        "4000000000000001 " * 60_000,
        "\u00e94242" * 170_000,
        "1." * 500_000,
        "\\u0034" * 170_000,
        "DE89 3704 " * 100_000,
        "%34" * 330_000,
        "[" * 500_000 + "4242424242424243",
        "a4000000000000001" * 60_000,
        "4000000000000001a " * 60_000,
        "a4000  0000  0000  0001 " * 40_000,
        "4 - " * 250_000,
        "4\t" * 330_000,
    ],
    ids=lambda text: text[:10],
)
def test_a_hostile_text_is_looked_through_in_no_time(text: str) -> None:
    began = time.process_time()
    stands_in_bytes(text.encode())
    assert time.process_time() - began < 1.0


def test_so_many_that_nearly_are_one_are_no_accident() -> None:
    assert not stands_in("4000000000000001 " * MOST_DOUBTS)
    assert stands_in("4000000000000001 " * (MOST_DOUBTS + 1))


def test_most_bodies_need_no_second_look() -> None:
    body = {
        "amount": 2000,
        "currency": "EUR",
        "expires_at": "2026-11-20T15:04:40.123456Z",
        "payment_method": "pm_card_visa",
        "metadata": {"order": "4711-0815", "lines": [1, 2, 3], "at": 1763650000},
    }
    assert not may_stand_in(json.dumps(body).encode())
