"""An export leaves nothing out, however much there is."""

from functools import partial
from typing import Any

import msgspec

from guilder.app import System
from guilder.db import transact
from guilder.identity.leaving import Places, UserExport, export_user
from guilder.identity.users import UserId
from guilder.kernel import TenantId
from tests.identity.people import PASSWORD, Person, visiting
from tests.identity.team import Team

LISTS = ("sessions", "api_keys", "audit")


async def busy(team: Team) -> Person:
    """Somebody who has signed in some times, and made some keys."""
    owner = team.owner.person
    for number in range(5):
        async with visiting(team.system) as visitor:
            login = {"login": owner.email, "password": PASSWORD}
            assert (await visitor.post("/v1/sessions", json=login)).status_code == 201
        body = {"name": f"Till {number}", "scopes": ["orders:read"]}
        assert (await owner.client.post("/v1/api-keys", json=body)).status_code == 201
    return owner


async def documents(system: System, person: Person, *, most: int) -> list[UserExport]:
    """One document after the other, to the last."""
    told: list[UserExport] = []
    places = Places()
    while not told or not told[-1].is_complete:
        work = partial(export_user, user_id=UserId(person.user_id), places=places, most=most)
        told.append(await transact(system.pool, TenantId(person.tenant_id), work))
        places = goes_on(told[-1])
    return told


def goes_on(told: UserExport) -> Places:
    """Where the next begins: a list that is told to its end has nothing before its last."""
    ends: dict[str, Any] = {
        "sessions_before": told.sessions[-1].id if told.sessions else None,
        "api_keys_before": told.api_keys[-1].id if told.api_keys else None,
        "audit_before": told.audit[-1].position if told.audit else 0,
    }
    named = {name: value for name, value in msgspec.structs.asdict(told.more).items() if value}
    return Places(**ends | named)


async def test_what_does_not_fit_into_one_document_is_in_the_next(team: Team) -> None:
    person = await busy(team)

    (whole,) = await documents(team.system, person, most=1000)
    pages = await documents(team.system, person, most=2)

    assert len(pages) > 2
    for name in LISTS:
        told = [one for page in pages for one in getattr(page, name)]
        assert list(dict.fromkeys(map(str, told))) == list(map(str, getattr(whole, name)))
        assert len(getattr(whole, name)) > 4


async def test_a_document_is_as_long_as_it_may_be_and_tells_of_more(team: Team) -> None:
    person = await busy(team)

    first, *_, last = await documents(team.system, person, most=2)

    assert [len(getattr(first, name)) for name in LISTS] == [2, 2, 2]
    assert not first.is_complete
    assert first.more == Places(
        sessions_before=first.sessions[-1].id,
        api_keys_before=first.api_keys[-1].id,
        audit_before=first.audit[-1].position,
    )
    assert (last.is_complete, last.more) == (True, Places())


async def test_it_goes_on_where_it_is_asked_to(team: Team) -> None:
    person = await busy(team)
    whole = (await person.client.get("/v1/me/export")).json()
    assert whole["is_complete"] is True

    places = {
        "sessions_before": whole["sessions"][1]["id"],
        "api_keys_before": whole["api_keys"][1]["id"],
        "audit_before": whole["audit"][1]["position"],
    }
    rest = (await person.client.get("/v1/me/export", params=places)).json()

    for name in LISTS:
        assert rest[name] == whole[name][2:]
