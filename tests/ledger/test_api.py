"""The ledger over HTTP: accounts, entries, and whether it all balances."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from guilder import ledger
from tests.http.documents import pointers, problem
from tests.ledger.books import USDC, Books
from tests.world import World

STORY = """
    customer/ada → gateway/stripe 20.00 capture
    customer/bob → gateway/paypal  5.00 capture
    gateway/stripe → fees/stripe   0.60 fee
    gateway/stripe → customer/ada  1.00 refund
"""


async def read(api: httpx.AsyncClient, path: str, **query: Any) -> list[Any]:
    """All pages of a list, two rows at a time."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await api.get(path, params={"limit": 2, **query, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["data"]
        assert len(page["data"]) <= 2
        if not page["has_more"]:
            assert page["next_cursor"] is None
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_accounts_with_their_balances(books: Books, api: httpx.AsyncClient) -> None:
    await books.play(STORY)
    await books.hold("customer/ada → gateway/stripe 3.00")

    accounts = await read(api, "/v1/ledger/accounts")

    assert [
        (one["kind"], one["owner"], one["incoming"], one["outgoing"], one["balance"], one["held"])
        for one in accounts
    ] == [
        ("customer", "ada", 100, 2000, -1900, 300),
        ("customer", "bob", 0, 500, -500, 0),
        ("fees", "stripe", 60, 0, 60, 0),
        ("gateway", "paypal", 500, 0, 500, 0),
        ("gateway", "stripe", 2000, 160, 1840, 0),
    ]


async def test_an_account_that_only_holds_is_an_account(
    books: Books, api: httpx.AsyncClient
) -> None:
    await books.play(STORY)
    await books.hold("customer/bea → gateway/stripe 3.00")
    await books.hold("customer/bea → gateway/paypal 4.00")
    await books.hold("customer/zoe → gateway/stripe 5.00")
    await books.release(await books.hold("customer/eve → gateway/stripe 6.00"))

    accounts = await read(api, "/v1/ledger/accounts", kind="customer")

    assert [(one["owner"], one["balance"], one["held"]) for one in accounts] == [
        ("ada", -1900, 0),
        ("bea", 0, 700),
        ("bob", -500, 0),
        ("zoe", 0, 500),
    ]
    (found,) = await read(api, "/v1/ledger/accounts", owner="zoe", unit="EUR")
    assert (found["incoming"], found["outgoing"], found["held"]) == (0, 0, 500)


@pytest.mark.parametrize(
    ("query", "owners"),
    [
        ({"kind": "gateway"}, ["paypal", "stripe", "stripe"]),
        ({"owner": "stripe"}, ["stripe", "stripe", "stripe"]),
        ({"unit": "JPY"}, ["ada", "stripe"]),
        ({"unit": "EUR", "kind": "gateway", "owner": "paypal"}, ["paypal"]),
        ({"kind": "nobody"}, []),
    ],
)
async def test_accounts_are_found_by_kind_owner_and_unit(
    books: Books, api: httpx.AsyncClient, query: dict[str, str], owners: list[str]
) -> None:
    await books.play(STORY)
    await books.play("customer/ada → gateway/stripe 900 capture", unit="JPY")

    found = await read(api, "/v1/ledger/accounts", **query)

    assert [one["owner"] for one in found] == owners


async def test_entries_newest_first(books: Books, api: httpx.AsyncClient) -> None:
    await books.event(STORY)

    found = await read(api, "/v1/ledger/entries")

    assert [(one["line"], one["amount"], one["reason"]) for one in found] == [
        (4, 100, "refund"),
        (3, 60, "fee"),
        (2, 500, "capture"),
        (1, 2000, "capture"),
    ]
    assert found[-1]["source"] == {"kind": "customer", "owner": "ada"}
    assert found[-1]["target"] == {"kind": "gateway", "owner": "stripe"}
    assert found[-1]["subject_id"] == str(books.subject_id)
    assert found[-1]["reverses"] is None


async def test_entries_are_found_by_unit_journal_and_subject(
    books: Books, api: httpx.AsyncClient
) -> None:
    journal_id = await books.event(STORY)
    another = Books(books.world)
    await another.play("customer → gateway 900 capture", unit="JPY")

    by_unit = await read(api, "/v1/ledger/entries", unit="JPY")
    by_journal = await read(api, "/v1/ledger/entries", journal_id=str(journal_id))
    by_subject = await read(api, "/v1/ledger/entries", subject_id=str(another.subject_id))
    by_both = await read(api, "/v1/ledger/entries", unit="EUR", subject_id=str(another.subject_id))

    assert [one["amount"] for one in by_unit] == [900]
    assert [one["line"] for one in by_journal] == [4, 3, 2, 1]
    assert by_subject == by_unit
    assert by_both == []


async def test_a_reversal_names_what_it_reverses(books: Books, api: httpx.AsyncClient) -> None:
    journal_id = await books.event("customer → gateway 20.00 capture")
    await books.world.do(lambda tx: ledger.reverse(tx, journal_id, reason="entered twice"))

    newest, oldest = await read(api, "/v1/ledger/entries")

    assert (newest["reverses"], oldest["reverses"]) == (str(journal_id), None)


async def test_what_an_account_gave_and_received(books: Books, api: httpx.AsyncClient) -> None:
    await books.event(STORY)

    found = await read(api, "/v1/ledger/accounts/gateway/EUR/entries", owner="stripe")
    nobody = await read(api, "/v1/ledger/accounts/gateway/EUR/entries")

    assert [(one["line"], one["amount"]) for one in found] == [(4, 100), (3, 60), (1, 2000)]
    assert nobody == []


async def test_an_asset_is_a_unit_like_any_other(books: Books, api: httpx.AsyncClient) -> None:
    await books.play("customer → gateway/stellar 12.3456789 capture", unit=USDC)

    (entry,) = await read(
        api, f"/v1/ledger/accounts/gateway/{quote(USDC, safe='')}/entries", owner="stellar"
    )
    accounts = await read(api, "/v1/ledger/accounts", unit=USDC)

    assert (entry["unit"], entry["amount"]) == (USDC, 123456789)
    assert [one["balance"] for one in accounts] == [-123456789, 123456789]


async def test_the_trial_balance_adds_up_in_every_unit(
    books: Books, api: httpx.AsyncClient
) -> None:
    await books.play(STORY)
    await books.play("customer → gateway 900 capture", unit="JPY")

    euros, yen = (await api.get("/v1/ledger/trial-balance")).json()["data"]

    assert (euros["unit"], euros["incoming"], euros["outgoing"]) == ("EUR", 2660, 2660)
    assert (euros["is_balanced"], yen["is_balanced"]) == (True, True)
    assert [(one["kind"], one["accounts"], one["balance"]) for one in euros["kinds"]] == [
        ("customer", 2, -2400),
        ("fees", 1, 60),
        ("gateway", 2, 2340),
    ]
    assert (yen["incoming"], yen["outgoing"]) == (900, 900)


async def test_an_empty_ledger_is_balanced(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/ledger/trial-balance")).json() == {"data": []}
    assert await read(api, "/v1/ledger/accounts") == []


async def test_amounts_beyond_64_bits_are_told_whole(books: Books, api: httpx.AsyncClient) -> None:
    await books.play("customer → gateway 92233720368547758.07\n" * 2)

    (total,) = (await api.get("/v1/ledger/trial-balance")).json()["data"]

    assert total["incoming"] == 2 * (2**63 - 1)


async def test_a_cursor_of_one_list_opens_no_other(books: Books, api: httpx.AsyncClient) -> None:
    await books.event(STORY)
    page = (await api.get("/v1/ledger/entries", params={"limit": 1})).json()

    elsewhere = await api.get("/v1/ledger/accounts", params={"cursor": page["next_cursor"]})
    filtered = await api.get(
        "/v1/ledger/entries", params={"cursor": page["next_cursor"], "unit": "EUR"}
    )

    problem(elsewhere, 400, "cursor_not_valid")
    problem(filtered, 400, "cursor_not_valid")


async def test_the_ledger_is_read_with_a_permission_of_its_own(world: World) -> None:
    async with world.program("payments:read") as other, world.program("ledger:read") as reader:
        for path in ("accounts", "entries", "trial-balance", "check"):
            refused = await other.get(f"/v1/ledger/{path}")
            assert problem(refused, 403, "permission_missing")["needs"] == "ledger:read"
            assert (await reader.get(f"/v1/ledger/{path}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"journal_id": "one"}, "journal_id"),
        ({"limit": "0"}, "limit"),
        ({"unit": "x" * 71}, "unit"),
        ({"account": str(uuid4())}, "account"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(
    api: httpx.AsyncClient, query: dict[str, str], parameter: str
) -> None:
    refused = await api.get("/v1/ledger/entries", params=query)

    assert pointers(problem(refused, 422, "invalid_request")) == [parameter]
