"""Whatever is done to the entries by another hand is found, and the position told."""

from collections.abc import Sequence

import pytest

from guilder.db import Tx
from guilder.identity.audit import AuditEntry, AuditHead, Chain, Flaw, hash_of, read_head
from guilder.identity.audit.chain import PAGE
from guilder.identity.audit.entry import GENESIS
from tests.identity.audit.conftest import Chronicle, note
from tests.world import World

F = Flaw
ACTIONS = ("thing.made", "thing.shown", "thing.sold", "thing.sent")

ENTRY = "identity.audit_entry"
OF_TENANT = f"{ENTRY} where tenant_id = $1"
SHIFTED = f"update {ENTRY} set position = position + 1000 where tenant_id = $1 and position > "

FORGED = f"""
    insert into {ENTRY}
    select
        tenant_id, position + 1, kernel.uuid7(), action, actor_kind, actor_id, address, request_id,
        object_type, object_id, before, after, occurred_at, hash, sha256(hash)
    from {OF_TENANT} and position =
"""


@pytest.fixture
async def written(chronicle: Chronicle) -> Chronicle:
    """A chronicle of four entries."""
    await chronicle.write(*ACTIONS, after={"name": "Bulb"})
    return chronicle


async def test_what_nobody_touched_is_intact(written: Chronicle) -> None:
    checked = await written.check()

    last = (await written.entries())[-1]
    assert (checked.is_intact, checked.entries) == (True, 4)
    assert checked.head == AuditHead(4, last.hash)
    assert read_head(str(checked.head)) == checked.head


async def test_where_nothing_was_kept_nothing_is_broken(chronicle: Chronicle) -> None:
    checked = await chronicle.check()

    assert (checked.is_intact, checked.head) == (True, AuditHead(0, GENESIS))


@pytest.mark.parametrize("position", [1, 2, 3])
async def test_an_entry_that_was_taken_out_is_missed(written: Chronicle, position: int) -> None:
    await written.spoil(f"delete from {OF_TENANT} and position = {position}")

    assert await written.broken() == (F.MISSING, position)


async def test_closing_the_gap_does_not_help(written: Chronicle) -> None:
    await written.spoil(f"delete from {OF_TENANT} and position = 2")
    await written.spoil(f"update {ENTRY} set position = 2 where tenant_id = $1 and position = 3")
    await written.spoil(f"update {ENTRY} set position = 3 where tenant_id = $1 and position = 4")

    assert await written.broken() == (F.CHANGED, 2)


@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "action = 'thing.kept'",
        "actor_kind = 'job'",
        "actor_id = gen_random_uuid()",
        "address = '192.0.2.1'",
        "request_id = 'req_2'",
        "object_type = 'other'",
        "object_id = gen_random_uuid()",
        "before = '{}'",
        "after = null",
        'after = \'{"name": "bulb"}\'',
        "occurred_at = occurred_at + interval '1 microsecond'",
        "previous_hash = sha256('x')",
        "hash = sha256('x')",
    ],
)
@pytest.mark.parametrize("position", [2, 4])
async def test_an_entry_that_was_changed_is_found(
    written: Chronicle, change: str, position: int
) -> None:
    await written.spoil(
        f"update {ENTRY} set {change} where tenant_id = $1 and position = {position}"
    )

    assert await written.broken() == (F.CHANGED, position)


async def test_there_is_no_column_that_could_be_changed_unseen(written: Chronicle) -> None:
    columns = await written.owner.fetch(
        "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0",
        ENTRY,
    )

    assert [name for (name,) in columns] == ["tenant_id", *AuditEntry.__struct_fields__]


async def test_a_change_with_a_hash_that_fits_is_found_by_the_next(written: Chronicle) -> None:
    await rewrite(written, 2)

    assert await written.broken() == (F.UNLINKED, 3)


async def test_and_in_the_last_entry_by_the_head(written: Chronicle) -> None:
    await rewrite(written, 4)

    assert await written.broken() == (F.CHANGED, 4)


async def rewrite(written: Chronicle, position: int) -> None:
    """Change an entry, and give it the hash that it would have had."""
    where = f"where tenant_id = $1 and position = {position}"
    await written.spoil(f"update {ENTRY} set action = 'thing.kept' {where}")
    entry = (await written.entries())[position - 1]
    fitting = hash_of(written.world.tenant_id, entry)
    await written.spoil(f"update {ENTRY} set hash = $2 {where}", fitting)


async def test_entries_that_were_exchanged_are_found(written: Chronicle) -> None:
    for source, target in ((2, 9), (3, 2), (9, 3)):
        await written.spoil(
            f"update {ENTRY} set position = {target} where tenant_id = $1 and position = {source}"
        )

    assert await written.broken() == (F.CHANGED, 2)


async def test_an_entry_that_was_put_in_is_found(written: Chronicle) -> None:
    await written.spoil(f"{SHIFTED} 2")
    await written.spoil(f"{FORGED} 2")

    assert await written.broken() == (F.CHANGED, 3)


async def test_an_entry_that_was_put_in_with_a_hash_that_fits_is_found_by_the_next(
    written: Chronicle,
) -> None:
    await written.spoil(f"{SHIFTED} 2")
    await written.spoil(f"{FORGED} 2")
    await rewrite(written, 3)
    await written.spoil(f"update {ENTRY} set position = 4 where tenant_id = $1 and position = 1003")

    assert await written.broken() == (F.CHANGED, 4)


async def test_an_entry_that_was_added_behind_the_last_is_found(written: Chronicle) -> None:
    await written.spoil(f"{FORGED} 4")
    await rewrite(written, 5)

    assert await written.broken() == (F.BEYOND, 5)


@pytest.mark.parametrize("last", [3, 1, 0])
async def test_a_tail_that_was_cut_off_is_missed(written: Chronicle, last: int) -> None:
    await written.spoil(f"delete from {OF_TENANT} and position > {last}")

    assert await written.broken() == (F.CUT, last + 1)


async def test_a_head_that_was_taken_away_is_missed(written: Chronicle) -> None:
    await written.spoil("delete from identity.audit_head where tenant_id = $1")

    assert await written.broken() == (F.BEYOND, 1)


async def test_a_head_that_was_kept_tells_of_a_tail_cut_off_with_the_head(
    written: Chronicle,
) -> None:
    kept = (await written.check()).head
    await cut(written, 2)

    assert (await written.check()).is_intact
    assert await written.broken(kept) == (F.CUT, 3)


async def test_and_of_one_that_was_written_anew(written: Chronicle) -> None:
    kept = (await written.check()).head
    await cut(written, 2)
    await written.write(*ACTIONS)

    assert (await written.check()).is_intact
    assert await written.broken(kept) == (F.NOT_AS_KEPT, 4)


async def test_a_head_that_was_kept_holds_while_entries_are_added(written: Chronicle) -> None:
    kept = (await written.check()).head
    await written.write(*ACTIONS)

    assert (await written.check(kept)).entries == 8
    assert await written.broken(AuditHead(0, bytes([1] * 32))) == (F.NOT_AS_KEPT, 0)


async def cut(written: Chronicle, last: int) -> None:
    """Take the tail away as if it had never been."""
    await written.spoil(f"delete from {OF_TENANT} and position > {last}")
    entry = (await written.entries())[-1]
    await written.spoil("delete from identity.audit_head where tenant_id = $1")
    values = (entry.hash, entry.occurred_at)
    await written.spoil("insert into identity.audit_head values ($1, 0, $2, $3)", *values)
    for _ in range(last):
        await written.spoil(
            "update identity.audit_head set position = position + 1 where tenant_id = $1"
        )


async def test_another_tenant_s_entry_is_no_entry_of_this_one(
    written: Chronicle, other: World
) -> None:
    theirs = Chronicle(other, written.owner)
    await theirs.write(*ACTIONS)
    await written.spoil(f"delete from {OF_TENANT} and position = 4")
    await written.spoil(
        f"update {ENTRY} set tenant_id = $1 where tenant_id = $2 and position = 4", other.tenant_id
    )

    assert await written.broken() == (F.CHANGED, 4)
    assert await theirs.broken() == (F.CUT, 4)


async def test_a_long_chain_is_followed_a_page_at_a_time(chronicle: Chronicle) -> None:
    await chronicle.world.do(lambda tx: many(tx, PAGE + 50))
    chain = Chain(chronicle.world.tenant_id)
    reached = []
    while chain.outcome is None:
        await chronicle.world.do(chain.go_on)
        reached.append(chain.position)

    assert reached == [PAGE, PAGE + 50, PAGE + 50]
    assert chain.outcome.is_intact


async def test_what_is_recorded_meanwhile_is_followed_too(chronicle: Chronicle) -> None:
    await chronicle.write(*ACTIONS)
    chain = Chain(chronicle.world.tenant_id)
    await chronicle.world.do(chain.go_on)
    await chronicle.write(*ACTIONS)
    while chain.outcome is None:
        await chronicle.world.do(chain.go_on)

    assert (chain.outcome.is_intact, chain.outcome.entries) == (True, 8)


async def many(tx: Tx, count: int) -> None:
    """As many entries in one transaction."""
    for _ in range(count):
        await note(tx, "thing.made")


def test_a_head_is_read_as_it_is_printed() -> None:
    wrong: Sequence[str] = ("", "4", "4:", f"x:{'0' * 64}", f"4:{'0' * 63}", f"-4:{'0' * 64}")

    assert [read_head(one) for one in wrong] == [None] * len(wrong)
    assert read_head(f"4:{'00' * 32}") == AuditHead(4, GENESIS)
