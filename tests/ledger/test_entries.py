"""What was entered stays for ever: neither the application nor the owner rewrites it."""

import asyncpg
import pytest

from tests.ledger.books import Books
from tests.world import eventually

REWRITES = [
    "update ledger.entry set amount_minor = 1",
    "update ledger.entry set reason = 'another'",
    "update ledger.entry set tenant_id = tenant_id",
    "delete from ledger.entry",
    "truncate ledger.entry",
]
QUICKLY = "set local lock_timeout = '100ms'"
"""A truncate waits for every reader there is: others shall not wait long behind it."""


async def refusal(books: Books, owner: asyncpg.Connection, statement: str) -> str:
    """What the owner is told, once nobody else is in the way."""
    told = ""

    async def is_told() -> bool:
        nonlocal told
        try:
            async with owner.transaction():
                await owner.execute(QUICKLY)
                if statement.startswith("truncate"):
                    await owner.execute(statement)
                else:
                    await owner.execute(f"{statement} where tenant_id = $1", books.tenant_id)
        except asyncpg.LockNotAvailableError:
            return False
        except asyncpg.InsufficientPrivilegeError as refused:
            told = str(refused)
        return True

    await eventually(is_told)
    return told


@pytest.mark.parametrize("statement", REWRITES)
async def test_the_owner_rewrites_nothing(
    books: Books, owner: asyncpg.Connection, statement: str
) -> None:
    await books.play("customer → gateway 20.00")
    before = await books.entries()

    assert await refusal(books, owner, statement) == "an entry is never changed: reverse it"
    assert await books.entries() == before


@pytest.mark.parametrize("statement", REWRITES)
async def test_the_application_rewrites_nothing(books: Books, statement: str) -> None:
    await books.play("customer → gateway 20.00")

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with books.world.tx() as tx:
            await tx.fetch(statement)


async def test_the_application_does_not_lift_what_refuses_it(books: Books) -> None:
    for statement in (
        "alter table ledger.entry disable trigger immutable",
        "set local session_replication_role = replica",
        "drop trigger immutable on ledger.entry",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with books.world.tx() as tx:
                await tx.fetch(statement)


async def test_a_balance_is_never_taken_away(books: Books) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with books.world.tx() as tx:
            await tx.fetch("delete from ledger.balance")
