"""Invitations: sent by mail, sent again, and taken back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from guilder.app import System
from guilder.identity import QuotaExceeded
from guilder.identity.members import NewInvitation, invite
from guilder.identity.members.invitations import MOST_A_DAY, MOST_MAILS
from guilder.identity.roles import RoleId
from guilder.kernel import hash_of, read_token
from tests.http.documents import problem
from tests.identity.people import somebody
from tests.identity.post import Post
from tests.identity.team import Team, founded
from tests.race import race
from tests.world import World

AGO = "update identity.invitation set last_mailed_at = last_mailed_at - $1::interval where id = $2"
EXPIRE = """
    update identity.invitation
    set created_at = now() - interval '8 days', expires_at = now() - interval '1 second'
    where id = $1
"""


@pytest.fixture
async def expire(database: Any) -> Any:
    """Let an invitation's time be over."""

    async def one(invitation_id: str) -> None:
        async with database.transaction():
            await database.execute("set local session_replication_role = replica")
            await database.execute(EXPIRE, invitation_id)

    return one


def someone() -> str:
    return str(somebody()["email"])


async def test_whoever_is_invited_is_told_by_mail(team: Team) -> None:
    email = someone()
    body = {
        "email": email,
        "role_ids": [team.roles["developer"], team.roles["viewer"]],
        "message": "The till needs you.",
    }
    made = await team.owner.client.post("/v1/invitations", json=body)

    letter = await team.letter(made.json()["id"])

    shown = made.json()
    assert (made.status_code, shown["email"], shown["status"]) == (201, email, "pending")
    assert (shown["mails"], shown["is_expired"]) == (1, False)
    assert shown["invited_by"] == f"user:{team.owner.user_id}"
    assert sorted(shown["role_ids"]) == sorted(body["role_ids"])
    assert "http://guilder.test/invitation?token=gi_" in letter.text
    assert "The till needs you." in letter.text
    for said in (team.owner.person.user["name"], "developer", "viewer"):
        assert said in letter.text


async def test_the_token_lies_in_no_table_and_in_no_queue(team: Team, database: Any) -> None:
    answer = await team.invite(someone())
    waiting = await database.fetchval(
        "select payload::text from jobs.job where payload ->> 'invitation_id' = $1",
        answer.json()["id"],
    )
    token = await team.token(answer.json()["id"])

    kept = await database.fetchval(
        "select token_hash from identity.invitation where id = $1", answer.json()["id"]
    )

    assert "gi_" not in waiting
    assert "gi_" not in answer.text
    assert kept == hash_of(token)
    name = read_token(token)
    assert name is not None
    assert (name.prefix, name.tenant_id) == ("gi", team.tenant_id)


async def test_an_invitation_is_seen_by_all_who_may_see_members(team: Team) -> None:
    email = someone()
    made = (await team.invite(email)).json()
    viewer = await team.colleague("viewer")

    listed = (await viewer.client.get("/v1/invitations", params={"status": "pending"})).json()
    declined = (await viewer.client.get("/v1/invitations", params={"status": "declined"})).json()

    assert listed["data"] == [made]
    assert declined["data"] == []
    problem(await team.invite(email, by=viewer), 403, "permission_missing")


@pytest.mark.parametrize("spelled", ["{}", "{upper}", " {} "])
async def test_an_address_is_invited_once_however_it_is_spelled(team: Team, spelled: str) -> None:
    email = someone()
    await team.invite(email)

    again = await team.invite(spelled.format(email, upper=email.upper()))

    problem(again, 409, "invited_before")


async def test_a_member_is_not_invited(team: Team) -> None:
    wilma = await team.colleague("viewer")
    stranger = await team.stranger()

    for email in (wilma.person.email, wilma.person.email.upper(), team.owner.person.email):
        problem(await team.invite(email), 409, "member_before")
    assert (await team.invite(stranger.email)).status_code == 201


async def test_what_cannot_be_an_address_is_refused(team: Team) -> None:
    for email in ("no at sign", "a@b@c", "x@", "a\u200b@person.example"):
        assert (await team.invite(email)).status_code == 422


async def test_whoever_invites_has_confirmed_their_e_mail(team: Team, database: Any) -> None:
    wilma = await team.colleague("admin")
    made = (await team.invite(someone(), by=wilma)).json()
    await database.execute(
        "update identity.user_account set email_verified_at = null where id = $1", wilma.user_id
    )

    refused = await team.invite(someone(), by=wilma)
    again = await wilma.client.post(f"/v1/invitations/{made['id']}/mails")

    for answer in (refused, again):
        needed = problem(answer, 403, "email_not_verified")["needed_for"]
        assert needed == "members.invite"


async def test_a_mail_is_sent_again_after_a_while_and_so_often(team: Team, database: Any) -> None:
    made = (await team.invite(someone())).json()
    path = f"/v1/invitations/{made['id']}/mails"
    first = await team.token(made["id"])

    at_once = await team.owner.client.post(path)
    tokens = [first]
    for number in range(2, MOST_MAILS + 1):
        await database.execute(AGO, timedelta(minutes=1), made["id"])
        answer = await team.owner.client.post(path)
        assert (answer.status_code, answer.json()["mails"]) == (201, number)
        tokens.append(await team.token(made["id"]))
    await database.execute(AGO, timedelta(minutes=1), made["id"])
    too_many = await team.owner.client.post(path)

    document = problem(at_once, 429, "mailed_just_now")
    assert 0 < document["retry_after"] <= 60
    assert at_once.headers["retry-after"] == str(document["retry_after"])
    assert problem(too_many, 409, "too_many_mails")["maximum"] == MOST_MAILS
    assert len(set(tokens)) == MOST_MAILS


async def test_taken_back_and_sent_anew_is_mailed_no_more_often(team: Team, database: Any) -> None:
    """Nobody fills the mailbox of another with invitations."""
    email, answers = someone(), []
    for number in range(MOST_A_DAY + 1):
        spelled = email.upper() if number % 2 else email
        answers.append(await team.invite(spelled))
        if answers[-1].status_code == 201:
            await team.owner.client.delete(f"/v1/invitations/{answers[-1].json()['id']}")

    assert [answer.status_code for answer in answers[:-1]] == [201] * MOST_A_DAY
    document = problem(answers[-1], 429, "mailed_often")
    assert 86_000 < document["retry_after"] <= 86_400
    assert (await team.invite(someone())).status_code == 201
    await database.execute(AGO, timedelta(days=1), answers[0].json()["id"])
    assert (await team.invite(email)).status_code == 201


async def test_a_mail_that_could_not_be_sent_makes_another_token(team: Team, database: Any) -> None:
    made = (await team.invite(someone())).json()
    (job,) = await team.waiting(made["id"])
    kept = []
    for _ in range(2):
        await team.post.do(job)
        kept.append(
            await database.fetchval(
                "select token_hash from identity.invitation where id = $1", made["id"]
            )
        )

    assert kept[0] != kept[1]


async def test_an_invitation_that_was_taken_back_is_not_mailed(team: Team) -> None:
    made = (await team.invite(someone())).json()
    path = f"/v1/invitations/{made['id']}"
    outbox = team.system.mailer.outbox
    assert outbox is not None

    taken = await team.owner.client.delete(path)
    (job,) = await team.waiting(made["id"])
    await team.post.do(job)

    assert taken.json()["status"] == "revoked"
    assert (await team.owner.client.delete(path)).json() == taken.json()
    refused = problem(await team.owner.client.post(f"{path}/mails"), 409, "invitation_answered")
    assert refused["status_now"] == "revoked"
    assert not [one for one in outbox.newest(1000) if made["email"] in one.to]


async def test_an_invitation_that_was_declined_cannot_be_taken_back(team: Team) -> None:
    invitation_id, token = await team.invited(someone())
    declined = await team.owner.client.post("/v1/invitations/declines", json={"token": token})

    refused = await team.owner.client.delete(f"/v1/invitations/{invitation_id}")

    assert declined.status_code == 204
    assert problem(refused, 409, "invitation_answered")["status_now"] == "declined"


async def test_an_address_can_be_invited_again_once_the_time_is_over(
    team: Team, expire: Any
) -> None:
    email = someone()
    made = (await team.invite(email)).json()
    await expire(made["id"])
    path = f"/v1/invitations/{made['id']}"
    expired = (await team.owner.client.get(path)).json()

    again = await team.invite(email)

    assert (expired["status"], expired["is_expired"]) == ("pending", True)
    assert again.status_code == 201
    assert (await team.owner.client.get(path)).json()["status"] == "revoked"


async def test_sent_again_an_old_invitation_has_all_of_its_time(
    team: Team, expire: Any, database: Any
) -> None:
    made = (await team.invite(someone())).json()
    await expire(made["id"])
    await database.execute(AGO, timedelta(minutes=1), made["id"])

    again = await team.owner.client.post(f"/v1/invitations/{made['id']}/mails")

    assert again.json()["is_expired"] is False
    assert again.json()["expires_at"] > made["created_at"]


async def test_an_invitation_holds_a_place_until_its_time_is_over(
    system: System, post: Post, expire: Any, database: Any
) -> None:
    async with founded(system, post, tier="free") as team:
        await team.colleague("viewer")
        made = [(await team.invite(someone())).json() for _ in range(3)]

        full = problem(await team.invite(someone()), 403, "quota_exceeded")
        await expire(made[0]["id"])
        after_one_expired = await team.invite(someone())
        await database.execute(AGO, timedelta(minutes=1), made[0]["id"])
        renewed = await team.owner.client.post(f"/v1/invitations/{made[0]['id']}/mails")
        await team.owner.client.delete(f"/v1/invitations/{made[1]['id']}")
        after_one_is_taken_back = await team.invite(someone())

    assert (full["quota"], full["limit"], full["tier"]) == ("members", 5, "free")
    assert after_one_expired.status_code == after_one_is_taken_back.status_code == 201
    problem(renewed, 403, "quota_exceeded")


async def test_two_invitations_do_not_both_get_the_last_place(system: System, post: Post) -> None:
    async with founded(system, post, tier="free") as team:
        for _ in range(3):
            await team.invite(someone())
        role = RoleId(next(iter(await viewer_of(team.world))))

        def ask(tx: Any) -> Any:
            return invite(tx, team.world.operator, NewInvitation(email=someone(), role_ids=[role]))

        outcomes = await race(team.world, ask, ask)
        known = (await team.owner.client.get("/v1/invitations")).json()["data"]

    assert isinstance(outcomes[1], QuotaExceeded)
    assert len(known) == 4


async def viewer_of(world: World) -> list[Any]:
    async with world.tx() as tx:
        rows = await tx.fetch("select id from identity.role where built_in = 'viewer'")
    return [row["id"] for row in rows]


async def test_of_many_who_invite_the_same_address_one_does(team: Team) -> None:
    email = someone()

    answers = await asyncio.gather(*(team.invite(email) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


@pytest.mark.parametrize(
    "sent",
    [
        {"status": "accepted"},
        {"token": "gi_"},
        {"expires_at": "2099-01-01T00:00:00Z"},
        {"invited_by": "operator"},
        {"role_ids": []},
        {"message": "x" * 1001},
    ],
)
async def test_nothing_else_of_an_invitation_can_be_sent(team: Team, sent: dict[str, Any]) -> None:
    body = {"email": someone(), "role_ids": [team.roles["viewer"]]}

    answer = await team.owner.client.post("/v1/invitations", json=body | sent)

    problem(answer, 422, "invalid_request")


async def test_what_is_done_with_invitations_is_kept_without_their_address(team: Team) -> None:
    email = someone()
    made = (await team.invite(email)).json()
    await team.owner.client.delete(f"/v1/invitations/{made['id']}")

    listed = await team.owner.client.get("/v1/audit", params={"object_id": made["id"]})

    actions = [entry["action"] for entry in listed.json()["data"]]
    assert actions == ["invitation.revoked", "invitation.created"]
    assert email not in (await team.owner.client.get("/v1/audit/export")).text
