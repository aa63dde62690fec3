"""Letters that are not about safety come to whoever wants them, and end with one click."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from guilder.app import System
from guilder.db import tenant_transaction
from guilder.identity.letters import (
    Preference,
    PreferenceChanges,
    Subscription,
    change_preferences,
    tell,
    wants,
)
from guilder.identity.users import Home, UserId
from guilder.kernel import TenantId
from guilder.mail import PasswordChanged, Trial
from tests.http.documents import problem
from tests.identity.people import Person
from tests.identity.post import Post
from tests.identity.tickets.test_tickets import at_home
from tests.race import race

PATH = "/v1/me/email-preferences"
USUAL = {
    "product_updates": True,
    "weekly_summary": True,
    "payment_alerts": True,
    "marketing": False,
}


def home_of(person: Person) -> Home:
    return Home(TenantId(person.tenant_id), UserId(person.user_id))


async def told(system: System, person: Person, preference: Preference | None) -> None:
    """Have somebody told of something that does not matter."""
    home = home_of(person)
    async with tenant_transaction(system.pool, home.tenant_id) as tx:
        await tell(tx, home, Trial(), preference=preference)


async def test_what_is_not_said_is_as_usual_and_what_is_said_stays(person: Person) -> None:
    before = (await person.client.get(PATH)).json()
    changed = (await person.client.patch(PATH, json={"weekly_summary": False})).json()
    again = (await person.client.patch(PATH, json={"marketing": True})).json()

    assert before == USUAL
    assert changed == USUAL | {"weekly_summary": False}
    assert again == (await person.client.get(PATH)).json()
    assert again == USUAL | {"weekly_summary": False, "marketing": True}


async def test_two_changes_at_once_both_stand(system: System, person: Person) -> None:
    user_id = UserId(person.user_id)
    await person.client.patch(PATH, json={"product_updates": False})
    await race(
        at_home(system, person),
        lambda tx: change_preferences(tx, user_id, PreferenceChanges(marketing=True)),
        lambda tx: change_preferences(tx, user_id, PreferenceChanges(weekly_summary=False)),
    )

    shown = (await person.client.get(PATH)).json()
    assert shown == {
        "product_updates": False,
        "weekly_summary": False,
        "payment_alerts": True,
        "marketing": True,
    }


async def test_the_first_two_changes_at_once_both_stand(system: System, person: Person) -> None:
    user_id = UserId(person.user_id)
    await race(
        at_home(system, person),
        lambda tx: change_preferences(tx, user_id, PreferenceChanges(marketing=True)),
        lambda tx: change_preferences(tx, user_id, PreferenceChanges(weekly_summary=False)),
    )

    shown = (await person.client.get(PATH)).json()
    assert shown == USUAL | {"weekly_summary": False, "marketing": True}


@pytest.mark.parametrize("sent", [{"safety": False}, {"marketing": None}, {"marketing": "no"}])
async def test_what_cannot_be_chosen_is_refused(person: Person, sent: dict[str, object]) -> None:
    problem(await person.client.patch(PATH, json=sent), 422, "invalid_request")


async def test_who_does_not_want_a_letter_is_not_sent_it(
    system: System, verified: Person, post: Post
) -> None:
    await told(system, verified, Preference.MARKETING)
    assert await post.letters(verified, kind="trial") == []

    await told(system, verified, Preference.PAYMENT_ALERTS)
    letter = await post.letter(verified, kind="trial")

    head = dict(letter.head)
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert head["List-Unsubscribe"].startswith("<http://guilder.test/v1/unsubscriptions?token=")


async def test_one_click_ends_letters_of_its_kind_and_no_other(
    system: System, verified: Person, visitor: httpx.AsyncClient, post: Post
) -> None:
    await told(system, verified, Preference.PAYMENT_ALERTS)
    link = dict((await post.letter(verified, kind="trial")).head)["List-Unsubscribe"].strip("<>")
    address = urlsplit(link)

    ended = await visitor.post(
        f"{address.path}?{address.query}", data={"List-Unsubscribe": "One-Click"}
    )
    await told(system, verified, Preference.PAYMENT_ALERTS)

    assert ended.status_code == 200
    assert (await verified.client.get(PATH)).json() == USUAL | {"payment_alerts": False}
    assert len(await post.letters(verified, kind="trial")) == 1


async def test_looking_at_the_page_ends_nothing(
    system: System, verified: Person, visitor: httpx.AsyncClient
) -> None:
    """Programs that look into mails follow every link."""
    token = system.unsubscriptions.token(Subscription(home_of(verified), Preference.PAYMENT_ALERTS))

    page = await visitor.get("/v1/unsubscriptions", params={"token": token})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert '<form method="post"><button' in page.text
    assert (await verified.client.get(PATH)).json() == USUAL


async def test_a_link_that_was_changed_ends_nothing(
    system: System, verified: Person, visitor: httpx.AsyncClient
) -> None:
    token = system.unsubscriptions.token(Subscription(home_of(verified), Preference.MARKETING))
    spoiled = [token[:-2], token[:20] + ("A" if token[20] != "A" else "B") + token[21:], "x", "ü"]

    for method in ("GET", "POST"):
        for one in spoiled:
            answer = await visitor.request(method, "/v1/unsubscriptions", params={"token": one})
            problem(answer, 404, "link_not_valid")


async def test_what_concerns_safety_is_told_to_whoever_wants_nothing(
    system: System, verified: Person, post: Post
) -> None:
    await verified.client.patch(PATH, json=dict.fromkeys(USUAL, False))
    home = home_of(verified)
    async with tenant_transaction(system.pool, home.tenant_id) as tx:
        assert not any([await wants(tx, UserId(verified.user_id), one) for one in Preference])
        await tell(tx, home, PasswordChanged(at=await tx.now()))

    letter = await post.letter(verified, kind="password_changed")
    assert "List-Unsubscribe" not in dict(letter.head)


async def test_an_address_that_nobody_confirmed_is_not_written_to(
    system: System, person: Person, post: Post
) -> None:
    """It may be a stranger's, who is told nothing but how to confirm it."""
    await told(system, person, None)
    await told(system, person, Preference.PAYMENT_ALERTS)

    assert await post.letters(person, kind="trial") == []
    assert len(await post.letters(person, kind="verify_email")) == 1


async def test_of_many_clicks_at_once_each_is_answered(
    system: System, verified: Person, visitor: httpx.AsyncClient
) -> None:
    token = system.unsubscriptions.token(Subscription(home_of(verified), Preference.WEEKLY_SUMMARY))

    answers = await asyncio.gather(
        *(visitor.post("/v1/unsubscriptions", params={"token": token}) for _ in range(5))
    )

    assert {answer.status_code for answer in answers} == {200}
