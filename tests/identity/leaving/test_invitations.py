"""Whoever was forgotten is not found in the invitations of other tenants either."""

from functools import partial

import asyncpg
import pytest

from tests.identity.people import PASSWORD, Person, signed_up
from tests.identity.post import Post
from tests.identity.team import Team
from tests.world import eventually

ACCEPT = "/v1/invitations/acceptances"
WAITING = """
    delete from jobs.job
    where kind = 'identity.forget_invitations' and payload ->> 'user_id' = $1
    returning tenant_id, kind, payload::text
"""
KEPT = """
    select 'invitation ' || invitation::text from identity.invitation where invitation::text ~* $1
    union all
    select 'outbox ' || outbox::text from events.outbox where outbox::text ~* $1
    union all
    select 'event ' || event::text from events.event where event::text ~* $1
    union all
    select 'user ' || user_account::text
    from identity.user_account where user_account::text ~* $1
    union all
    select 'ticket ' || ticket::text from identity.ticket where ticket::text ~* $1
    union all
    select 'entry ' || audit_entry::text from identity.audit_entry where audit_entry::text ~* $1
    union all
    select 'job ' || job::text from jobs.job where job::text ~* $1
"""
EXCHANGE = "update identity.invitation set email = 'x@y.example' where id = $1"


async def delete(person: Person, post: Post) -> None:
    """Forget somebody, and do what is left to do then."""
    await post.carry(person)
    gone = await person.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
    assert gone.status_code == 200, gone.text
    for job in await post.owner.fetch(WAITING, str(person.user_id)):
        await post.do(job)


@pytest.mark.parametrize("answer", ["accepted", "declined", "revoked", "open"])
async def test_the_address_of_whoever_is_forgotten_is_nowhere_to_be_read(
    team: Team, post: Post, database: asyncpg.Connection, answer: str
) -> None:
    wilma = await team.stranger()
    invitation, token = await team.invited(wilma.email.upper())
    match answer:
        case "accepted":
            assert (await wilma.client.post(ACCEPT, json={"token": token})).status_code == 201
        case "declined":
            await wilma.client.post("/v1/invitations/declines", json={"token": token})
        case "revoked":
            await team.owner.client.delete(f"/v1/invitations/{invitation}")

    await delete(wilma, post)
    shown = (await team.owner.client.get(f"/v1/invitations/{invitation}")).json()
    kept = partial(database.fetch, KEPT, wilma.email)

    async def is_forgotten() -> bool:
        await team.system.relay().relay_once()
        return not await kept()

    await eventually(is_forgotten)
    assert (shown["email"], shown["message"]) == (None, None)
    assert shown["status"] == ("revoked" if answer == "open" else answer)


async def test_an_address_that_was_never_confirmed_takes_no_invitation_along(
    team: Team, post: Post
) -> None:
    """Whoever signs up with the address of another takes nothing of theirs away by leaving."""
    async with signed_up(team.system) as thief:
        invitation, _ = await team.invited(thief.email)
        await delete(thief, post)
    shown = (await team.owner.client.get(f"/v1/invitations/{invitation}")).json()

    assert (shown["email"], shown["status"]) == (thief.email, "pending")


async def test_whoever_is_invited_anew_is_not_forgotten_with_who_they_were(
    team: Team, post: Post
) -> None:
    wilma = await team.stranger()
    await post.carry(wilma)
    await wilma.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
    invitation, _ = await team.invited(wilma.email)
    for job in await post.owner.fetch(WAITING, str(wilma.user_id)):
        await post.do(job)
    shown = (await team.owner.client.get(f"/v1/invitations/{invitation}")).json()

    assert (shown["email"], shown["status"]) == (wilma.email, "pending")


async def test_the_address_of_an_invitation_is_forgotten_and_never_exchanged(team: Team) -> None:
    invitation, _ = await team.invited("wilma@elsewhere.example")
    await team.owner.client.delete(f"/v1/invitations/{invitation}")

    with pytest.raises(asyncpg.CheckViolationError, match="email never changes"):
        async with team.world.tx() as tx:
            await tx.fetch(EXCHANGE, invitation)
