"""How a browser signs in: it ends where it began, and is sent nowhere else."""

from http.cookies import SimpleCookie

import httpx
import pytest

from tests.identity.sso.company import SITE, Company, reaching_loopback, visiting

pytestmark = pytest.mark.anyio

CALLBACK = "/v1/sso/callback"


def cookie(answer: httpx.Response, name: str) -> dict[str, str]:
    """What a browser is to keep, and how."""
    for header in answer.headers.get_list("set-cookie"):
        morsel = SimpleCookie(header).get(name)
        if morsel is not None:
            kept = {key: str(value) for key, value in morsel.items() if value}
            return {"value": morsel.value, **kept}
    raise AssertionError(f"no cookie {name} in {answer.headers}")


async def begin(tulips: Company, browser: httpx.AsyncClient, return_to: str | None = None) -> str:
    """A browser goes to the issuer."""
    params = {"return_to": return_to} if return_to else {}
    answer = await browser.get(f"/sso/{tulips.world.tenant.slug}/company", params=params)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_a_browser_signs_in_and_goes_on(tulips: Company, visitor: httpx.AsyncClient) -> None:
    wilma = await tulips.person()
    place = await begin(tulips, visitor, "/orders?page=2")
    brought = tulips.issuer.sign_in(place, **tulips.somebody(email=wilma.email))

    answer = await visitor.get(
        CALLBACK,
        params=brought | {"session_state": "x", "scope": "openid", "iss": tulips.issuer.url},
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/orders?page=2")
    assert answer.headers["cache-control"] == "no-store"
    kept = cookie(answer, "guilder_session")
    assert (kept["httponly"], kept["samesite"], kept["path"]) == ("True", "Lax", "/")
    assert "secure" not in kept
    me = await visitor.get("/v1/me", headers={"authorization": f"Bearer {kept['value']}"})
    assert me.json()["id"] == str(wilma.id)
    assert kept["value"] not in answer.headers["location"]


async def test_without_a_place_to_go_on_to_it_goes_home(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    place = await begin(tulips, visitor)
    brought = tulips.issuer.sign_in(place, **tulips.somebody(email=wilma.email))

    answer = await visitor.get(CALLBACK, params=brought)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_with_encryption_cookies_are_for_this_host_alone(tulips: Company) -> None:
    wilma = await tulips.person()
    url = "https://guilder.test"
    async with visiting(reaching_loopback(tulips.world.system, url), url) as browser:
        begun = await browser.get(f"/sso/{tulips.world.tenant.slug}/company")
        kept = cookie(begun, "__Host-guilder_sso")
        assert (kept["secure"], kept["httponly"], kept["path"]) == ("True", "True", "/")
        assert "domain" not in kept
        brought = tulips.issuer.sign_in(
            begun.headers["location"], **tulips.somebody(email=wilma.email)
        )
        ended = await browser.get(CALLBACK, params=brought)

    assert cookie(ended, "guilder_session")["secure"] == "True"


async def test_another_browser_does_not_end_what_this_one_began(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    brought = tulips.issuer.sign_in(await begin(tulips, visitor), **known)
    async with visiting(tulips.world.system) as other:
        without = await other.get(CALLBACK, params=brought)
        theirs = tulips.issuer.sign_in(await begin(tulips, other), **known)
        swapped = await other.get(CALLBACK, params=brought)
        mixed = await other.get(CALLBACK, params=brought | {"state": theirs["state"]})
        over_the_api = await other.post("/v1/sso/sessions", json=brought)

    for answer in (without, swapped):
        assert answer.status_code == 403
        assert "not begun here" in answer.text
        assert "guilder_session" not in str(answer.headers)
    assert mixed.status_code == 403
    assert (over_the_api.status_code, over_the_api.json()["code"]) == (403, "state_not_known")
    assert tulips.issuer.asked("/token") == 1

    del brought["code"]
    again = tulips.issuer.sign_in(await begin(tulips, visitor), **known)
    assert (await visitor.get(CALLBACK, params=again)).status_code == 303


async def test_what_a_site_began_no_browser_of_ours_ends(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    """Or who has begun somewhere else could have others signed in as themselves."""
    wilma = await tulips.person()
    begun = await tulips.depart(visitor)
    brought = tulips.issuer.sign_in(
        begun["authorization_url"], **tulips.somebody(email=wilma.email)
    )

    without = await visitor.get(CALLBACK, params=brought)
    await begin(tulips, visitor)
    with_a_secret = await visitor.get(CALLBACK, params=brought)

    assert [answer.status_code for answer in (without, with_a_secret)] == [403, 403]
    assert tulips.issuer.asked("/token") == 0


async def test_two_windows_of_a_browser_both_come_back(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    wilma = await tulips.person()
    known = tulips.somebody(email=wilma.email)
    places = [await begin(tulips, visitor) for _ in range(2)]

    for place in places:
        answer = await visitor.get(CALLBACK, params=tulips.issuer.sign_in(place, **known))
        assert answer.status_code == 303


async def test_it_comes_back_once(tulips: Company, visitor: httpx.AsyncClient) -> None:
    wilma = await tulips.person()
    place = await begin(tulips, visitor)
    brought = tulips.issuer.sign_in(place, **tulips.somebody(email=wilma.email))

    assert (await visitor.get(CALLBACK, params=brought)).status_code == 303
    assert (await visitor.get(CALLBACK, params=brought)).status_code == 403


@pytest.mark.parametrize(
    "return_to",
    [
        "//evil.example", "/\\evil.example", "https://evil.example/", "\\evil.example", "evil",
        "javascript:alert(1)", "/a\r\nSet-Cookie: x=y", "/\t/evil.example", SITE, f"{SITE}/in",
        "http://guilder.test.evil.example/",
    ],
)  # fmt: skip
async def test_a_browser_is_sent_to_no_place_but_ours(
    tulips: Company, visitor: httpx.AsyncClient, return_to: str
) -> None:
    answer = await visitor.get(
        f"/sso/{tulips.world.tenant.slug}/company", params={"return_to": return_to}
    )

    assert answer.status_code == 422
    assert "location" not in answer.headers


async def test_a_page_says_why_nobody_was_signed_in(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    unknown = await visitor.get(f"/sso/{tulips.world.tenant.slug}/another")
    place = await begin(tulips, visitor)
    denied = await visitor.get(
        CALLBACK,
        params={"error": "access_denied", "error_description": "<script>", "state": "x"},
    )
    stranger = await visitor.get(CALLBACK, params=tulips.issuer.sign_in(place, **tulips.somebody()))

    assert [answer.status_code for answer in (unknown, denied, stranger)] == [404, 403, 403]
    assert "no such identity provider" in unknown.text
    assert "has not signed you in" in denied.text
    assert "nobody is let in" in stranger.text
    for answer in (unknown, denied, stranger):
        assert answer.headers["content-type"].startswith("text/html")
        assert "<script>" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_page_of_an_issuer_that_is_away_says_when_to_come_again(
    tulips: Company, visitor: httpx.AsyncClient
) -> None:
    tulips.issuer.instead = {"/.well-known/openid-configuration": None}
    answer = await visitor.get(f"/sso/{tulips.world.tenant.slug}/company")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.headers["content-type"].startswith("text/html")
