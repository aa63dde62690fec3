"""What arrives on the wire, honest or not, over real connections."""

import asyncio
import gc

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from guilder.http import LimitedProtocol
from guilder.http import door as doors
from guilder.http import request as requests
from tests.http.documents import problem
from tests.http.serving import Served, Wire
from tests.world import DEADLINE_SECONDS, World, eventually

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
TILL = b'{"name": "Till", "scopes": ["events:read"]}'


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
        b"GET healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost : x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n folded\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: \x00\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
        b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/tenant HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        (
            b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n"
            b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            b"transfer-encoding: chunked\r\n\r\nzz\r\n"
        ),
    ],
)
async def test_what_is_not_http_is_told_so(served: Served, data: bytes) -> None:
    async with served.wire() as wire:
        await wire.say(data)
        problem(await wire.hear(), 400, "malformed_request")


async def test_an_address_has_a_length(served: Served) -> None:
    long = b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nhost: x\r\nx: " + b"b" * 30_000 + b"\r\n\r\n"
    async with served.wire() as wire:
        await wire.say(long)
        assert problem(await wire.hear(), 414, "target_too_long")["maximum_bytes"] == 8192
        assert await wire.is_closed()


@pytest.mark.parametrize(
    "headers",
    [
        b"x: " + b"b" * 30_000 + b"\r\n\r\n",
        b"x: " + b"b" * 17_000 + b"\r\n\r\n",
        b"".join(b"x%d: y\r\n" % number for number in range(5000)) + b"\r\n",
        b"x: " + b"b" * 400_000,
    ],
    ids=["long", "longer than the limit", "many", "endless"],
)
async def test_headers_have_a_size(served: Served, headers: bytes) -> None:
    async with served.wire() as wire:
        await wire.say(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        for start in range(0, len(headers), 10_000):
            await wire.say(headers[start : start + 10_000])
            await asyncio.sleep(0)
        document = problem(await wire.hear(), 431, "headers_too_large")
        assert document["maximum_bytes"] == 16_384


async def test_a_head_that_does_not_come_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LimitedProtocol, "head_seconds", 0.05)
    async with served.wire() as silent, served.wire() as slow, served.wire() as late:
        await slow.say(b"GET /healthz HTTP/1.1\r\nho")
        await late.say(GET)
        assert (await late.hear()).status_code == 200
        await late.say(b"\r\n")
        for wire in (silent, slow, late):
            problem(await wire.hear(), 408, "request_timeout")
            assert await wire.is_closed()


async def test_a_body_that_does_not_come_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(requests, "DISCARD_SECONDS", 1000)
    async with served.wire() as wire:
        await wire.say(b"GET /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab")
        answer = await wire.hear()
        problem(answer, 408, "request_timeout")
        assert answer.headers["connection"] == "close"
        assert await wire.is_closed()


async def test_a_body_that_cannot_be_read_is_told_so_after_the_answers_before_it(
    world: World, served: Served
) -> None:
    head = await till(world)
    whole = head + b"content-length: %d\r\n\r\n%b" % (len(TILL), TILL)
    async with served.wire() as wire:
        await wire.say(whole + head + b"transfer-encoding: chunked\r\n\r\n3\r\n{  \r\nzz")
        assert (await wire.hear()).status_code == 201
        problem(await wire.hear(), 400, "malformed_request")
        assert await wire.is_closed()


async def till(world: World) -> bytes:
    secret = (await world.key("*")).secret.encode()
    return (
        b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\n"
        b"content-type: application/json\r\n" % secret
    )


async def test_a_body_may_come_in_pieces(world: World, served: Served) -> None:
    async with served.wire() as wire:
        await wire.say(await till(world) + b"transfer-encoding: chunked\r\n\r\n")
        for byte in TILL:
            await wire.say(b"1\r\n%c\r\n" % byte)
        await wire.say(b"0\r\n\r\n")
        assert (await wire.hear()).status_code == 201


async def test_what_follows_a_body_is_no_header(world: World, served: Served) -> None:
    head = await till(world)
    anonymous = head.replace(b"authorization: Bearer", b"x-was:")
    chunks = b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n" % (len(TILL), TILL)
    trailer = head.split(b"\r\n")[2] + b"\r\n\r\n"
    assert trailer.startswith(b"authorization")

    problem(await served.say(anonymous + chunks + trailer), 401, "not_authenticated")


async def test_a_body_too_large_is_refused_and_its_sender_hears_so(
    world: World, served: Served
) -> None:
    async with served.wire() as wire:
        await wire.say(await till(world) + b"content-length: 2000000\r\n\r\n" + b" " * 2_000_000)
        problem(await wire.hear(), 413, "body_too_large")
        await wire.say(GET)
        assert (await wire.hear()).json() == {"status": "alive"}


async def test_who_never_ends_is_cut_off(
    world: World, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "DISCARD_SECONDS", 1000)
    async with served.wire() as wire:
        await wire.say(await till(world) + b"transfer-encoding: chunked\r\n\r\n")
        with pytest.raises(ConnectionError):
            await _pour(wire)


async def _pour(wire: Wire) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            await wire.say(b"10000\r\n" + b" " * 65536 + b"\r\n")


async def test_who_asks_before_sending_is_told_before_sending(world: World, served: Served) -> None:
    head = await till(world) + b"expect: 100-continue\r\n"
    async with served.wire() as wire:
        await wire.say(head + b"content-length: 50000000\r\n\r\n")
        refused = await wire.hear()
        problem(refused, 413, "body_too_large")
        assert await wire.is_closed()
    async with served.wire() as wire:
        await wire.say(head + b"content-length: %d\r\n\r\n" % len(TILL))
        assert (await wire.hear()).status_code == 100
        await wire.say(TILL)
        assert (await wire.hear()).status_code == 201


async def test_who_has_no_key_is_refused_before_sending(served: Served) -> None:
    head = b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    async with served.wire() as wire:
        await wire.say(head + b"expect: 100-continue\r\ncontent-length: 500\r\n\r\n")
        problem(await wire.hear(), 401, "not_authenticated")
        assert await wire.is_closed()


async def test_an_answered_request_leaves_no_garbage(served: Served) -> None:
    def cycles() -> int:
        return sum(isinstance(one, RequestResponseCycle) for one in gc.get_objects())

    async with served.wire() as wire:
        await wire.say(GET)
        await wire.hear()
        gc.collect()
        gc.disable()
        try:
            before = cycles()
            for _ in range(3):
                await wire.say(GET)
                await wire.hear()
            assert cycles() == before
        finally:
            gc.enable()


async def test_answers_come_in_the_order_of_requests(world: World, served: Served) -> None:
    head = await till(world)
    body = b"content-length: %d\r\n\r\n%b" % (len(TILL), TILL)
    async with served.wire() as wire:
        await wire.say(head + body + GET + b"\x00\x01 garbage")
        assert (await wire.hear()).status_code == 201
        assert (await wire.hear()).status_code == 200
        problem(await wire.hear(), 400, "malformed_request")
        assert await wire.is_closed()


async def test_many_requests_in_one_go_are_no_large_head(served: Served) -> None:
    async with served.wire() as wire:
        await wire.say(GET * 1000 + GET[:20])
        for _ in range(1000):
            assert (await wire.hear()).status_code == 200
        await wire.say(GET[20:])
        assert (await wire.hear()).status_code == 200


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c", b"x"])
async def test_an_upgrade_is_not_taken_and_the_request_is_answered(
    served: Served, upgrade: bytes
) -> None:
    head = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: %b\r\n\r\n"
    async with served.wire() as wire:
        await wire.say(head % upgrade)
        answer = await wire.hear()
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert await wire.is_closed()


async def test_an_upgrade_with_a_body_is_refused(world: World, served: Served) -> None:
    answer = await served.say(
        await till(world)
        + b"connection: upgrade\r\nupgrade: x\r\ncontent-length: %d\r\n\r\n" % len(TILL)
        + TILL
    )

    problem(answer, 400, "malformed_request")


async def test_old_http_needs_no_host(served: Served) -> None:
    assert (await served.say(b"GET /healthz HTTP/1.0\r\n\r\n")).status_code == 200


async def test_head_has_no_body_on_the_wire(served: Served) -> None:
    async with served.wire() as wire:
        await wire.say(GET.replace(b"GET", b"HEAD") + GET)
        head = await wire.hear(head_only=True)
        assert (head.status_code, head.headers["content-length"]) == (200, "18")
        assert (await wire.hear()).json() == {"status": "alive"}


async def test_work_is_finished_for_whoever_hangs_up(world: World, served: Served) -> None:
    head = await till(world)
    async with served.wire() as wire:
        await wire.say(head + b"content-length: %d\r\n\r\n%b" % (len(TILL), TILL))

    async with served.program((await world.key("*")).secret) as program:
        await _until_made(program)


async def _until_made(program: httpx.AsyncClient) -> None:
    async def is_there() -> bool:
        keys = (await program.get("/v1/api-keys")).json()["data"]
        return "Till" in {key["name"] for key in keys}

    await eventually(is_there)


async def test_half_a_request_leaves_nothing_behind(world: World, served: Served) -> None:
    async with served.wire() as wire:
        await wire.say(await till(world) + b"content-length: 500\r\n\r\n" + TILL)
    async with served.program((await world.key("*")).secret) as program:
        keys = (await program.get("/v1/api-keys")).json()["data"]

    assert [key["name"] for key in keys] == ["Program", "Program"]
