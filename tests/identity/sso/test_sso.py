"""Signing in with an issuer: from the way there to the session, and everything on the way."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.identity.sso.company import SITE, Company
from tests.identity.sso.issuer import RSA, jwk

pytestmark = pytest.mark.anyio


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_somebody_who_is_at_home_signs_in(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)

    first = await tulips.sign_in(visitor, **known)
    again = await tulips.sign_in(visitor, **known | {"email": None, "email_verified": None})

    for answer in (first, again):
        assert answer.status_code == 201, answer.text
        assert answer.json()["tenant_id"] == str(tulips.world.tenant_id)
        assert answer.json()["user"]["id"] == str(wilma.id)
        headers = {"authorization": f"Bearer {answer.json()['token']}"}
        me = (await visitor.get("/v1/me", headers=headers)).json()
        assert me["sso"] == {"provider": tulips.issuer.url, "provider_id": known["sub"]}
    assert first.json()["token"] != again.json()["token"]
    told = (await tulips.api.get("/v1/audit")).text
    assert told.count("session.opened") == 2
    assert told.count("user.linked") == 1
    assert known["sub"] not in told


async def test_where_it_goes_and_what_it_takes_along(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    tulips.issuer.metadata["authorization_endpoint"] = f"{tulips.issuer.url}/authorize?a=b"
    one, two = [await tulips.depart(visitor) for _ in range(2)]
    parts = urlsplit(one["authorization_url"])
    sent = {name: value for name, (value,) in parse_qs(parts.query).items()}

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{tulips.issuer.url}/authorize"
    assert (sent["a"], sent["response_type"]) == ("b", "code")
    assert sent["redirect_uri"] == "http://guilder.test/v1/sso/callback"
    assert sent["state"] == one["state"]
    for name in ("state", "nonce", "code_challenge"):
        assert f"{name}={sent[name]}" not in two["authorization_url"]


@pytest.mark.parametrize(
    "said",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"iss": "https://evil.example"},
        {"azp": "another"}, {"exp": 1}, {"iat": 1}, {"at_hash": "another"}, {"sub": None},
    ],
)  # fmt: skip
async def test_a_token_that_was_not_asked_for_signs_nobody_in(
    tulips: Company, visitor: httpx.AsyncClient, said: dict[str, Any]
) -> None:
    wilma = await tulips.person()
    tulips.issuer.said = said

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == (403, "sign_in_not_proved")
    assert (await tulips.look_at(wilma.id)).sso_subject is None


PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    ("header", "signing"),
    [
        ({"alg": "none"}, b""),
        ({"alg": "HS256"}, PEM),
        ({}, OTHER),
        ({"jwk": jwk(OTHER, "one")}, OTHER),
    ],
)
async def test_a_token_that_the_issuer_has_not_signed_signs_nobody_in(
    tulips: Company, visitor: httpx.AsyncClient, header: dict[str, Any], signing: Any
) -> None:
    wilma = await tulips.person()
    tulips.issuer.header, tulips.issuer.signing = header, signing

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == (403, "sign_in_not_proved")


async def test_a_code_and_a_state_are_good_once(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    begun = await tulips.depart(visitor)
    brought = tulips.issuer.sign_in(begun["authorization_url"], **known)

    answers = await asyncio.gather(
        *(visitor.post("/v1/sso/sessions", json=brought) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]
    late = await visitor.post("/v1/sso/sessions", json=brought)
    assert refused(late) == (403, "state_not_known")

    other = await tulips.depart(visitor)
    replayed = {"code": brought["code"], "state": other["state"]}
    assert refused(await visitor.post("/v1/sso/sessions", json=replayed)) == (403, "code_refused")


async def test_a_code_of_another_sign_in_is_worth_nothing(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    """PKCE: it was given for another verifier; the issuer's own check is real."""
    mine, theirs = [await tulips.depart(visitor) for _ in range(2)]
    stolen = tulips.issuer.sign_in(theirs["authorization_url"], **tulips.somebody())
    tried = {"code": stolen["code"], "state": mine["state"]}

    assert refused(await visitor.post("/v1/sso/sessions", json=tried)) == (403, "code_refused")


async def test_a_state_ends_after_ten_minutes(tulips: Company, visitor: httpx.AsyncClient) -> None:
    begun = await tulips.depart(visitor)
    async with tulips.world.tx() as tx:
        (row,) = await tx.fetch("select expires_at - created_at as lasts from identity.sso_journey")
        assert row["lasts"].total_seconds() == 600
        await tx.fetch("update identity.sso_journey set expires_at = now() returning id")
    brought = tulips.issuer.sign_in(begun["authorization_url"], **tulips.somebody())

    answer = await visitor.post("/v1/sso/sessions", json=brought)
    assert refused(answer) == (403, "state_not_known")

    await tulips.depart(visitor)
    async with tulips.world.tx() as tx:
        assert len(await tx.fetch("select from identity.sso_journey")) == 1


async def test_a_state_is_kept_as_a_hash_and_its_verifier_sealed(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    begun = await tulips.depart(visitor)
    async with tulips.world.tx() as tx:
        ((row,),) = await tx.fetch("select sso_journey::text from identity.sso_journey")

    assert begun["state"] not in row
    assert begun["state"].encode().hex() not in row


@pytest.mark.parametrize("state", ["", "go_", "x" * 100, "gs_" + "0" * 88, "go_" + "0" * 88])
async def test_a_state_that_is_none_of_ours_is_refused(
    tulips: Company, visitor: httpx.AsyncClient, state: str
) -> None:
    answer = await visitor.post("/v1/sso/sessions", json={"code": "x", "state": state})

    assert answer.status_code in {403, 422}
    assert tulips.issuer.requests == []


async def test_issuers_are_not_mixed_up(tulips: Company, visitor: httpx.AsyncClient) -> None:
    """A code goes to nobody but to the issuer that gave it, where that says who it is."""
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    for iss in ("https://evil.example", f"{tulips.issuer.url}/", ""):
        begun = await tulips.depart(visitor)
        brought = tulips.issuer.sign_in(begun["authorization_url"], **known) | {"iss": iss}
        answer = await visitor.post("/v1/sso/sessions", json=brought)
        assert refused(answer) == (403, "sign_in_not_proved")
    assert tulips.issuer.asked("/token") == 0

    begun = await tulips.depart(visitor)
    brought = tulips.issuer.sign_in(begun["authorization_url"], **known)
    answer = await visitor.post("/v1/sso/sessions", json=brought | {"iss": tulips.issuer.url})
    assert answer.status_code == 201


async def test_an_issuer_that_says_who_it_is_has_to(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    tulips.issuer.metadata["authorization_response_iss_parameter_supported"] = True
    wilma = await tulips.person()

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert refused(answer) == (403, "sign_in_not_proved")
    assert tulips.issuer.asked("/token") == 0


async def test_nobody_is_told_which_tenants_there_are(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    slug = tulips.world.tenant.slug
    await tulips.set_up("idle", active=False)
    for tenant, provider in (
        ("nobody-here", "company"),
        (str(uuid4()), "company"),
        (slug, "another"),
        (slug, "idle"),
        (slug.upper(), "company"),
    ):
        asked = {"tenant": tenant, "provider": provider}
        answer = await visitor.post("/v1/sso/authorizations", json=asked)
        assert refused(answer) == (404, "identity_provider_not_found")

    assert await tulips.depart(visitor, tenant=str(tulips.world.tenant_id))


@pytest.mark.parametrize("active", [False, None])
async def test_who_is_on_the_way_to_a_provider_that_is_gone_comes_to_nothing(
    tulips: Company, visitor: httpx.AsyncClient, active: bool | None
) -> None:
    begun = await tulips.depart(visitor)
    brought = tulips.issuer.sign_in(begun["authorization_url"], **tulips.somebody())
    if active is None:
        await tulips.api.delete("/v1/identity-providers/company")
    else:
        await tulips.set_up(active=active)

    answer = await visitor.post("/v1/sso/sessions", json=brought)

    assert refused(answer) == (403, "state_not_known")


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/", "https://shop.example.evil.example/", "https://shop.example:8443/",
        "http://shop.example/", "https://user@shop.example/", "//shop.example/", "/dashboard",
        "https://shop.example\\@evil.example/", "https://shop.example/#a", "javascript:alert(1)",
        "https://shop.example@evil.example/",
    ],
)  # fmt: skip
async def test_nobody_is_sent_to_where_the_tenant_has_not_named(
    tulips: Company, visitor: httpx.AsyncClient, return_to: str
) -> None:
    asked = {"tenant": tulips.world.tenant.slug, "provider": "company", "return_to": return_to}

    answer = await visitor.post("/v1/sso/authorizations", json=asked)

    assert refused(answer) == (422, "return_not_allowed")


async def test_a_site_that_is_named_takes_its_people_back_itself(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    begun = await tulips.depart(visitor, return_to=f"{SITE}/in?x=1")
    sent = parse_qs(urlsplit(begun["authorization_url"]).query)
    assert sent["redirect_uri"] == [f"{SITE}/in?x=1"]
    known = tulips.somebody(email=wilma.email)
    brought = tulips.issuer.sign_in(begun["authorization_url"], **known)

    answer = await visitor.post("/v1/sso/sessions", json=brought)

    assert answer.status_code == 201
    assert UUID(answer.json()["user"]["id"]) == wilma.id
