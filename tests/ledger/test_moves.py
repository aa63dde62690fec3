"""Moves keep the books balanced, whatever is tried."""

from uuid import uuid4

import asyncpg
import pytest

from guilder.kernel.currency import exponents
from guilder.ledger import Journal, record, trial_balance
from tests.ledger.books import ISSUER, USDC, Books, move
from tests.world import World


async def test_a_sale_its_fee_and_its_refund(books: Books) -> None:
    await books.play("""
        customer → gateway/stripe     20.00  the sale
        gateway/stripe → fees/stripe   0.60  what the gateway keeps of it
        gateway/stripe → customer      5.00  a part of it returned
    """)

    assert await books.balances() == {
        "customer": "-15.00",
        "fees/stripe": "0.60",
        "gateway/stripe": "14.40",
    }


@pytest.mark.parametrize(
    ("verdict", "left"),
    [
        ("disputed/stripe → gateway/stripe 20.00 won", {"customer": "-20.00", "gateway": "5.00"}),
        ("disputed/stripe → customer       20.00 lost", {"customer": "0.00", "gateway": "-15.00"}),
    ],
)
async def test_a_dispute_and_what_it_costs(
    books: Books, verdict: str, left: dict[str, str]
) -> None:
    await books.play(f"""
        customer → gateway/stripe        20.00  the sale
        gateway/stripe → disputed/stripe 20.00  the buyer objects
        gateway/stripe → fees/stripe     15.00  what that costs
        {verdict}
    """)

    assert await books.balances() == {
        "customer": left["customer"],
        "disputed/stripe": "0.00",
        "fees/stripe": "15.00",
        "gateway/stripe": left["gateway"],
    }


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("customer → gateway 0.01", "recorded"),
        ("customer → gateway 92233720368547758.07", "recorded"),
        ("customer/a → customer/b 0.01", "recorded"),
        ("customer → customer/b 0.01", "recorded"),
        ("customer → gateway 0.00", "CheckViolationError"),
        ("customer → gateway -0.01", "CheckViolationError"),
        ("customer → customer 0.01", "CheckViolationError"),
        ("customer/a → customer/a 0.01", "CheckViolationError"),
        ("Customer → gateway 0.01", "CheckViolationError"),
        (f"customer → gateway/{'x' * 101} 0.01", "CheckViolationError"),
    ],
)
async def test_what_a_move_accepts(books: Books, line: str, outcome: str) -> None:
    assert await books.play(line) == [outcome]
    assert len(await books.entries()) == (outcome == "recorded")
    assert await books.drifts() == []


@pytest.mark.parametrize(
    ("unit", "outcome"),
    [
        ("EUR", "recorded"),
        ("XLM", "recorded"),
        (USDC, "recorded"),
        (f"a1B2c3D4e5F6:{ISSUER}", "recorded"),
        ("", "CheckViolationError"),
        ("EU R", "CheckViolationError"),
        ("THIRTEENCHARS", "CheckViolationError"),
        (f":{ISSUER}", "CheckViolationError"),
        (USDC[:-1], "CheckViolationError"),
        (USDC.replace(":G", ":S"), "CheckViolationError"),
        (f"{USDC}A", "CheckViolationError"),
        ("EUR\n", "CheckViolationError"),
    ],
)
async def test_what_a_unit_is(books: Books, unit: str, outcome: str) -> None:
    assert await books.play("customer → gateway 1.00", unit=unit) == [outcome]


async def test_every_currency_of_iso_4217_has_books_of_its_own(books: Books) -> None:
    """A unit never mixes with another: an entry has one, for both of its accounts."""
    units = [*sorted(exponents()), USDC]
    moves = [move("customer → gateway 1", books.subject_id, unit=unit) for unit in units]

    await books.record(*moves)

    async with books.world.tx() as tx:
        lines = await trial_balance(tx, tenant_id=books.tenant_id)
    assert {(one.unit, one.kind, one.incoming_minor - one.outgoing_minor) for one in lines} == {
        (entered.unit, kind, sign * entered.minor)
        for entered in moves
        for kind, sign in (("customer", -1), ("gateway", 1))
    }
    assert len(units) > 150


async def test_an_entry_has_one_unit_and_one_amount_for_both_sides(
    owner: asyncpg.Connection,
) -> None:
    """Nothing unbalanced can be written by any SQL, since there is no place to write it."""
    columns = await owner.fetch(
        "select attname from pg_attribute where attrelid = 'ledger.entry'::regclass"
        " and attnum > 0 and (attname like '%amount%' or attname like '%unit%')"
    )

    assert [column["attname"] for column in columns] == ["unit", "amount_minor"]


async def test_a_journal_that_is_refused_leaves_nothing(books: Books) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await books.event("""
            customer → gateway 20.00 the sale
            gateway → fees      0.00 nothing at all
        """)

    assert (await books.entries(), await books.balances()) == ([], {})


async def test_a_journal_id_is_used_once(books: Books) -> None:
    journal_id = uuid4()
    sale = move("customer → gateway 20.00", books.subject_id)
    await books.record(sale, journal_id=journal_id)

    with pytest.raises(asyncpg.UniqueViolationError):
        await books.record(sale, journal_id=journal_id)

    assert await books.balances() == {"customer": "-20.00", "gateway": "20.00"}


async def test_two_tenants_may_use_the_same_id(books: Books, other: World) -> None:
    sale = move("customer → gateway 20.00", books.subject_id)
    journal_id = await books.record(sale)

    await Books(other).record(sale, journal_id=journal_id)

    assert await books.balances() == await Books(other).balances()


async def test_the_lines_of_an_event_share_its_journal(books: Books) -> None:
    journal_id = await books.event("""
        customer → gateway 20.00 capture
        gateway → fees      0.60 fee
    """)

    assert [
        (one.journal_id, one.line, one.amount_minor, one.reason) for one in await books.entries()
    ] == [(journal_id, 2, 60, "fee"), (journal_id, 1, 2000, "capture")]


async def test_many_journals_are_one_statement(books: Books) -> None:
    sale = move("customer → gateway 20.00", books.subject_id)

    journals = [Journal(uuid4(), (sale,) * lines) for lines in (2, 0, 1, 4)]

    await books.world.do(lambda tx: record(tx, journals))

    assert await books.balances() == {"customer": "-140.00", "gateway": "140.00"}


async def test_nothing_to_record_is_no_error(books: Books) -> None:
    await books.record()

    assert await books.entries() == []


async def test_balances_grow_beyond_what_an_entry_holds(books: Books) -> None:
    """A bigint would overflow at the second."""
    await books.play("customer → gateway 92233720368547758.07\n" * 2)

    assert (await books.balances())["gateway"] == "184467440737095516.14"
    assert await books.drifts() == []


@pytest.mark.parametrize(
    ("tampering", "is_found"),
    [
        ("incoming_minor = incoming_minor + 1", True),
        ("outgoing_minor = outgoing_minor + 1", True),
        ("updated_at = now()", False),
    ],
)
async def test_a_balance_that_is_not_the_sum_of_its_entries_is_found(
    books: Books, owner: asyncpg.Connection, *, tampering: str, is_found: bool
) -> None:
    await books.play("customer → gateway 20.00")

    await owner.execute(
        f"update ledger.balance set {tampering} where tenant_id = $1 and kind = 'gateway'",
        books.tenant_id,
    )

    assert [one.kind for one in await books.drifts()] == ["gateway"] * is_found


async def test_a_balance_without_entries_is_found(books: Books, owner: asyncpg.Connection) -> None:
    await owner.execute(
        "insert into ledger.balance values ($1, 'fees', '', 'EUR', 0, 5, 0)", books.tenant_id
    )

    (drift,) = await books.drifts()
    assert (drift.kind, drift.balance_minor, drift.entries_minor) == ("fees", 5, 0)
