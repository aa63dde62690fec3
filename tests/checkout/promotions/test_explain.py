"""A code is found by an index, however many a tenant has given out."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from guilder.db import STATEMENTS
from tests.world import World

MANY = """
    insert into checkout.promotion (tenant_id, code, name, kind, percentage)
    select $1, 'Code' || number, 'One of many', 'percentage', 10
    from generate_series(1, 4000) as number
"""


@pytest.fixture
async def busy(world: World, owner_url: str) -> AsyncIterator[World]:
    """A tenant with so many codes that to read them all would be a mistake."""
    owner = await asyncpg.connect(owner_url)
    await owner.execute(MANY, world.tenant_id)
    await owner.execute("analyze checkout.promotion")
    yield world
    await owner.close()


async def explained(world: World, name: str, **given: object) -> str:
    """How PostgreSQL goes about it for the application, under row security."""
    (statement,) = [one for one in STATEMENTS if one.name == name]
    given["tenant_id"] = world.tenant_id
    absent = frozenset(one for one in statement.conditions if given.get(one) is None)
    text, params = statement.text(absent)
    async with world.tx() as tx:
        rows = await tx.fetch(f"explain {text}", *[given[param] for param in params])
    return "\n".join(row[0] for row in rows)


async def test_baskets_find_their_promotions_among_many(busy: World) -> None:
    plan = await explained(busy, "desk_of", codes=["code7"], countries=["NL"])

    assert "promotion_active" in plan or "promotion_code" in plan
    assert "Seq Scan on promotion" not in plan


@pytest.mark.parametrize("name", ["find_code", "newest_promotions"])
async def test_a_code_is_looked_up(busy: World, name: str) -> None:
    plan = await explained(busy, name, code="CODE7", most=26)

    assert "promotion_code" in plan or "promotion_active" in plan
