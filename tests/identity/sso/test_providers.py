"""Identity providers: who sets them up, what is shown of them, and what is kept apart."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from guilder.identity.roles import BuiltIn
from guilder.identity.sso.providers import find_provider
from tests.http.documents import problem
from tests.identity.people import Person
from tests.identity.sso.company import SITE, Company
from tests.identity.sso.issuer import CLIENT_ID, CLIENT_SECRET
from tests.world import World

pytestmark = pytest.mark.anyio

SCOPES = ("identity_providers:read", "identity_providers:write")
PATH = "/v1/identity-providers/company"


def wanted(**more: Any) -> dict[str, Any]:
    return {"title": "X", "issuer": "https://id.example", "client_id": "us"} | more


async def test_it_is_set_up_and_its_secret_is_never_shown(tulips: Company) -> None:
    shown = (await tulips.api.get(PATH)).json()

    assert shown["has_client_secret"] is True
    assert shown["callback_url"] == "http://guilder.test/v1/sso/callback"
    assert (shown["issuer"], shown["client_id"]) == (tulips.issuer.url, CLIENT_ID)
    assert (shown["email_domains"], shown["return_origins"]) == ([tulips.domain], [SITE])
    assert (shown["admits_new_users"], shown["role_id"], shown["active"]) == (False, None, True)
    assert (await tulips.api.get("/v1/identity-providers")).json()["data"] == [shown]

    async with tulips.world.tx() as tx:
        kept = await find_provider(tx, tenant_id=tx.tenant_id, name="company")
    assert kept is not None
    assert kept.client_secret_sealed is not None
    assert CLIENT_SECRET.encode() not in kept.client_secret_sealed
    told = (await tulips.api.get("/v1/audit")).text
    assert "identity_provider.created" in told
    assert CLIENT_SECRET not in told


async def test_the_secret_alone_stays_where_it_is_not_sent(tulips: Company) -> None:
    same = wanted(issuer=tulips.issuer.url, client_id=CLIENT_ID)

    kept = await tulips.api.put(PATH, json=same)
    assert kept.json()["has_client_secret"] is True
    assert kept.json()["email_domains"] == []

    gone = await tulips.api.put(PATH, json=same | {"client_secret": None})
    assert gone.json()["has_client_secret"] is False
    assert (await tulips.api.put(PATH, json=same)).json()["has_client_secret"] is False


async def test_of_two_who_set_one_up_at_once_for_other_issuers_one_is_told(
    tulips: Company,
) -> None:
    for number in range(8):
        path = f"/v1/identity-providers/both-{number}"
        setups = [wanted(issuer=f"https://{name}.example", client_id=name) for name in "ab"]
        answers = await asyncio.gather(*(tulips.api.put(path, json=each) for each in setups))

        (refused,) = (answer for answer in answers if answer.status_code == 409)
        problem(refused, 409, "issuer_stays")
        shown = (await tulips.api.get(path)).json()
        assert shown["issuer"] == f"https://{shown['client_id']}.example"


async def test_a_secret_is_told_to_nobody_but_whose_it_is(tulips: Company) -> None:
    same = wanted(issuer=tulips.issuer.url, client_id="another")

    refused = await tulips.api.put(PATH, json=same)
    assert (refused.status_code, refused.json()["code"]) == (422, "secret_needed_again")

    for secret in ("another one", None):
        taken = await tulips.api.put(PATH, json=same | {"client_secret": secret})
        assert taken.status_code == 200


@pytest.mark.parametrize("secret", [{}, {"client_secret": "another one"}])
async def test_a_provider_keeps_its_issuer(tulips: Company, secret: dict[str, str]) -> None:
    other = wanted(issuer="https://evil.example", client_id=CLIENT_ID) | secret

    refused = await tulips.api.put(PATH, json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "issuer_stays")

    await tulips.api.delete(PATH)
    assert (await tulips.api.put(PATH, json=other)).status_code == 200


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"issuer": "ftp://id.example"}, "issuer_not_valid"),
        ({"issuer": "https://id.example/?a=b"}, "issuer_not_valid"),
        ({"issuer": "https://id.example/#a"}, "issuer_not_valid"),
        ({"issuer": "https://a:b@id.example/"}, "issuer_not_valid"),
        ({"issuer": "https://id.example:22"}, "issuer_not_valid"),
        ({"return_origins": ["https://shop.example/"]}, "origin_not_valid"),
        ({"return_origins": ["http://shop.example"]}, "origin_not_valid"),
        ({"return_origins": ["shop.example"]}, "origin_not_valid"),
        ({"return_origins": ["https://*.example"]}, "origin_not_valid"),
        ({"admits_new_users": True}, "role_needed"),
        ({"admits_new_users": True, "role_id": str(uuid4())}, "role_needed"),
        ({"email_domains": ["no domain"]}, "invalid_request"),
        ({"email_domains": ["tulips.example\n"]}, "invalid_request"),
        ({"client_secret": ""}, "invalid_request"),
        ({"client_secret": "x\n"}, "invalid_request"),
        ({"client_id": "x\n"}, "invalid_request"),
        ({"client_secret_sealed": "x"}, "invalid_request"),
        ({"id": str(uuid4())}, "invalid_request"),
    ],
)
async def test_what_could_not_work_is_not_taken(
    tulips: Company, more: dict[str, Any], code: str
) -> None:
    answer = await tulips.api.put(PATH, json=wanted() | {"client_secret": "x"} | more)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("name", ["Company", "a--b", "a_b", "-a", "a" * 64, "%00", "a%20b", "a%0A"])
async def test_a_name_that_cannot_be_is_not_found(tulips: Company, name: str) -> None:
    answer = await tulips.api.put(f"/v1/identity-providers/{name}", json=wanted())

    assert answer.status_code == 404


async def test_domains_are_compared_in_small_letters(tulips: Company) -> None:
    shown = await tulips.set_up(email_domains=["Tulips.Example", "tulips.example"])

    assert shown["email_domains"] == ["tulips.example"]


async def test_only_who_may_do_everything_lets_an_issuer_speak_for_everybody(
    tulips: Company,
) -> None:
    async with tulips.world.program(*SCOPES) as admin:
        shown = await admin.get(PATH)
        refused = await admin.put(PATH, json=wanted(client_secret="x"))
        kept = await admin.delete(PATH)

    assert shown.status_code == 200
    for answer in (refused, kept):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours_to_set_up")


async def test_a_key_for_tests_lets_no_issuer_speak(tulips: Company) -> None:
    await tulips.set_up()
    asked = {"name": "Tests", "scopes": ["*"], "mode": "test"}
    key = (await tulips.api.post("/v1/api-keys", json=asked)).json()
    shown = {"authorization": f"Bearer {key['secret']}"}

    refused = await tulips.api.put(PATH, json=wanted(client_secret="x"), headers=shown)
    kept = await tulips.api.delete(PATH, headers=shown)

    for answer in (refused, kept):
        assert (answer.status_code, answer.json()["code"]) == (403, "live_actor_needed")


async def test_another_tenants_provider_is_not_there(tulips: Company, other: World) -> None:
    async with other.program("*") as stranger:
        assert (await stranger.get(PATH)).json()["code"] == "identity_provider_not_found"
        assert (await stranger.delete(PATH)).status_code == 404
        role = await tulips.role()
        taken = await stranger.put(PATH, json=wanted(role_id=role, admits_new_users=True))
        assert taken.json()["code"] == "role_needed"


async def test_it_is_taken_away(tulips: Company) -> None:
    assert (await tulips.api.delete(PATH)).status_code == 204
    assert (await tulips.api.delete(PATH)).status_code == 404
    assert (await tulips.api.get(PATH)).status_code == 404
    assert "identity_provider.deleted" in (await tulips.api.get("/v1/audit")).text


async def test_a_role_that_newcomers_are_given_is_of_the_tenant_and_not_the_owners(
    tulips: Company,
) -> None:
    owner = {"admits_new_users": True, "role_id": await tulips.role(BuiltIn.OWNER)}
    refused = await tulips.api.put(PATH, json=wanted(client_secret="x") | owner)
    assert refused.json()["code"] == "role_needed"

    role = await tulips.role(BuiltIn.VIEWER)

    shown = await tulips.set_up(admits_new_users=True, role_id=role)

    assert (shown["admits_new_users"], shown["role_id"]) == (True, role)


async def test_whoever_has_not_confirmed_their_e_mail_lets_no_issuer_speak(person: Person) -> None:
    """Whose address it is might come, and find somebody else in what is theirs."""
    answer = await person.client.put(PATH, json=wanted(client_secret="x"))

    document = problem(answer, 403, "email_not_verified")
    assert document["needed_for"] == "identity_providers.set_up"
