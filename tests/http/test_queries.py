"""What stands in an address: parameters and ids, each in one form."""

import httpx
import pytest

from guilder.http import get
from guilder.kernel import Actor
from tests.http.documents import pointers, problem
from tests.http.doors import calling, door_of
from tests.world import World

UNKNOWN = "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10"


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "101",
        "-1",
        "1.0",
        "1e1",
        "+3",
        "03",
        "3%20",
        "%203",
        "1_0",
        "%D9%A3",
        "null",
        "",
        "x",
        "9" * 30,
    ],
)
async def test_a_limit_is_a_plain_number_from_1_to_100(api: httpx.AsyncClient, limit: str) -> None:
    refused = problem(await api.get(f"/v1/api-keys?limit={limit}"), 422, "invalid_request")

    assert pointers(refused) == ["limit"]


@pytest.mark.parametrize("limit", ["1", "100", "%31"])
async def test_a_limit_may_be_at_either_end(api: httpx.AsyncClient, limit: str) -> None:
    assert (await api.get(f"/v1/api-keys?limit={limit}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("x=1", ["x"]),
        ("mode=LIVE", ["mode"]),
        ("mode=", ["mode"]),
        ("mode=live%00", ["mode", "mode"]),
        ("%00=1", ["\0", "\0"]),
        ("mode=live&mode=test", ["mode"]),
        ("limit=0&mode=none&y=2", ["limit", "mode", "y"]),
        ("mode=%FF", [None]),
        ("mode=%ED%A0%80", [None]),
        ("&".join(f"p{n}=" for n in range(101)), [None]),
        ("&" * 2000, [None]),
        ("limit", ["limit"]),
        ("LIMIT=3", ["LIMIT"]),
        ("limit%20=3", ["limit "]),
        ("limit;mode=live", ["limit;mode"]),
    ],
)
async def test_a_query_that_can_be_misread_is_refused(
    api: httpx.AsyncClient, query: str, where: list[str | None]
) -> None:
    refused = problem(await api.get(f"/v1/api-keys?{query}"), 422, "invalid_request")

    assert pointers(refused) == where


@pytest.mark.parametrize("path", ["/v1/events?object=null", "/v1/events?object="])
async def test_null_is_no_way_to_leave_a_filter_out(api: httpx.AsyncClient, path: str) -> None:
    problem(await api.get(path), 422, "invalid_request")


async def test_null_as_a_text_is_a_text(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/events?type=null")).json()["data"] == []


@pytest.mark.parametrize(
    "segment",
    [
        UNKNOWN.replace("-", ""),
        f"{{{UNKNOWN}}}",
        f"urn:uuid:{UNKNOWN}",
        "%7B01927c4e8d2b7c3f9a513b6f0a5d2e10%7D--",
        "0192-7c4e8d2b-7c3f9a51-3b6f0a-5d2e10",
        f"%20{UNKNOWN[1:]}",
        f"{UNKNOWN}%00",
        f"{UNKNOWN}%20",
        f"{UNKNOWN}%2F..",
        "%FF",
        "%ED%A0%80",
        "..",
        "%2E%2E",
        "null",
        "1" * 4000,
    ],
)
async def test_an_id_has_one_form(api: httpx.AsyncClient, segment: str) -> None:
    problem(await api.get(f"/v1/api-keys/{segment}"), 404, "not_found")


@pytest.mark.parametrize("segment", [UNKNOWN, UNKNOWN.upper(), UNKNOWN.replace("-", "%2D")])
async def test_an_id_in_its_form_is_looked_for(api: httpx.AsyncClient, segment: str) -> None:
    problem(await api.get(f"/v1/api-keys/{segment}"), 404, "api_key_not_found")


@get("/v1/tests/{number}", "tests:read")
async def count(number: int, more: int = 0, part: float = 0.0) -> list[float]:
    """Count."""
    return [number, more, part]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/tests/9223372036854775807?more=-9223372036854775808&part=1.5", 200),
        ("/v1/tests/9223372036854775808", 404),
        ("/v1/tests/1.0", 404),
        ("/v1/tests/1e3", 404),
        ("/v1/tests/1?more=9223372036854775808", 422),
        ("/v1/tests/1?more=-9223372036854775809", 422),
        ("/v1/tests/1?more=true", 422),
        ("/v1/tests/1?part=nan", 422),
        ("/v1/tests/1?part=inf", 422),
        ("/v1/tests/1?part=1e400", 422),
    ],
)
async def test_a_number_fits_into_a_column(world: World, path: str, status: int) -> None:
    async with calling(door_of(world.system, count), world) as program:
        answer = await program.get(path)

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("segment", "word"),
    [
        ("a", "a"),
        ("%61", "a"),
        ("%C3%A4", "ä"),
        ("a%2Fb", "a/b"),
        ("%252F", "%2F"),
        ("a+b", "a+b"),
        ("a%00", None),
        ("%FF", None),
        ("%ED%A0%80", None),
    ],
)
async def test_a_segment_is_read_once_and_whole(
    world: World, segment: str, word: str | None
) -> None:
    @get("/v1/tests/words/{word}", "tests:read")
    async def say(actor: Actor, word: str) -> str:  # noqa: ARG001 - it needs one, and that is all
        """Say it."""
        return word

    async with calling(door_of(world.system, say), world) as program:
        answer = await program.get(f"/v1/tests/words/{segment}")

    if word is None:
        problem(answer, 404, "not_found")
    else:
        assert answer.json() == word
