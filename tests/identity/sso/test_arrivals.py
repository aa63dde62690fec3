"""Whom an issuer's word lets in, and as whom."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder import identity
from guilder.app import System
from guilder.identity.members import add_member
from guilder.identity.roles import BuiltIn, role_ids
from guilder.identity.users import Home
from tests.identity.sso.company import Company, company, visiting
from tests.world import World

pytestmark = pytest.mark.anyio

NOT_ADMITTED = (403, "not_admitted")


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "told",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email": None},
    ],
)
async def test_an_address_counts_where_the_issuer_has_proved_it(
    tulips: Company, visitor: httpx.AsyncClient, told: dict[str, Any]
) -> None:
    wilma = await tulips.person()

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email) | told)

    assert refused(answer) == NOT_ADMITTED
    assert (await tulips.look_at(wilma.id)).sso_subject is None


async def test_an_issuer_speaks_for_the_domains_that_the_tenant_names(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    for email in ("w@evil.example", f"w@sub.{tulips.domain}", f"w@{tulips.domain}.evil.example"):
        wilma = await tulips.person(email=f"{uuid4().hex[:8]}{email}")
        answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))
        assert refused(answer) == NOT_ADMITTED


@pytest.mark.parametrize(
    "disguise",
    [
        lambda email: email.replace("@", "\uff20"),
        lambda email: email.replace(".example", ".\uff45xample"),
        lambda email: f"{email}.",
        lambda email: f" {email}",
        lambda email: email.replace("@", "\u200b@"),
        lambda email: f"{email}@{email}",
    ],
)
async def test_an_address_that_only_looks_the_same_is_none(
    tulips: Company, visitor: httpx.AsyncClient, disguise: Any
) -> None:
    wilma = await tulips.person()

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=disguise(wilma.email)))

    assert refused(answer) == NOT_ADMITTED


async def test_upper_and_lower_case_are_the_same_address(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    shouted = (wilma.email or "").upper()

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=shouted))

    assert answer.json()["user"]["id"] == str(wilma.id)


async def test_who_has_not_proved_an_address_here_is_not_taken_for_its_owner(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    """Somebody may have signed up with another's address, to be let in beside them later."""
    wilma = await tulips.person(is_verified=False)

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == NOT_ADMITTED


async def test_an_address_leads_to_one_subject_and_stays_there(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    assert (await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))).status_code == 201

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == NOT_ADMITTED


async def test_an_issuer_of_one_tenant_speaks_for_nobody_of_another(
    tulips: Company, visitor: httpx.AsyncClient, system: System
) -> None:
    wilma = await tulips.person()
    async with company(system) as evil:
        await evil.set_up(
            email_domains=[tulips.domain],
            admits_new_users=True,
            role_id=await evil.role(),
        )
        answer = await evil.sign_in(visitor, **evil.somebody(email=wilma.email))
        assert refused(answer) == NOT_ADMITTED
    assert (await tulips.look_at(wilma.id)).sso_subject is None


async def test_who_belongs_to_another_tenant_too_is_not_linked_by_an_address(
    tulips: Company, visitor: httpx.AsyncClient, other: World
) -> None:
    """The other tenant has not chosen this issuer, which could come in there as them."""
    wilma = await tulips.person()
    async with other.tx() as tx:
        roles = await role_ids(tx)
        await add_member(tx, Home(wilma.tenant_id, wilma.id), [roles[BuiltIn.OWNER]])

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == NOT_ADMITTED


async def test_somebody_new_is_admitted_with_the_providers_role(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role(BuiltIn.DEVELOPER))
    known = tulips.somebody(name="Wilma Vos")

    answer = await tulips.sign_in(visitor, **known)

    assert answer.status_code == 201, answer.text
    user = answer.json()["user"]
    assert (user["name"], user["email"], user["email_verified"]) == (
        "Wilma Vos", known["email"], True,
    )  # fmt: skip
    assert user["tenant_id"] == str(tulips.world.tenant_id)
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    assert (await visitor.get("/v1/gateways", headers=headers)).status_code == 200
    made = await visitor.post("/v1/members", json={}, headers=headers)
    assert made.status_code != 201
    again = await tulips.sign_in(visitor, **known)
    assert again.json()["user"]["id"] == user["id"]
    told = (await tulips.api.get("/v1/audit")).text
    assert told.count("user.signed_up") == 1
    assert known["email"] not in told


async def test_an_issuer_names_nobody_by_what_controls_how_it_is_written(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role())

    answer = await tulips.sign_in(visitor, **tulips.somebody(name="Wilma\u202e\u0007 Vos\n"))

    assert answer.status_code == 201, answer.text
    assert answer.json()["user"]["name"] == "Wilma Vos"


async def test_a_password_signs_nobody_in_who_has_none(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role())
    known = tulips.somebody()
    assert (await tulips.sign_in(visitor, **known)).status_code == 201

    answer = await visitor.post(
        "/v1/sessions", json={"login": known["email"], "password": "nine purple bicycles"}
    )

    assert answer.status_code == 401


async def test_nobody_new_is_admitted_unless_the_tenant_says_so(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    assert refused(await tulips.sign_in(visitor, **tulips.somebody())) == NOT_ADMITTED


@pytest.mark.parametrize(
    "told", [{"email": "w@evil.example"}, {"email_verified": False}, {"email": None}]
)
async def test_where_domains_are_named_nobody_else_is_admitted(
    tulips: Company, visitor: httpx.AsyncClient, told: dict[str, Any]
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role())

    assert refused(await tulips.sign_in(visitor, **tulips.somebody() | told)) == NOT_ADMITTED


async def test_where_none_is_named_everybody_is_whose_address_proves_nothing(
    tulips: Company, visitor: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role(), email_domains=[])

    answer = await tulips.sign_in(visitor, **tulips.somebody())

    assert answer.status_code == 201
    assert answer.json()["user"]["email_verified"] is False
    asked_to_confirm = await database.fetchval(
        "select count(*) from jobs.job where payload -> 'home' ->> 'user_id' = $1",
        answer.json()["user"]["id"],
    )
    assert asked_to_confirm == 1


async def test_an_address_of_somebody_elsewhere_is_not_admitted_anew(
    tulips: Company, visitor: httpx.AsyncClient, system: System
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role(), email_domains=[])
    async with company(system) as elsewhere:
        wilma = await elsewhere.person()

        answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == NOT_ADMITTED


async def test_of_two_who_come_as_the_same_at_once_both_are_let_in(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role())
    known = tulips.somebody()

    answers = await asyncio.gather(*(tulips.sign_in(visitor, **known) for _ in range(8)))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1


async def test_what_a_home_no_longer_trusts_lets_nobody_in_elsewhere(
    tulips: Company, visitor: httpx.AsyncClient, system: System
) -> None:
    """Another tenant may use the same issuer: it knows the same people."""
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    assert (await tulips.sign_in(visitor, **known)).status_code == 201
    async with company(system) as other:
        await other.api.delete("/v1/identity-providers/company")
        other.issuer = tulips.issuer
        await other.set_up()
        through_other = await other.sign_in(visitor, **known)
        assert through_other.json()["tenant_id"] == str(tulips.world.tenant_id)

        await tulips.set_up(active=False)
        assert refused(await other.sign_in(visitor, **known)) == NOT_ADMITTED


async def test_a_suspended_tenant_lets_its_people_in_and_nobody_new(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma, anna = await tulips.person(), await tulips.person()
    await tulips.set_up(admits_new_users=True, role_id=await tulips.role())
    known = tulips.somebody(email=wilma.email)
    assert (await tulips.sign_in(visitor, **known)).status_code == 201

    await tulips.world.do(identity.suspend)

    assert (await tulips.sign_in(visitor, **known)).status_code == 201
    for somebody in (tulips.somebody(email=anna.email), tulips.somebody()):
        assert refused(await tulips.sign_in(visitor, **somebody)) == NOT_ADMITTED


async def test_a_cancelled_tenant_lets_nobody_in(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    begun = await tulips.depart(visitor)
    brought = tulips.issuer.sign_in(begun["authorization_url"], **tulips.somebody())

    await tulips.world.do(identity.cancel)

    answer = await visitor.post("/v1/sso/sessions", json=brought)
    assert refused(answer) == (403, "state_not_known")
    asked = {"tenant": tulips.world.tenant.slug, "provider": "company"}
    assert (await visitor.post("/v1/sso/authorizations", json=asked)).status_code == 404


async def test_members_that_the_tier_has_no_room_for_are_not_admitted(system: System) -> None:
    async with company(system) as one, visiting(one.world.system) as visitor:
        await one.set_up(admits_new_users=True, role_id=await one.role())
        async with one.world.tx() as tx:
            await tx.fetch("update identity.tenant set subscription_tier = 'free'")
        answers = [await one.sign_in(visitor, **one.somebody()) for _ in range(6)]

    assert [answer.status_code for answer in answers[:5]] == [201] * 5
    assert answers[5].json()["code"] == "quota_exceeded"


async def test_what_was_said_to_another_client_lets_nobody_in(
    tulips: Company, visitor: httpx.AsyncClient, system: System
) -> None:
    """A tenant may be a client of an issuer that everybody uses, and have it say who came by."""
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    assert (await tulips.sign_in(visitor, **known)).status_code == 201
    async with company(system) as evil:
        await evil.api.delete("/v1/identity-providers/company")
        evil.issuer = tulips.issuer
        evil.issuer.client_id = "a site of somebody's"
        await evil.set_up(client_id=evil.issuer.client_id)

        answer = await evil.sign_in(visitor, **known)

    assert refused(answer) == NOT_ADMITTED
