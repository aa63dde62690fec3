"""A body is one JSON value that everybody reads alike, of the type that was asked for."""

import json
import time
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.http.limits import MAX_BODY_BYTES
from guilder.http.problems import MalformedBody
from guilder.http.wire.strict_json import parse
from tests.http.documents import pointers, problem

KEY = '{"name": "Till", "scopes": ["events:read"], "metadata": {"x": %s}}'
JSON = {"content-type": "application/json"}


async def send(api: httpx.AsyncClient, body: str | bytes, **headers: str) -> httpx.Response:
    return await api.post("/v1/api-keys", content=body, headers=JSON | headers)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("1", 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775807", 2**63 - 1),
        ("1.5e3", 1500.0),
        ("1e22", 10**22),
        ('"\\ud83c\\udf37"', "🌷"),
        ('"\\\\u0000"', "\\u0000"),
        ("[" * 30 + "]" * 30, json.loads("[" * 30 + "]" * 30)),
        (json.dumps([0] * 1000), [0] * 1000),
        (json.dumps({str(n): n for n in range(1000)}), {str(n): n for n in range(1000)}),
        (f'"{"9" * 500}"', "9" * 500),
    ],
)
async def test_what_is_allowed_is_kept_as_it_was_sent(
    api: httpx.AsyncClient, value: str, stored: object
) -> None:
    made = await send(api, KEY % value)

    assert made.status_code == 201, made.text
    shown = (await api.get(f"/v1/api-keys/{made.json()['id']}")).json()
    assert shown["metadata"] == {"x": stored}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("", "there is no body"),
        (" ", "Expecting value"),
        ("{", "Expecting property name"),
        ('{"name": "Till"', "delimiter"),
        (KEY % "1" + "x", "Extra data"),
        (KEY % "1" + "{}", "Extra data"),
        ("\ufeff" + KEY % "1", "byte order mark"),
        (KEY.encode() % b'"\xff"', "not UTF-8 at byte"),
        (KEY.encode() % b'"\xed\xa0\x80"', "not UTF-8 at byte"),
        ((KEY % "1").encode("utf-16"), "not UTF-8 at byte"),
        (KEY % '"\0"', "Invalid control character"),
        (KEY % '"\\u0000"', "NUL"),
        (KEY % '{"\\u0000": 1}', "NUL"),
        (KEY % '"\\ud800"', "half a surrogate pair"),
        (KEY % '"\\udc00\\ud800"', "half a surrogate pair"),
        (KEY % "NaN", "NaN is not JSON"),
        (KEY % "-Infinity", "-Infinity is not JSON"),
        (KEY % "1e400", "larger than a double"),
        (KEY % "-1e400", "larger than a double"),
        (KEY % "9223372036854775808", "64 bits"),
        (KEY % "-9223372036854775809", "64 bits"),
        (KEY % ("1" * 41), "more than 40 characters"),
        (KEY % ("0." + "1" * 39), "more than 40 characters"),
        (KEY % ("1" * 5000), "more than 40 characters"),
        (KEY % "01", "delimiter"),
        (KEY % "'x'", "Expecting value"),
        (KEY % '{"a": 1, "a": 1}', "'a' stands twice"),
        (KEY % '[{"b": {"a": 1, "\\u0061": 2}}]', "'a' stands twice"),
        ('{"name": "A", "name": "B", "scopes": ["*"]}', "'name' stands twice"),
        (KEY % ("[" * 31 + "]" * 31), "more than 32 deep"),
        (KEY % ('{"a":' * 100_000 + "1" + "}" * 100_000), "more than 32 deep"),
        (KEY % ("[" * 500_000), "more than 32 deep"),
        (KEY % json.dumps([0] * 1001), "more than 1000 items"),
        (KEY % json.dumps([[0] * 1001]), "more than 1000 items"),
        (json.dumps([0] * 1001), "more than 1000 items"),
        (KEY % json.dumps({str(n): n for n in range(1001)}), "more than 1000 keys"),
    ],
)
async def test_what_can_be_misread_is_refused(
    api: httpx.AsyncClient, body: str | bytes, detail: str
) -> None:
    refused = problem(await send(api, body), 400, "malformed_body")

    assert detail in refused["detail"]


PIECES = r"""
{ } [ ] , : true null NaN -0 1.0 1e5 1e400 "a" "a": "b": "é" "" "\u0061": "\/" "\ud800"
{"a":1,"a":2} 9223372036854775807 9223372036854775808 -9223372036854775809 "9999999999999999999"
"""


@given(st.lists(st.sampled_from([*PIECES.split(), *"1 \n\f\0\ufeff"]), max_size=8).map("".join))
def test_the_short_way_and_the_long_way_read_alike(text: str) -> None:
    def read(body: str) -> str:
        try:
            return repr(parse(body.encode()))
        except MalformedBody as refused:
            return refused.detail.partition(" at character")[0]

    # What is escaped goes the long way.
    assert read(f'[{text},"a"]') == read(f'[{text},"\\u0061"]')


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 500_000 + b"\\u",
        b'"' + b'\\"' * 500_000 + b"\\",
        b"{" + b",".join(b'"%d":1' % n for n in range(90_000)) + b',"89999":1}',
        b'{"a":"' + b"1" * 1_000_000 + b'"}',
        b"[" * 1_000_000,
        b"[[],[" * 200_000,
        b'{"":' * 250_000,
    ],
    ids=["quotes", "backslash", "twice", "digits", "deep", "many", "objects"],
)
def test_a_hostile_body_is_read_in_no_time(body: bytes) -> None:
    began = time.process_time()
    with suppress(MalformedBody):
        parse(body)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["/name", "/scopes"]),
        ({"name": 1, "scopes": ["*"]}, ["/name"]),
        ({"name": None, "scopes": None}, ["/name", "/scopes"]),
        ({"name": "", "scopes": []}, ["/name", "/scopes"]),
        ({"name": " \t ", "scopes": ["*"]}, ["/name"]),
        ({"name": "x" * 101, "scopes": ["*"] * 101}, ["/name", "/scopes"]),
        ({"name": "A", "scopes": [1, "*", None]}, ["/scopes/0", "/scopes/2"]),
        ({"name": "A", "scopes": ["x" * 101]}, ["/scopes/0"]),
        ({"name": "A", "scopes": ["*"], "mode": "LIVE"}, ["/mode"]),
        ({"name": "A", "scopes": ["*"], "metadata": []}, ["/metadata"]),
        ({"name": "A", "scopes": ["*"], "metadata": {"x" * 101: 1}}, ["/metadata"]),
        ({"name": "A", "scopes": ["*"], "a/b~c": 1, "zz": 2}, ["/a~1b~0c", "/zz"]),
        ({"name": "A", "scopes": ["*"], "expires_at": "soon"}, ["/expires_at"]),
        ({"name": "A", "scopes": ["*"], "expires_at": "2027-01-01T00:00:00"}, ["/expires_at"]),
        ({"name": "A", "scopes": ["*"], "expires_at": 1}, ["/expires_at"]),
        ([], [""]),
        ("text", [""]),
        (None, [""]),
    ],
)
async def test_every_field_that_is_wrong_is_named_at_once(
    api: httpx.AsyncClient, body: object, where: list[str]
) -> None:
    refused = problem(await send(api, json.dumps(body)), 422, "invalid_request")

    assert pointers(refused) == where


async def test_the_query_and_the_body_are_judged_together(api: httpx.AsyncClient) -> None:
    refused = problem(
        await api.post("/v1/api-keys?limit=3&x=", json={"name": 1}), 422, "invalid_request"
    )

    assert pointers(refused) == ["limit", "x", "/scopes", "/name"]


@pytest.mark.parametrize(
    "expires_at",
    [
        "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:00:00-01:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
@pytest.mark.parametrize("escaped", [False, True])
async def test_a_time_that_utc_does_not_have_is_refused(
    api: httpx.AsyncClient, expires_at: str, *, escaped: bool
) -> None:
    text = expires_at.replace("-", "\\u002d") if escaped else expires_at
    body = f'{{"name": "A", "scopes": ["*"], "expires_at": "{text}"}}'

    refused = problem(await send(api, body), 422, "invalid_request")

    assert pointers(refused) == ["/expires_at"]


async def test_the_last_moment_of_all_is_a_moment(api: httpx.AsyncClient) -> None:
    body = {"name": "A", "scopes": ["*"], "expires_at": "9999-12-31T23:59:59Z"}

    assert (await send(api, json.dumps(body))).json()["expires_at"] == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": ""},
        {"content-type": "text/json"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": 'application/json; charset="latin-1"'},
        {"content-type": "application/json; charset=utf-8; charset=utf-7"},
        {"content-type": "application/jsonx"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-encoding": "gzip"},
        {"content-encoding": "br"},
    ],
)
async def test_a_body_of_another_type_is_refused(
    api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    problem(await send(api, KEY % "1", **headers), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        'application/json ; charset="utf-8"',
        "application/json; profile=x",
    ],
)
async def test_json_is_known_under_its_other_spellings(api: httpx.AsyncClient, kind: str) -> None:
    assert (await send(api, KEY % "1", **{"content-type": kind})).status_code == 201


async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(api: httpx.AsyncClient) -> None:
    room = MAX_BODY_BYTES - len(KEY % '""')

    fits = await send(api, KEY % f'"{"x" * room}"')
    exceeds = problem(await send(api, KEY % f'"{"x" * (room + 1)}"'), 413, "body_too_large")

    assert fits.status_code == 201
    assert exceeds["maximum_bytes"] == MAX_BODY_BYTES


@pytest.mark.parametrize("length", ["abc", "-5", "+5", "1_0", "0x5", "5.0", "٣", ""])
async def test_a_length_is_a_number(api: httpx.AsyncClient, length: str) -> None:
    headers = [("content-type", "application/json"), ("content-length", length)]
    answer = await api.post(
        "/v1/api-keys", content=b"{}", headers=[(k, v.encode()) for k, v in headers]
    )

    problem(answer, 400, "malformed_request")
