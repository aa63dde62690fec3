"""Canonical JSON is what RFC 8785 says, and what comes back from the database still is."""

import hashlib
import json
import struct
from typing import Any

import httpx
import pytest

from guilder.checkout.sessions.canonical import canonical, is_portable, told_by_others
from tests.checkout.buying import asked_for, good, handed_over, line, opened
from tests.checkout.shop import Shop
from tests.http.documents import problem

NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "becbf647612f3696": "-0.0000033333333333333333",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555557": "333333333.33333343",
    "43143ff3c1cb0959": "1424953923781206.2",
    "3ff0000000000000": "1",
    "3fb999999999999a": "0.1",
}
"""The doubles of the RFC's appendix B, as far as they are portable, and how each is written."""

ODD: dict[str, Any] = {
    "fractions": [0.1, 2.5, -0.0, 1.0, 1e-7, 0.000001, 1.5e-10, 5e-324, 123456.789],
    "whole": [2**53 - 1, -(2**53) + 1, 4.5e15, 0, True, None],
    "text": "\u20ac$\u000f\nA'\u0042\"\\\u2028\u007f",
    "\u20ac": 1,
    "\r": 2,
    "\ufb33": 3,
    "1": 4,
    "\U0001f600": 5,
    "\u0080": 6,
    "\u00f6": {"b": [], "a": {}},
}


@pytest.mark.parametrize("bits", NUMBERS)
def test_numbers_are_written_as_ecmascript_does(bits: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))

    assert bytes(told_by_others(number)).decode() == NUMBERS[bits]


def test_keys_stand_in_the_order_of_their_utf_16_units() -> None:
    """The sample of the RFC's section 3.2.3."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    written = bytes(told_by_others(dict.fromkeys(keys)))

    assert list(json.loads(written)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", keys[4], keys[2]]


def test_text_is_written_as_it_is_but_for_what_json_escapes() -> None:
    """The sample of the RFC's section 3.2.2."""
    sample = {
        "numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
        "literals": [None, True, False],
    }

    assert bytes(told_by_others(sample)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_what_is_ours_is_the_same_either_way() -> None:
    ours = {"b": [1, "1.50", None], "a": {"d": True, "c": "\u00eb"}}

    assert canonical(ours) == bytes(told_by_others(ours))


async def test_metadata_that_is_odd_is_hashed_so_that_others_arrive_there_too(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = line(await shop.product()) | {"metadata": ODD}

    checkout = await handed_over(api, await opened(api, vase))

    snapshot = good(await api.get(f"/v1/checkouts/{checkout['id']}/snapshot"), 200)
    written = bytes(told_by_others(snapshot))
    assert hashlib.sha256(written).hexdigest() == checkout["snapshot_hash"]
    assert snapshot["lines"][0]["metadata"] == ODD


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63 - 1, 1e16, 1e300, -1e300])
async def test_a_number_that_readers_read_differently_is_not_handed_over(
    shop: Shop, api: httpx.AsyncClient, number: float
) -> None:
    assert not is_portable([{"a": number}])
    vase = line(await shop.product()) | {"metadata": {"nested": [{"number": number}]}}
    cart = await opened(api, vase)

    refused = await asked_for(api, cart)

    wrong = problem(refused, 422, "metadata_not_portable")
    assert (wrong["variant_id"], wrong["maximum"]) == (vase["variant_id"], 2**53 - 1)
    path = f"/v1/carts/{cart['id']}/lines/{cart['lines'][0]['id']}"
    good(await api.patch(path, json={"quantity": 1, "metadata": {}}), 200)
    await handed_over(api, cart)
