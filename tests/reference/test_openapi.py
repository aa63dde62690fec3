"""The OpenAPI document says all that there is to know, and nothing that is not so."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from guilder.app import PACKAGES
from guilder.http import OWN, Endpoint, Response, Visitor, details_of, get, post, problems_of
from guilder.kernel.problem import REGISTRY
from guilder.reference import openapi
from tests.reference.schemas import faults, resolve
from tests.world import World

ALL = [endpoint for package in PACKAGES for endpoint in package.endpoints]
ENDPOINTS = [endpoint for endpoint in ALL if endpoint.answer is not Response]
PAGES = [endpoint for endpoint in ALL if endpoint.answer is Response]
MOST_BYTES_OF_ONE = 5_000
PERMISSIONS = {permission for package in PACKAGES for permission in package.permissions}
DOCUMENT = openapi(ALL, version="1.2.3")
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within a value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)


def operation_of(endpoint: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]
    return found


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a node says, here or where it refers to."""
    found: dict[str, Any] = resolve(DOCUMENT, node["$ref"]) if "$ref" in node else node
    return found


async def test_the_document_is_served_to_everybody(api: httpx.AsyncClient) -> None:
    answer = await api.get("/openapi.json", headers={"authorization": ""})

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json()["paths"].keys() >= DOCUMENT["paths"].keys()


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node]

    assert references
    for reference in references:
        assert resolve(DOCUMENT, reference)
    used = set(references)
    for kind, components in DOCUMENT["components"].items():
        for name in components if kind != "securitySchemes" else ():
            assert f"#/components/{kind}/{name}" in used, f"{kind}/{name} is never used"
            assert re.fullmatch(r"[\w.-]+", name)


def test_every_example_fits_its_schema() -> None:
    checked = 0
    for node in nodes(DOCUMENT):
        if "schema" not in node:
            continue
        examples = [resolved(one)["value"] for one in node.get("examples", {}).values()]
        examples += [node["example"]] if "example" in node else []
        for example in examples:
            assert faults(example, node["schema"], DOCUMENT) == []
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_an_endpoint_is_documented_whole(endpoint: Endpoint) -> None:
    operation = operation_of(endpoint)
    parameters = [resolved(one) for one in operation["parameters"]]
    places = {(one["in"], one["name"]): one for one in parameters}

    assert operation["operationId"] == endpoint.name
    assert operation["summary"].endswith(".")
    needed = [{"key": [endpoint.permission]}] if endpoint.permission else []
    assert operation["security"] == needed
    for name in endpoint.path_types:
        assert places["path", name]["required"] is True
    query = endpoint.query_type.__struct_fields__ if endpoint.query_type else ()
    assert {name for place, name in places if place == "query"} == set(query)
    is_proved = "caller" in endpoint.given  # by a password, which is shown anew each time
    takes_key = endpoint.method == "POST" and endpoint.permission is not None and not is_proved
    assert (("header", "Idempotency-Key") in places) == takes_key
    assert (("header", "Last-Event-ID") in places) == endpoint.is_stream
    takes_body = endpoint.body_type is not None or "visitor" in endpoint.given
    assert ("requestBody" in operation) == takes_body
    for one in parameters:
        assert "null" not in str(one["schema"])


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_every_problem_of_an_endpoint_is_documented(endpoint: Endpoint) -> None:
    responses = {
        status: resolved(one) for status, one in operation_of(endpoint)["responses"].items()
    }

    for problem in problems_of(endpoint):
        response = responses[str(problem.status)]
        content = response["content"]["application/problem+json"]
        assert f"`{problem.code}`" in response["description"]
        example = resolved(content["examples"][problem.code])["value"]
        assert example["title"] == REGISTRY[problem.code].title
        assert details_of(problem).keys() <= example.keys()
        if problem.retry_after_seconds:
            assert "Retry-After" in response["headers"]
    for response in responses.values():
        assert "Request-Id" in response["headers"]
        assert ("RateLimit" in response["headers"]) == (endpoint.permission is not None)


def test_names_are_said_once() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(names) == len(set(names)) == len(ENDPOINTS)


def test_every_permission_opens_something_and_is_declared() -> None:
    assert {endpoint.permission for endpoint in ALL} - {None, OWN} == PERMISSIONS


@pytest.mark.parametrize(
    "path", ["/v1/api-keys", "/v1/events", "/v1/quotas", "/v1/tenant", "/v1/events?limit=1"]
)
async def test_what_is_answered_is_what_is_documented(
    world: World, api: httpx.AsyncClient, path: str
) -> None:
    await world.relayed(2)

    answer = await api.get(path)

    route = path.partition("?")[0]
    described = resolved(DOCUMENT["paths"][route]["get"]["responses"][str(answer.status_code)])
    schema = described["content"]["application/json"]["schema"]
    assert faults(answer.json(), schema, DOCUMENT) == []
    assert answer.json()


async def test_the_example_of_a_body_is_taken(api: httpx.AsyncClient) -> None:
    content = DOCUMENT["paths"]["/v1/api-keys"]["post"]["requestBody"]["content"]

    answer = await api.post("/v1/api-keys", json=content["application/json"]["example"])

    assert answer.status_code == 201, answer.text


def test_functions_of_the_same_name_are_told_apart() -> None:
    def declare(path: str) -> Endpoint:
        @get(path, "tests:read")
        async def find(word: str | None = None) -> list[str]:
            """Find."""
            return [word or ""]

        return find

    document = openapi([declare("/v1/one"), declare("/v1/two")], version="0")

    for path in ("/v1/one", "/v1/two"):
        (first, *_) = document["paths"][path]["get"]["parameters"]
        assert first["$ref"] == "#/components/parameters/query.word"
    assert document["components"]["parameters"]["query.word"]["name"] == "word"


def test_pages_for_people_are_no_part_of_it() -> None:
    assert PAGES
    assert not {endpoint.path for endpoint in PAGES} & DOCUMENT["paths"].keys()


def test_what_is_said_again_and_again_is_said_once() -> None:
    size = len(msgspec.json.encode(DOCUMENT))
    said: Counter[bytes] = Counter()
    for _, _, operation in OPERATIONS:
        parts = [*operation["parameters"], *operation["responses"].values()]
        said.update(msgspec.json.encode(part) for part in parts if "$ref" not in part)

    assert size < MOST_BYTES_OF_ONE * len(OPERATIONS)
    assert [part for part, count in said.items() if count > 1] == []


def test_a_visitor_needs_no_key_and_sends_what_they_have() -> None:
    @post("/v1/notices", None)
    async def bring(visitor: Visitor) -> list[str]:
        """Bring a notice."""
        return [*visitor.headers]

    operation = openapi([bring], version="0")["paths"]["/v1/notices"]["post"]

    assert operation["security"] == []
    assert operation["requestBody"]["content"] == {"*/*": {"schema": {}}}
    names = [one.get("$ref", "").rpartition("/")[2] for one in operation["parameters"]]
    assert names == ["Guilder-Version"]


def test_a_repeated_request_may_be_answered_as_before_where_it_got_so_far() -> None:
    for endpoint in ENDPOINTS:
        for status, one in operation_of(endpoint)["responses"].items():
            of_its_own = status in {str(problem.status) for problem in endpoint.problems}
            may_come_again = endpoint.is_idempotent and (status < "400" or of_its_own)
            if "Idempotency-Replayed" in resolved(one)["headers"]:
                assert may_come_again, (endpoint.name, status)
            elif status < "400":
                assert not endpoint.is_idempotent, (endpoint.name, status)


async def test_the_bodies_of_examples_are_taken(api: httpx.AsyncClient) -> None:
    for path in ("/v1/payments", "/v1/customers", "/v1/payment-methods"):
        content = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]

        answer = await api.post(path, json=content["application/json"]["example"])

        assert answer.status_code == 201, answer.text
