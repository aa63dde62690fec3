"""What was done is kept in the transaction in which it was done, for good."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from guilder import identity
from guilder.db import Tx, tenant_transaction
from guilder.identity import TenantStatus, audit
from guilder.identity.audit import SecretTold
from guilder.identity.audit.entry import GENESIS
from guilder.identity.audit.records import Draft, append
from guilder.kernel import Actor, ActorKind, TenantId
from tests.identity.audit.conftest import Chronicle, note
from tests.race import race
from tests.world import World


class Thing(msgspec.Struct, frozen=True):
    name: str
    size: float
    labels: dict[str, Any]
    updated_at: int = 0


THING = Thing("Bulb", 2.5, {"color": "red", "api_token": "gk_live_1", "deep": [{"PIN": 1}]})


async def test_an_entry_says_who_did_what_from_where_in_which_request(chronicle: Chronicle) -> None:
    world, key, thing = chronicle.world, uuid4(), uuid4()
    actor = Actor(
        kind=ActorKind.API_KEY,
        tenant_id=world.tenant_id,
        id=key,
        address="192.0.2.7",
        request_id="req_1",
    )
    async with tenant_transaction(world.pool, world.tenant_id, actor) as tx:
        await note(tx, "thing.made", id=thing, after={"name": "Bulb"})

    (entry,) = await chronicle.entries()

    assert (entry.position, entry.action, entry.previous_hash) == (1, "thing.made", GENESIS)
    assert (entry.actor_kind, entry.actor_id) == (ActorKind.API_KEY, key)
    assert (entry.address, entry.request_id) == ("192.0.2.7", "req_1")
    assert (entry.object_type, entry.object_id) == ("thing", thing)
    assert (entry.before, entry.after) == (None, {"name": "Bulb"})


async def test_nobody_can_do_what_is_kept_without_a_name(world: World) -> None:
    with pytest.raises(LookupError, match=r"thing\.made: nobody acts here"):
        async with tenant_transaction(world.pool, world.tenant_id) as tx:
            await note(tx, "thing.made")


async def test_it_is_kept_with_what_it_tells_of_or_not_at_all(chronicle: Chronicle) -> None:
    async def fail(tx: Tx) -> None:
        await note(tx, "thing.made")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await chronicle.world.do(fail)
    async with chronicle.world.tx() as tx:
        await note(tx, "thing.found")
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await fail(tx)

    assert [one.action for one in await chronicle.entries()] == ["thing.found"]
    assert (await chronicle.check()).is_intact


async def test_what_cannot_be_kept_is_not_done(world: World) -> None:
    """An action of no form is refused by the table, and with it the tenant's suspension."""

    async def work(tx: Tx) -> None:
        await identity.suspend(tx)
        await note(tx, "Not An Action")

    with pytest.raises(asyncpg.CheckViolationError):
        await world.do(work)

    assert (await world.do(identity.current_tenant)).status is TenantStatus.ACTIVE


async def test_of_two_structs_only_what_differs_is_kept(chronicle: Chronicle) -> None:
    grown = msgspec.structs.replace(THING, size=3.0, updated_at=1)
    await chronicle.write("thing.grown", before=THING, after=grown)

    (entry,) = await chronicle.entries()

    assert (entry.before, entry.after) == ({"size": 2.5}, {"size": 3})


async def test_what_people_call_a_secret_is_hidden(chronicle: Chronicle) -> None:
    await chronicle.write("thing.made", after=THING)

    (entry,) = await chronicle.entries()

    assert entry.after is not None
    assert entry.after["labels"] == {
        "color": "red",
        "api_token": "[hidden]",
        "deep": [{"PIN": "[hidden]"}],
    }


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "password_hash",
        "key_hash",
        "secret",
        "secrets",
        "secret_hints",
        "token",
        "token_hash",
        "client_secret_sealed",
        "verifier_sealed",
        "code",
        "recovery_codes",
        "nonce",
        "credentials",
    ],
)
async def test_a_secret_of_ours_is_refused(chronicle: Chronicle, name: str) -> None:
    inner = msgspec.defstruct("Inner", [(name, str)])("x")

    for told in ({name: "x"}, inner, {"thing": inner}, {"things": [inner]}):
        with pytest.raises(SecretTold, match=name):
            await chronicle.write("thing.made", after=told)
        with pytest.raises(SecretTold, match=name):
            await chronicle.write("thing.made", before=told)

    assert await chronicle.entries() == []


async def test_no_field_is_without_end(chronicle: Chronicle) -> None:
    await chronicle.write("thing.made", after={"name": "Bulb", "text": "x" * 100_000})

    (entry,) = await chronicle.entries()

    assert entry.after == {"name": "Bulb", "text": {"left_out_bytes": 100_002}}


@pytest.mark.parametrize(
    "value",
    [
        0.0,
        -0.0,
        1.0,
        0.1,
        1e22,
        1e300,
        -1e-7,
        5e-324,
        10**30,
        2**64,
        True,
        None,
        "é\u2028\U0001f337",
    ],
)
async def test_whatever_is_told_has_the_same_hash_when_it_is_read(
    chronicle: Chronicle, value: Any
) -> None:
    await chronicle.write("thing.made", after={"value": value, "list": [value, {"ß": value}]})

    assert (await chronicle.check()).is_intact


async def test_records_of_one_moment_follow_each_other_without_gaps(chronicle: Chronicle) -> None:
    """The first ones too, which begin the chain."""
    await asyncio.gather(*(chronicle.write(f"thing.made_{'x' * n}") for n in range(1, 30)))

    entries = await chronicle.entries()

    assert [one.position for one in entries] == list(range(1, 30))
    assert len({one.action for one in entries}) == 29
    assert [one.occurred_at for one in entries] == sorted(one.occurred_at for one in entries)
    assert (await chronicle.check()).entries == 29


@pytest.mark.parametrize("begun", [False, True])
async def test_the_second_waits_for_the_first(chronicle: Chronicle, begun: bool) -> None:
    if begun:
        await chronicle.write("thing.found")

    outcomes = await race(
        chronicle.world,
        lambda tx: append(tx, draft("thing.made")),
        lambda tx: append(tx, draft("thing.sold")),
    )

    assert outcomes == [None, None]
    made, sold = (await chronicle.entries())[-2:]
    assert (made.action, sold.action) == ("thing.made", "thing.sold")
    assert sold.previous_hash == made.hash
    assert made.occurred_at <= sold.occurred_at


async def test_who_records_holds_nobody_up_before_the_commit(chronicle: Chronicle) -> None:
    async with chronicle.world.tx() as tx:
        await note(tx, "thing.made")
        await chronicle.write("thing.sold")

    assert [one.action for one in await chronicle.entries()] == ["thing.sold", "thing.made"]


def draft(action: str) -> Draft:
    return Draft(action, ActorKind.OPERATOR, None, None, None, "thing", uuid4(), None, None)


@pytest.mark.parametrize(
    "forbidden",
    [
        "update identity.audit_entry set action = 'thing.lost'",
        "update identity.audit_entry set hash = previous_hash where false",
        "delete from identity.audit_entry",
        "truncate identity.audit_entry",
        "delete from identity.audit_head",
        "truncate identity.audit_head",
        "select * from identity.audit_entry for update",
    ],
)
async def test_the_application_may_add_and_nothing_else(
    chronicle: Chronicle, forbidden: str
) -> None:
    await chronicle.write("thing.made")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await chronicle.world.do(lambda tx: tx.fetch(forbidden))

    assert [one.action for one in await chronicle.entries()] == ["thing.made"]


@pytest.mark.parametrize(
    "change",
    [
        "position = 0",
        "position = position",
        "position = position + 2",
        "position = position + 1, occurred_at = '2020-01-01'",
        "hash = sha256('x')",
    ],
)
async def test_the_head_never_goes_back(chronicle: Chronicle, change: str) -> None:
    await chronicle.write("thing.made", "thing.sold")

    with pytest.raises(asyncpg.CheckViolationError, match="what it has reached never changes"):
        await chronicle.world.do(
            lambda tx: tx.fetch(f"update identity.audit_head set {change} where true")
        )

    assert (await chronicle.check()).is_intact


async def test_another_tenant_s_entries_are_not_seen_and_not_added_to(
    chronicle: Chronicle, other: World
) -> None:
    await chronicle.write("thing.made")
    await other.do(lambda tx: note(tx, "thing.lost"))

    async def forge(tx: Tx) -> None:
        foreign: TenantId = chronicle.world.tenant_id
        await tx.fetch(
            "insert into identity.audit_entry select $1::uuid, 9, id, action, actor_kind, actor_id,"
            " address, request_id, object_type, object_id, before, after, occurred_at,"
            " previous_hash, hash from identity.audit_entry",
            foreign,
        )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await other.do(forge)

    assert [one.action for one in await chronicle.entries()] == ["thing.made"]
    assert [one.position for one in await chronicle.entries()] == [1]


async def test_what_is_long_without_need_is_cut(chronicle: Chronicle) -> None:
    world = chronicle.world
    actor = Actor(kind=ActorKind.VISITOR, tenant_id=world.tenant_id, request_id="r" * 300)
    async with tenant_transaction(world.pool, world.tenant_id, actor) as tx:
        await audit.record(tx, "thing.seen", type="thing", id=uuid4())

    (entry,) = await chronicle.entries()

    assert entry.request_id == "r" * 100
