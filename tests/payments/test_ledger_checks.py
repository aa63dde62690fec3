"""The books of a large tenant are checked in the background, in pieces, and hold no request."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from guilder.db import Tx
from guilder.payments.agreement import checks
from guilder.payments.agreement.check import MOST_SHOWN
from guilder.payments.agreement.checks import (
    MOST_AT_ONCE,
    CheckLedger,
    LedgerCheck,
    LedgerCheckStatus,
    check_by_id,
    finish_check,
    insert_check,
    latest_check,
    read_books,
    start_check,
)
from tests.http.documents import problem
from tests.payments.test_agreement import TAMPERING, told_stories
from tests.payments.till import Till
from tests.race import race
from tests.world import World

MANY = """
    insert into payments.payment (tenant_id, amount_minor, currency, status, capture, created_by)
    select $1, 2000, 'EUR', 'failed', 'automatic', 'a test'
    from generate_series(1, $2)
"""


async def begun(api: httpx.AsyncClient) -> str:
    """The id of a check that was asked for."""
    answer = await api.post("/v1/ledger/checks")
    assert (answer.status_code, answer.json()["status"]) == (202, "running"), answer.text
    assert (answer.json()["report"], answer.json()["finished_at"]) == (None, None)
    return str(answer.json()["id"])


async def test_books_that_are_too_large_are_not_checked_within_a_request(
    till: Till, api: httpx.AsyncClient
) -> None:
    await till.owner.execute(MANY, till.world.tenant_id, MOST_AT_ONCE)
    assert (await api.get("/v1/ledger/check")).json()["checked"]["payments"] == MOST_AT_ONCE
    await till.owner.execute(MANY, till.world.tenant_id, 1)

    told = problem(await api.get("/v1/ledger/check"), 409, "ledger_too_large")

    assert "POST /v1/ledger/checks" in told["title"]
    assert (told["most"], told["newest_check_id"]) == (MOST_AT_ONCE, None)
    check_id = await begun(api)
    await till.work()
    shown = (await api.get(f"/v1/ledger/checks/{check_id}")).json()
    assert shown["report"]["checked"]["payments"] == MOST_AT_ONCE + 1
    told = problem(await api.get("/v1/ledger/check"), 409, "ledger_too_large")
    assert told["newest_check_id"] == check_id


async def test_in_the_background_the_same_is_found(till: Till, api: httpx.AsyncClient) -> None:
    await told_stories(till)
    at_once = (await api.get("/v1/ledger/check")).json()
    check_id = await begun(api)

    assert await till.work() == ["check_ledger"]

    shown = (await api.get(f"/v1/ledger/checks/{check_id}")).json()
    assert (shown["status"], shown["error_message"]) == ("finished", None)
    assert shown["report"] == at_once
    assert shown["finished_at"] is not None


@pytest.mark.parametrize(("tampering", "found"), TAMPERING.values(), ids=TAMPERING)
async def test_what_was_tampered_with_is_found_in_pieces_too(
    till: Till, api: httpx.AsyncClient, *, tampering: str, found: dict[str, str]
) -> None:
    await till.owner.execute(tampering, (await told_stories(till)).id)

    in_pieces = [await read_books(till.world.pool, till.world.tenant_id, piece=n) for n in (1, 3)]

    assert in_pieces == [await till.check()] * 2
    assert in_pieces[0].agrees is False
    check_id = await begun(api)
    await till.work()
    report = (await api.get(f"/v1/ledger/checks/{check_id}")).json()["report"]
    assert report == (await api.get("/v1/ledger/check")).json()
    assert {name for name in found if report[name]} == found.keys()


async def test_so_many_are_shown_of_all_pieces_together(till: Till) -> None:
    await till.owner.execute(
        """
        insert into payments.payment (
            tenant_id, amount_minor, currency, status, capture, created_by, authorized_minor,
            captured_minor
        )
        select $1, 2000, 'EUR', 'succeeded', 'automatic', 'a test', 2000, 2000
        from generate_series(1, $2)
        """,
        till.world.tenant_id,
        MOST_SHOWN + 20,
    )

    found = await read_books(till.world.pool, till.world.tenant_id, piece=50)

    assert (found.extent.payments, found.agrees) == (MOST_SHOWN + 20, False)
    assert found == await till.check()
    assert len(found.against_ledger) == MOST_SHOWN


async def test_one_check_is_made_at_a_time(till: Till, api: httpx.AsyncClient) -> None:
    first = await begun(api)

    assert await begun(api) == first
    assert await till.work() == ["check_ledger"]
    assert await begun(api) != first


async def test_of_two_who_ask_at_once_both_are_shown_one_check(till: Till) -> None:
    first, second = await race(till.world, start_check, start_check)

    assert isinstance(first, LedgerCheck)
    assert first == second


async def test_a_check_that_nobody_works_on_any_more_makes_room(
    till: Till, api: httpx.AsyncClient
) -> None:
    lost = await begun(api)
    await till.owner.execute(
        "update payments.ledger_check set created_at = now() - $2::interval where tenant_id = $1",
        till.world.tenant_id,
        checks.GIVEN_UP + timedelta(seconds=1),
    )

    assert await begun(api) != lost

    shown = (await api.get(f"/v1/ledger/checks/{lost}")).json()
    assert (shown["status"], shown["error_message"]) == ("failed", "it was given up")


def test_nobody_is_given_up_who_still_works() -> None:
    assert timedelta(seconds=CheckLedger.timeout_seconds) * CheckLedger.max_attempts < (
        checks.GIVEN_UP
    )


async def test_who_finishes_second_overwrites_nothing(till: Till) -> None:
    check = await till.world.do(start_check)

    async def finish(tx: Tx, *, error: str) -> None:
        await finish_check(
            tx,
            tenant_id=tx.tenant_id,
            check_id=check.id,
            status="failed",
            findings=None,
            error_message=error,
        )

    assert await race(
        till.world, lambda tx: finish(tx, error="first"), lambda tx: finish(tx, error="second")
    ) == [None, None]
    found = await till.world.do(lambda tx: check_by_id(tx, check.id))
    assert found.error_message == "first"


async def test_what_takes_too_long_fails_and_says_so(
    till: Till, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_stories(till)
    check_id = await begun(api)
    monkeypatch.setattr(checks, "LONGEST_STATEMENT", "1ms")
    async with till.owner.transaction(), asyncio.timeout(4):
        await till.owner.execute("lock table ledger.balance in access exclusive mode")
        await till.work()  # sooner than any other limit would end it

    shown = (await api.get(f"/v1/ledger/checks/{check_id}")).json()
    assert (shown["status"], shown["report"]) == ("failed", None)
    assert "too long" in shown["error_message"]


async def test_a_check_of_another_tenant_is_not_there(api: httpx.AsyncClient, other: World) -> None:
    check_id = await begun(api)
    async with other.program("*") as stranger:
        answer = await stranger.get(f"/v1/ledger/checks/{check_id}")

    problem(answer, 404, "ledger_check_not_found")


async def test_who_asks_while_a_check_ends_is_shown_how_it_ended(till: Till) -> None:
    """It ends between the two statements of who asks: the first still sees it at work."""
    check = await till.world.do(start_check)

    async def end(tx: Tx) -> None:
        await finish_check(
            tx,
            tenant_id=tx.tenant_id,
            check_id=check.id,
            status=LedgerCheckStatus.FAILED,
            findings=None,
            error_message="for a test",
        )

    async def ask(tx: Tx) -> LedgerCheck:
        assert await insert_check(tx) is None
        await till.world.do(end)
        return await latest_check(tx, tenant_id=tx.tenant_id)

    shown = await till.world.do(ask)

    assert (shown.id, shown.status) == (check.id, LedgerCheckStatus.FAILED)
    assert (await till.world.do(start_check)).id != check.id
