"""A ticket is used once, for a while, by whoever reads the mail that it came in."""

import asyncpg
import httpx
import pytest

from guilder.app import System
from guilder.db import Tx, tenant_transaction
from guilder.identity.tickets import Purpose, TicketNotValid, issue, use
from guilder.identity.users import User, UserId, locked_user
from guilder.kernel import TenantId
from tests.http.documents import problem
from tests.identity.people import Person
from tests.identity.post import Post
from tests.race import race
from tests.world import World

CONFIRM = "/v1/email-verifications/confirmations"


def at_home(system: System, person: Person) -> World:
    """The world of somebody's own tenant, as far as transactions go."""

    class Home(World):
        @property
        def tenant_id(self) -> TenantId:
            return TenantId(person.tenant_id)

    return Home(system, None)  # type: ignore[arg-type]


async def issued(system: System, person: Person, purpose: Purpose = Purpose.VERIFY_EMAIL) -> str:
    async def make(tx: Tx) -> str:
        user = await locked_user(tx, UserId(person.user_id))
        return (await issue(tx, user, purpose, email=person.email)).token

    return await at_home(system, person).do(make)


async def test_it_is_used_once(system: System, person: Person, visitor: httpx.AsyncClient) -> None:
    token = await issued(system, person)

    first = await visitor.post(CONFIRM, json={"token": token})
    second = await visitor.post(CONFIRM, json={"token": token})

    assert first.status_code == 204
    problem(second, 422, "ticket_not_valid")


async def test_of_two_who_use_it_at_once_one_is_let_through(system: System, person: Person) -> None:
    token = await issued(system, person)

    async def take(tx: Tx) -> User:
        _, user = await use(tx, token, Purpose.VERIFY_EMAIL)
        return user

    first, second = await race(at_home(system, person), take, take)

    assert first.id == person.user_id
    assert isinstance(second, TicketNotValid)


async def test_a_newer_one_takes_the_place_of_those_before(
    system: System, person: Person, visitor: httpx.AsyncClient
) -> None:
    older = await issued(system, person)
    other = await issued(system, person, Purpose.RESET_PASSWORD)
    newer = await issued(system, person)

    refused = await visitor.post(CONFIRM, json={"token": older})
    accepted = await visitor.post(CONFIRM, json={"token": newer})
    reset = await visitor.post(
        "/v1/password-resets/confirmations",
        json={"token": other, "new_password": "eleven blue tricycles"},
    )

    problem(refused, 422, "ticket_not_valid")
    assert (accepted.status_code, reset.status_code) == (204, 204)


async def test_two_issued_at_once_are_one_that_is_good(system: System, person: Person) -> None:
    """Each uses up those before it, so they cannot both be the last."""

    async def make(tx: Tx) -> str:
        user = await locked_user(tx, UserId(person.user_id))
        return (await issue(tx, user, Purpose.VERIFY_EMAIL, email=person.email)).token

    world = at_home(system, person)
    await race(world, make, make)

    async with world.tx() as tx:
        rows = await tx.fetch(
            "select count(*) from identity.ticket"
            " where user_id = $1 and purpose = 'verify_email' and used_at is null",
            person.user_id,
        )
    assert rows[0]["count"] == 1


@pytest.mark.parametrize(
    ("purpose", "lifetime"),
    [
        (Purpose.VERIFY_EMAIL, "3 days"),
        (Purpose.CHANGE_EMAIL, "1 day"),
        (Purpose.RESET_PASSWORD, "1 hour"),
    ],
)
async def test_it_ends_by_the_clock_of_the_database(
    system: System,
    person: Person,
    database: asyncpg.Connection,
    purpose: Purpose,
    lifetime: str,
) -> None:
    token = await issued(system, person, purpose)
    lasts = await database.fetchval(
        "select max(expires_at - created_at) = $2::text::interval"
        " from identity.ticket where user_id = $1",
        person.user_id,
        lifetime,
    )
    await database.execute("alter table identity.ticket disable trigger preserve")
    try:
        await database.execute(
            "update identity.ticket set expires_at = now(), created_at = now() - interval '9 days'"
            " where user_id = $1",
            person.user_id,
        )
    finally:
        await database.execute("alter table identity.ticket enable trigger preserve")

    assert lasts
    with pytest.raises(TicketNotValid):
        await at_home(system, person).do(lambda tx: use(tx, token, purpose))


async def test_it_is_good_for_its_purpose_only(
    system: System, person: Person, visitor: httpx.AsyncClient
) -> None:
    token = await issued(system, person)

    reset = await visitor.post(
        "/v1/password-resets/confirmations",
        json={"token": token, "new_password": "eleven blue tricycles"},
    )
    change = await visitor.post("/v1/email-changes/confirmations", json={"token": token})

    problem(reset, 422, "ticket_not_valid")
    problem(change, 422, "ticket_not_valid")


@pytest.mark.parametrize("token", ["gt_", "x" * 100, "gt_" + "0" * 88, "gs_" + "0" * 88])
async def test_what_was_never_one_of_ours_opens_nothing(
    visitor: httpx.AsyncClient, token: str
) -> None:
    answer = await visitor.post(CONFIRM, json={"token": token})

    problem(answer, 422, "ticket_not_valid")


async def test_it_stands_in_the_mail_and_nowhere_else(
    system: System, person: Person, post: Post
) -> None:
    """Neither in the queue, from where its mail is sent, nor in a table."""
    jobs = await post.waiting(person)
    for job in jobs:
        await post.do(job)
    token = await post.token(person, kind="verify_email")

    async with tenant_transaction(system.pool, TenantId(person.tenant_id)) as tx:
        rows = await tx.fetch("select ticket::text from identity.ticket as ticket")
    kept = " ".join([*(job["payload"] for job in jobs), *(row[0] for row in rows)])
    assert token not in kept
    assert token[-56:-8] not in kept


async def test_a_mail_that_is_sent_again_carries_another_one(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    (job,) = [one for one in await post.waiting(person) if "ticket" in one["kind"]]
    await post.do(job)
    await post.do(job)

    newer, older = await post.letters(person, kind="verify_email")
    tokens = [letter.text.partition("?token=")[2].split()[0] for letter in (older, newer)]
    answers = [await visitor.post(CONFIRM, json={"token": token}) for token in tokens]

    assert [answer.status_code for answer in answers] == [422, 204]
