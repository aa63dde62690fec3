"""Requests to addresses that tenants name: judged when they connect, and held to their limits."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from guilder.outbound import (
    AddressNotValid,
    AddressRefused,
    AnswerLost,
    AnswerRefused,
    NotReached,
    Outbound,
)
from tests.outbound.hosts import PUBLIC, Host, client, host, mute_host, names, trust
from tests.payments.gateways.counterparts.paypal_server.wire import Reply
from tests.world import DEADLINE_SECONDS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served() -> AsyncIterator[Host]:
    async with host() as one:
        yield one


async def test_it_reads_and_it_brings(served: Host) -> None:
    outbound = client(shop_example=["127.0.0.1"])
    url = f"http://shop.example:{served.port}"

    read = await outbound.get(f"{url}/a?b=c#d", headers={"x-mark": "1"})
    brought = await outbound.post(url, b"{}", headers={"content-type": "application/json"})

    assert (read.status, read.body) == (200, b'{"path":"/a"}')
    assert brought.status == 200
    first, second = served.requests
    assert (first.method, first.path, first.query) == ("GET", "/a", {"b": "c"})
    assert first.headers["host"] == f"shop.example:{served.port}"
    assert first.headers["x-mark"] == "1"
    assert first.headers["accept-encoding"] == "identity"
    assert (second.method, second.path, second.body) == ("POST", "/", b"{}")


async def test_loopback_is_refused_unless_it_is_let_through(served: Host) -> None:
    outbound = Outbound()

    for there in ("127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001", "0"):
        for scheme in ("http", "https"):
            with pytest.raises(AddressRefused):
                await outbound.get(f"{scheme}://{there}:{served.port}/", may_be_plain=True)
    assert served.requests == []

    assert (await Outbound(["127.0.0.1"]).get(served.url)).status == 200


async def test_a_name_that_changes_its_mind_is_asked_once(served: Host) -> None:
    """The address that was judged is the one that is connected to; nobody listens there."""
    rebinding = names(shop_example=[["127.0.0.2"], ["127.0.0.1"]])
    outbound = Outbound(["127.0.0.2"], resolve=rebinding.resolve)
    url = f"http://shop.example:{served.port}/"

    with pytest.raises(NotReached):
        await outbound.get(url)
    assert rebinding.asked == ["shop.example"]

    with pytest.raises(AddressRefused):
        await outbound.get(url)
    assert served.requests == []


async def test_of_several_addresses_only_those_are_tried_that_may_be_reached(served: Host) -> None:
    outbound = client(
        ["127.0.0.1", "127.0.0.3"],
        mixed_example=["10.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1"],
        first_example=["127.0.0.1", "127.0.0.3"],
        private_example=["10.0.0.1", "fe80::1"],
    )

    for name in ("mixed.example", "first.example"):
        assert (await outbound.get(f"http://{name}:{served.port}")).status == 200
    with pytest.raises(AddressRefused):
        await outbound.get(f"http://private.example:{served.port}")


async def test_the_certificate_is_for_the_name_not_for_the_address() -> None:
    outbound = client(shop_example=["127.0.0.1"], other_example=["127.0.0.1"])
    async with host(name="shop.example") as served:
        answer = await outbound.get(f"https://shop.example:{served.port}/")
        assert answer.status == 200

        with pytest.raises(NotReached):
            await outbound.get(f"https://other.example:{served.port}/")
        with pytest.raises(NotReached):
            await Outbound(["127.0.0.1"], resolve=names(shop_example=["127.0.0.1"]).resolve).get(
                f"https://shop.example:{served.port}/"
            )
    assert len(served.requests) == 1


async def test_without_encryption_only_what_is_let_through_is_asked() -> None:
    outbound = client([], shop_example=[PUBLIC])

    with pytest.raises(AddressRefused):
        await outbound.get("http://shop.example/")


async def test_nobody_is_led_on_who_did_not_ask_for_it(served: Host) -> None:
    served.replies["/a"] = Reply(302, headers={"location": "/b"})

    assert (await Outbound(["127.0.0.1"]).get(f"{served.url}/a")).status == 302
    posted = await Outbound(["127.0.0.1"]).post(f"{served.url}/a", b"", headers={})
    assert posted.status == 302
    assert [request.path for request in served.requests] == ["/a", "/a"]


async def test_every_place_that_it_is_led_to_is_judged(served: Host) -> None:
    outbound = client(
        ["127.0.0.1"],
        shop_example=["127.0.0.1"],
        inner_example=["169.254.169.254"],
    )
    url = f"http://shop.example:{served.port}"
    served.replies |= {
        "/name": Reply(302, headers={"location": f"http://inner.example:{served.port}/"}),
        "/file": Reply(302, headers={"location": "file:///etc/passwd"}),
        "/user": Reply(307, headers={"location": "//a@shop.example/"}),
        "/nowhere": Reply(308),
    }

    with pytest.raises(AddressRefused):
        await outbound.get(f"{url}/name", redirects=1)
    for path in ("/file", "/user"):
        with pytest.raises(AddressNotValid):
            await outbound.get(f"{url}{path}", redirects=1)
    with pytest.raises(AnswerRefused):
        await outbound.get(f"{url}/nowhere", redirects=1)
    assert len(served.requests) == 4


async def test_it_is_led_on_three_times_at_most(served: Host) -> None:
    for number in range(6):
        served.replies[f"/{number}"] = Reply(301, headers={"location": f"{number + 1}"})
    outbound = client(shop_example=["127.0.0.1"])
    url = f"http://shop.example:{served.port}"

    with pytest.raises(AnswerRefused):
        await outbound.get(f"{url}/0", redirects=99)
    assert [request.path for request in served.requests] == ["/0", "/1", "/2", "/3"]

    for place in ("3", "5", "6"):
        answer = await outbound.get(f"{url}/{place}", redirects=3)
        assert (answer.url, answer.status) == (f"{url}/6", 200)


async def test_what_is_said_to_one_is_not_told_to_another(served: Host) -> None:
    outbound = client(shop_example=["127.0.0.1"], other_example=["127.0.0.1"])
    served.replies |= {
        "/same": Reply(302, headers={"location": "/told"}),
        "/other": Reply(302, headers={"location": f"http://other.example:{served.port}/told"}),
    }
    url = f"http://shop.example:{served.port}"

    await outbound.get(f"{url}/same", headers={"authorization": "Bearer x"}, redirects=1)
    await outbound.get(f"{url}/other", headers={"authorization": "Bearer x"}, redirects=1)

    assert ["authorization" in request.headers for request in served.requests] == [
        True, True, True, False,
    ]  # fmt: skip


async def test_nobody_is_led_out_of_encryption() -> None:
    outbound = client(shop_example=["127.0.0.1"])
    async with host(name="shop.example") as served:
        served.replies["/"] = Reply(
            302, headers={"location": f"http://shop.example:{served.port}/x"}
        )
        with pytest.raises(AnswerRefused):
            await outbound.get(
                f"https://shop.example:{served.port}/", redirects=1, may_be_plain=True
            )


async def test_no_proxy_of_the_environment_is_used(
    served: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert (await Outbound(["127.0.0.1"]).get(served.url)).status == 200


async def test_a_large_or_a_packed_answer_is_not_read(served: Host) -> None:
    served.replies |= {
        "/large": Reply(200, b"x" * 2000),
        "/packed": Reply(200, b"x", {"content-encoding": "gzip"}),
    }
    outbound = Outbound(["127.0.0.1"])

    whole = await outbound.get(f"{served.url}/large", most_bytes=2000)
    assert len(whole.body) == 2000
    with pytest.raises(AnswerRefused):
        await outbound.get(f"{served.url}/large", most_bytes=1999)
    with pytest.raises(AnswerRefused):
        await outbound.get(f"{served.url}/packed")


async def test_it_says_whether_anybody_has_heard_it(served: Host) -> None:
    served.replies |= {"/cut": None, "/slow": Reply(200, drips=True)}
    outbound = Outbound(["127.0.0.1"])

    with pytest.raises(AnswerLost):
        await outbound.get(f"{served.url}/cut")
    with pytest.raises(AnswerLost):
        await outbound.get(f"{served.url}/slow", seconds=0.3)
    with pytest.raises(NotReached):
        await outbound.get("http://127.0.0.1:9999/")
    with pytest.raises(NotReached):
        await Outbound().get("https://no.such.host.invalid/")


async def test_a_resolver_that_never_answers_takes_no_longer_than_allowed() -> None:
    async def never(_: str, __: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(NotReached):
        await Outbound(resolve=never, trust=trust()).get("https://shop.example/", seconds=0.05)


async def test_who_never_greets_is_hung_up_on() -> None:
    async with mute_host() as (port, hung_up):
        outbound = client(shop_example=["127.0.0.1"])
        with pytest.raises(NotReached):
            await outbound.get(f"https://shop.example:{port}/", seconds=0.2)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await hung_up.get()
