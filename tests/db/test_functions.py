"""Ids that rise, and names that compare equal, on every version of PostgreSQL that we take."""

import pytest

from guilder.db import system_transaction
from tests.world import World


async def test_ids_are_of_version_7_and_rise(world: World) -> None:
    async with system_transaction(world.pool) as tx:
        rows = await tx.fetch("select kernel.uuid7() as id from generate_series(1, 100)")
        later = await tx.fetch("select kernel.uuid7() as id, now() as now")
    ids = [row["id"] for row in (*rows, *later)]

    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    assert len(set(ids)) == 101
    assert ids[0] < ids[-1]
    made_at = (ids[-1].int >> 80) / 1000
    assert abs(made_at - later[0]["now"].timestamp()) < 60


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.org", "ada@example.ORG"),
        ("Straße", "STRASSE"),
        ("ａｄａ", "ada"),
        ("ﬁnance", "FINANCE"),
        ("é", "E\u0301"),
    ],
)
async def test_two_spellings_of_a_name_fold_to_one(world: World, one: str, other: str) -> None:
    async with system_transaction(world.pool) as tx:
        ((same,),) = await tx.fetch("select kernel.fold($1) = kernel.fold($2)", one, other)

    assert same
