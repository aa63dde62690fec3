"""What issuers say, and how: each is taken at its word only as far as the protocol goes."""

import asyncio
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from guilder.identity.sso.openid.issuers import METADATA_SECONDS
from tests.identity.sso.company import Company
from tests.identity.sso.issuer import ED25519, P256, RSA, Key, jwk
from tests.payments.gateways.counterparts.paypal_server.wire import Reply

pytestmark = pytest.mark.anyio

OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", RSA), ("PS256", RSA), ("ES256", P256), ("EdDSA", ED25519)]
)
async def test_issuers_sign_in_several_ways(
    tulips: Company, visitor: httpx.AsyncClient, algorithm: str, key: Key
) -> None:
    tulips.issuer.algorithm, tulips.issuer.key = algorithm, key
    tulips.issuer.published = [jwk(key, "one")]
    wilma = await tulips.person()

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("methods", "secret"),
    [
        (["client_secret_post"], True),
        (["client_secret_post", "client_secret_basic"], True),
        (["client_secret_basic"], True),
        (["none"], False),
    ],
)
async def test_a_client_shows_who_it_is_as_the_issuer_asks(
    tulips: Company, visitor: httpx.AsyncClient, methods: list[str], secret: bool
) -> None:
    tulips.issuer.metadata["token_endpoint_auth_methods_supported"] = methods
    tulips.issuer.has_secret = secret
    if not secret:
        await tulips.set_up(client_secret=None)
    wilma = await tulips.person()

    answer = await tulips.sign_in(visitor, **tulips.somebody(email=wilma.email))

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("status", "fault"), [(401, {"error": "invalid_client"}), (400, {"error": "<b>"}), (403, [])]
)
async def test_that_the_issuer_does_not_know_us_is_the_tenants_to_mend(
    tulips: Company, visitor: httpx.AsyncClient, status: int, fault: Any
) -> None:
    tulips.issuer.instead["/token"] = Reply(status, fault)

    answer = await tulips.sign_in(visitor, **tulips.somebody())

    assert refused(answer) == (409, "issuer_not_usable")
    assert "<b>" not in answer.text


async def test_a_new_key_is_asked_for_once(tulips: Company, visitor: httpx.AsyncClient) -> None:
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    assert (await tulips.sign_in(visitor, **known)).status_code == 201
    assert (await tulips.sign_in(visitor, **known)).status_code == 201
    assert (tulips.issuer.asked("/keys"), tulips.issuer.asked("configuration")) == (1, 1)

    tulips.issuer.key, tulips.issuer.kid = OTHER, "two"
    tulips.issuer.published = [jwk(OTHER, "two")]
    assert (await tulips.sign_in(visitor, **known)).status_code == 201
    assert tulips.issuer.asked("/keys") == 2

    tulips.issuer.kid = "three"
    assert refused(await tulips.sign_in(visitor, **known)) == (403, "sign_in_not_proved")
    assert tulips.issuer.asked("/keys") == 3


async def test_what_an_issuer_says_of_itself_is_asked_anew(
    tulips: Company, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tulips.depart(visitor)
    assert METADATA_SECONDS == 3600
    for place in tulips.world.system.issuers._metadata._places.values():
        monkeypatch.setattr(place, "until", 0.0)

    await tulips.depart(visitor)

    assert tulips.issuer.asked("configuration") == 2


async def test_of_many_at_once_one_asks(tulips: Company, visitor: httpx.AsyncClient) -> None:
    await asyncio.gather(*(tulips.depart(visitor) for _ in range(5)))

    assert tulips.issuer.asked("configuration") == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:alert(1)"},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)  # fmt: skip
async def test_an_issuer_that_leads_astray_is_not_followed(
    tulips: Company, visitor: httpx.AsyncClient, metadata: dict[str, Any]
) -> None:
    tulips.issuer.metadata = metadata

    answer = await visitor.post(
        "/v1/sso/authorizations",
        json={"tenant": tulips.world.tenant.slug, "provider": "company"},
    )

    assert refused(answer) == (409, "issuer_not_usable")


@pytest.mark.parametrize("reply", [Reply(200, b"{"), Reply(200, b"[]"), Reply(500), Reply(302)])
async def test_an_issuer_that_answers_something_else_is_not_usable(
    tulips: Company, visitor: httpx.AsyncClient, reply: Reply
) -> None:
    wilma = await tulips.person()
    for path in ("/keys", "/token"):
        begun = await tulips.depart(visitor)
        brought = tulips.issuer.sign_in(
            begun["authorization_url"], **tulips.somebody(email=wilma.email)
        )
        tulips.issuer.instead = {path: reply}
        answer = await visitor.post("/v1/sso/sessions", json=brought)
        assert refused(answer) == (409, "issuer_not_usable")
        tulips.issuer.instead = {}


async def test_an_issuer_that_does_not_answer_is_not_asked_all_the_time(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    path = "/.well-known/openid-configuration"
    tulips.issuer.instead = {path: None}
    asked = {"tenant": tulips.world.tenant.slug, "provider": "company"}

    for _ in range(3):
        answer = await visitor.post("/v1/sso/authorizations", json=asked)
        assert refused(answer) == (503, "issuer_not_reached")
        assert answer.headers["retry-after"] == "30"
    assert tulips.issuer.asked(path) == 1
