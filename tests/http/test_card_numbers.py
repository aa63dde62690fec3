"""A card number is refused wherever in a request it stands, and is nowhere afterwards."""

import json
import random
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
from prometheus_client import generate_latest

from guilder.app import PACKAGES
from guilder.customers.manifest import MANIFEST as CUSTOMERS
from guilder.http import Endpoint, Response, Visitor, get, post, problems_of
from guilder.http.wire.card_number import DOUBLED, _check
from guilder.payments.manifest import MANIFEST as PAYMENTS
from tests.cli.house import Up, told
from tests.cli.ready import begun
from tests.http.documents import pointers, problem
from tests.http.doors import calling, door_of
from tests.world import World

JSON = {"content-type": "application/json"}
TAKING = {
    "/v1/payments": {"amount": 2000, "currency": "EUR"},
    "/v1/customers": {"name": "Ada"},
    "/v1/payment-methods": {"token": "pm_card_visa"},
}
FIELDS = {
    endpoint.path: endpoint.body_type.__struct_fields__
    for endpoint in (*PAYMENTS.endpoints, *CUSTOMERS.endpoints)
    if endpoint.method == "POST" and endpoint.path in TAKING
}

PLACES = """
    select format('%I.%I', namespace.nspname, relation.relname) as name,
        array_agg(quote_ident(attribute.attname)) as columns
    from pg_class as relation
    join pg_namespace as namespace on namespace.oid = relation.relnamespace
    join pg_attribute as attribute on attribute.attrelid = relation.oid
    where relation.relkind = 'r' and attribute.attnum > 0 and not attribute.attisdropped
    and namespace.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    group by 1
"""


def new_card() -> str:
    """A number that no other test has sent."""
    start = "4" + f"{random.randrange(10**14):014}"  # noqa: S311 - no secret
    return next(start + last for last in "0123456789" if not _check(start + last, DOUBLED))


def forms_of(card: str) -> list[str]:
    """What of a number would give it away."""
    fours = [card[place : place + 4] for place in range(0, 16, 4)]
    return [card, " ".join(fours), "-".join(fours), card.encode().hex()]


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def places_of(owner: asyncpg.Connection, *words: str) -> set[str]:
    """The tables in which one of these stands, in a column of any type."""
    found = set()
    for row in await owner.fetch(PLACES):
        columns = " or ".join(
            f"{column}::text like '%{word}%'" for column in row["columns"] for word in words
        )
        if await owner.fetchval(f"select exists (select from {row['name']} where {columns})"):
            found.add(row["name"])
    return found


def refusal(answer: httpx.Response, card: str) -> dict[str, Any]:
    """The refusal, which says nothing of the number."""
    document = problem(answer, 422, "card_number_refused")
    for form in forms_of(card):
        assert form not in answer.text + str(answer.headers)
    return document


@pytest.mark.parametrize("path", TAKING)
async def test_no_field_takes_one(
    api: httpx.AsyncClient, owner: asyncpg.Connection, path: str
) -> None:
    card = new_card()
    marker = uuid4().hex
    grouped = forms_of(card)[1]
    values: list[Any] = [card, int(card), grouped, {"a": [card]}, {card: 1}, {f"x {grouped}": {}}]
    for name in FIELDS[path]:
        for place, value in enumerate(values):
            key = {"idempotency-key": f"{marker}-{name}-{place}"}
            answer = await api.post(path, json=TAKING[path] | {name: value}, headers=key)

            (pointer,) = pointers(refusal(answer, card))
            assert pointer.startswith(f"/{name}")
    assert await places_of(owner, *forms_of(card), marker) == set()


async def test_what_is_stored_would_be_found(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    marker = uuid4().hex
    body = TAKING["/v1/payments"] | {"metadata": {"note": marker}}

    assert (await api.post("/v1/payments", json=body)).status_code == 201
    assert "payments.payment" in await places_of(owner, marker)


ESCAPED = "".join(f"\\u{ord(one):04x}" for one in "4242424242424242")
WIDE = "".join(chr(0xFF10 + int(one)) for one in "4242424242424242")


@pytest.mark.parametrize(
    ("metadata", "pointer"),
    [
        ('{"note": "4242424242424242"}', "/metadata/note"),
        ('{"note": 4242424242424242}', "/metadata/note"),
        ('{"note": 4242424242424242.0}', "/metadata/note"),
        ('{"note": 4.242424242424242e15}', "/metadata/note"),
        ('{"note": -4242424242424242}', "/metadata/note"),
        ('{"note": "4242-4242.4242 4242 "}', None),
        ('{"note": "4242.4242.4242.4242"}', "/metadata/note"),
        (f'{{"note": "{ESCAPED}"}}', "/metadata/note"),
        (f'{{"{ESCAPED}": 1}}', "/metadata"),
        (f'{{"note": "{WIDE}"}}', "/metadata/note"),
        ('{"a": {"b": [[{"c": "card: 4242 4242 4242 4242, 12/27"}]]}}', "/metadata/a/b/0/0/c"),
        ('{"note": "line\\n4242424242424242"}', "/metadata/note"),
        ('{"note": "card4242424242424242x"}', "/metadata/note"),
        ('{"note": "4242  4242--4242 4242"}', "/metadata/note"),
        ('{"note": "4242\\t4242\\t4242\\t4242"}', "/metadata/note"),
        ('{"note": "a1b24242424242424242c3d4"}', None),
        ('{"note": "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10", "at": 1763650000000}', None),
    ],
)
async def test_no_way_of_writing_gets_through(
    api: httpx.AsyncClient, metadata: str, pointer: str | None
) -> None:
    body = f'{{"name": "Ada", "app_metadata": {metadata}}}'.replace("metadata/", "")

    answer = await api.post("/v1/customers", content=body, headers=JSON)

    if pointer is None:
        assert answer.status_code == 201
    else:
        assert pointers(refusal(answer, "4242424242424242")) == [f"/app_{pointer[1:]}"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "error"),
    [
        ("GET", "/v1/payments?order_id=CARD", {}, {"parameter": "order_id"}),
        ("GET", "/v1/payments?order_id=SPACED", {}, {"parameter": "order_id"}),
        ("GET", "/v1/payments?CARD=1", {}, {}),
        ("GET", "/v1/payments?colour=CARD", {}, {"parameter": "colour"}),
        ("GET", "/v1/payments?limit=CARD", {}, {"parameter": "limit"}),
        ("GET", "/v1/payments?limit=1&limit=CARD", {}, {}),
        ("GET", "/v1/payments?cursor=CARD", {}, {"parameter": "cursor"}),
        ("GET", "/v1/payments?a=%ff&b=CARD", {}, {}),
        ("GET", "/v1/payments?a=ESCAPED", {}, {"parameter": "a"}),
        ("GET", "/v1/payments/CARD", {}, {"parameter": "payment_id"}),
        ("GET", "/v1/payments/ESCAPED/timeline", {}, {"parameter": "payment_id"}),
        ("DELETE", "/v1/gateways/CARD", {}, {"parameter": "name"}),
        ("POST", "/v1/customers", {"idempotency-key": "CARD"}, {"header": "idempotency-key"}),
        ("POST", "/v1/customers", {"idempotency-key": "a SPACED"}, {"header": "idempotency-key"}),
        ("GET", "/v1/events", {"last-event-id": "CARD"}, {"header": "last-event-id"}),
    ],
)
async def test_no_head_takes_one(
    api: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], error: dict[str, str]
) -> None:
    card = new_card()
    escaped = "".join(f"%{ord(one):02x}" for one in card)
    written = {"CARD": card, "SPACED": forms_of(card)[1], "ESCAPED": escaped}
    for word, form in written.items():
        path = path.replace(word, form if word == "ESCAPED" else quote(form))
        headers = {name: value.replace(word, form) for name, value in headers.items()}
    body = b'{"name": "Ada"}' if method == "POST" else b""

    answer = await api.request(method, path, content=body, headers=JSON | headers)

    assert refusal(answer, card)["errors"] == [{"detail": "holds a card number", **error}]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/nothing/CARD", 404), ("/CARD", 404), ("/v1/payments/a/CARD", 404)],
)
async def test_where_there_is_nothing_it_is_not_repeated(
    api: httpx.AsyncClient, path: str, status: int
) -> None:
    card = new_card()
    answer = await api.get(path.replace("CARD", card))

    assert answer.status_code == status
    assert card not in answer.text
    assert card not in generate_latest().decode()


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "CARD"',
        '{"CARD": 1, "CARD": 2, "name": "Ada"}',
        '{"name": "Ada", "name": "CARD"}',
        '{"name": CARDCARD, "note": "CARD"}',
        '["CARD", 01]',
        "CARD",
        "'CARD'",
        '{"app_metadata": {"\\u0000": "CARD"}}',
    ],
)
async def test_a_body_that_cannot_be_read_is_looked_through_too(
    api: httpx.AsyncClient, body: str
) -> None:
    card = new_card()

    answer = await api.post("/v1/customers", content=body.replace("CARD", card), headers=JSON)

    assert refusal(answer, card)["errors"] == [{"detail": "holds a card number", "pointer": ""}]


async def test_who_may_not_come_in_is_told_that_first(world: World) -> None:
    body = {"name": new_card()}
    async with world.program("events:read") as program:
        problem(await program.post("/v1/customers", json=body), 403, "permission_missing")
        nobody = {"authorization": "Bearer gk_live_" + "0" * 88}
        problem(
            await program.post("/v1/customers", json=body, headers=nobody), 401, "not_authenticated"
        )


async def test_the_key_of_a_refused_request_is_free(api: httpx.AsyncClient) -> None:
    key = {"idempotency-key": uuid4().hex}
    for path, body in TAKING.items():
        card = new_card()
        bad = body | {"metadata" if "payment" in path else "app_metadata": {"card": card}}
        refusal(await api.post(path, json=bad, headers=key), card)

    made = await api.post("/v1/customers", json={"name": "Ada"}, headers=key)

    assert made.status_code == 201
    assert "idempotency-replayed" not in made.headers


def listening() -> tuple[list[bytes], list[Endpoint]]:
    """Endpoints for anybody, and what came to them."""
    heard: list[bytes] = []

    @post("/tests/form", None)
    async def form(visitor: Visitor) -> Response:
        """Take a form."""
        heard.append(visitor.body)
        return Response(200)

    @get("/tests/page", None)
    async def page(word: str = "") -> Response:
        """Show a page."""
        heard.append(word.encode())
        return Response(200)

    return heard, [form, page]


@pytest.mark.parametrize(
    "body",
    [
        b"card=%b&cvc=123",
        b"card=+%b+",
        b'{"type": "charge.succeeded", "data": {"card": "%b"}}',
        b'{"type": "charge.succeeded", "data": {"card": %b}}',
        b"------x\r\ncontent-disposition: form-data\r\n\r\n%b\r\n------x--",
        b"\xff\xfe %b",
    ],
)
async def test_what_is_kept_as_it_came_is_looked_through(world: World, body: bytes) -> None:
    heard, endpoints = listening()
    card = new_card()
    escaped = "".join(f"%{ord(one):02x}" for one in card)
    async with calling(door_of(world.system, *endpoints), world) as program:
        refusal(await program.post("/tests/form", content=body % card.encode()), card)
        refusal(await program.get(f"/tests/page?word={card}"), card)
        if b"=" in body:
            answer = await program.post("/tests/form", content=body % escaped.encode())
            refusal(answer, card)
        assert heard == []
        assert (await program.post("/tests/form", content=body % b"4711")).status_code == 200


async def test_no_gateway_brings_one(world: World, owner: asyncpg.Connection) -> None:
    card, marker = new_card(), uuid4().hex
    path = f"/v1/gateways/sandbox/webhooks/{world.tenant_id}"
    body = {"id": marker, "type": "charge.succeeded", "data": {"number": card}}
    async with world.program("*") as program:
        refused = refusal(await program.post(path, json=body), card)
        raw = json.dumps(body).replace(card, "".join(f"\\u{ord(one):04x}" for one in card))
        refusal(await program.post(path, content=raw), card)

    assert pointers(refused) == ["/data/number"]
    assert await places_of(owner, *forms_of(card), marker) == set()


def test_every_endpoint_says_that_it_refuses_them() -> None:
    for package in PACKAGES:
        for endpoint in package.endpoints:
            assert "card_number_refused" in {one.code for one in problems_of(endpoint)}


@pytest.mark.parametrize("form", ["json", "pretty"])
def test_the_log_and_the_files_of_a_system_hold_none(
    tmp_path: Path, shelf: Path, form: str
) -> None:
    card, marker = new_card(), uuid4().hex
    folder = begun(tmp_path / "data", shelf=shelf)
    with Up(folder, GUILDER_LOG_FORMAT=form, GUILDER_LOG_LEVEL="debug") as up:
        tenant = told("tenants", "create", "--name", "Shop", "--data", str(folder))["id"]
        words = ("--tenant", tenant, "--scope", "*", "--data", str(folder))
        secret = told("keys", "create", *words)["secret"]
        statuses = [
            ask(up, secret, "POST", path, body | {name: value}, {"idempotency-key": card})
            for path, body in TAKING.items()
            for name in ("metadata", "customer_id", card)
            for value in (card, {"a": card})
        ]
        statuses += [
            ask(up, secret, method, path, None, {})
            for method, path in (
                ("GET", f"/v1/payments?order_id={card}&{card}=1"),
                ("GET", f"/v1/payments/{card}"),
                ("POST", f"/v1/gateways/sandbox/webhooks/{tenant}?x={card}"),
                ("GET", f"/v1/{card}"),
                ("PUT", f"/{card}/{card}"),
                (card, "/v1/payments"),
            )
        ]
        made = ask(up, secret, "POST", "/v1/customers", {"name": marker}, {})
        up.stop()

    assert {*statuses} <= {400, 404, 422}
    assert statuses.count(422) >= 21
    assert made == 201
    told_of = (tmp_path / "stderr.txt").read_text()
    assert "request" in told_of
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert marker.encode() in kept
    assert card.encode() not in told_of.encode() + kept


def ask(  # noqa: PLR0917 - one request, as it goes out
    up: Up, secret: str, method: str, path: str, body: object, headers: dict[str, str]
) -> int:
    request = urllib.request.Request(  # noqa: S310 - on loopback
        up.address + path,
        method=method,
        data=None if body is None else msgspec.json.encode(body),
        headers={"authorization": f"Bearer {secret}", **JSON, **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
