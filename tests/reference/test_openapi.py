"""The OpenAPI document says all that there is to know, and nothing that is not so."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from guilder.app import PACKAGES
from guilder.http import Endpoint, details_of, get, problems_of
from guilder.kernel.problem import REGISTRY
from guilder.reference import openapi
from tests.reference.schemas import faults, resolve
from tests.world import World

ENDPOINTS = [endpoint for package in PACKAGES for endpoint in package.endpoints]
PERMISSIONS = {permission for package in PACKAGES for permission in package.permissions}
DOCUMENT = openapi(ENDPOINTS, version="1.2.3")
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
        examples = [one["value"] for one in node.get("examples", {}).values()]
        examples += [node["example"]] if "example" in node else []
        for example in examples:
            assert faults(example, node["schema"], DOCUMENT) == []
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_an_endpoint_is_documented_whole(endpoint: Endpoint) -> None:
    operation = operation_of(endpoint)
    parameters = [
        resolve(DOCUMENT, one["$ref"]) if "$ref" in one else one for one in operation["parameters"]
    ]
    places = {(one["in"], one["name"]): one for one in parameters}

    assert operation["operationId"] == endpoint.name
    assert operation["summary"].endswith(".")
    assert operation["security"] == [{"key": [endpoint.permission]}]
    for name in endpoint.path_types:
        assert places["path", name]["required"] is True
    query = endpoint.query_type.__struct_fields__ if endpoint.query_type else ()
    assert {name for place, name in places if place == "query"} == set(query)
    assert (("header", "Idempotency-Key") in places) == (endpoint.method == "POST")
    assert (("header", "Last-Event-ID") in places) == endpoint.is_stream
    assert ("requestBody" in operation) == (endpoint.body_type is not None)
    for one in parameters:
        assert "null" not in str(one["schema"])


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_every_problem_of_an_endpoint_is_documented(endpoint: Endpoint) -> None:
    responses = operation_of(endpoint)["responses"]

    for problem in problems_of(endpoint):
        response = responses[str(problem.status)]
        content = response["content"]["application/problem+json"]
        assert f"`{problem.code}`" in response["description"]
        example = content["examples"][problem.code]["value"]
        assert example["title"] == REGISTRY[problem.code].title
        assert details_of(problem).keys() <= example.keys()
        if problem.retry_after_seconds:
            assert "Retry-After" in response["headers"]
    for response in responses.values():
        assert {"Request-Id", "RateLimit"} <= response["headers"].keys()


def test_names_are_said_once() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(names) == len(set(names)) == len(ENDPOINTS)


def test_every_permission_opens_something_and_is_declared() -> None:
    assert {endpoint.permission for endpoint in ENDPOINTS} == PERMISSIONS


@pytest.mark.parametrize(
    "path", ["/v1/api-keys", "/v1/events", "/v1/quotas", "/v1/tenant", "/v1/events?limit=1"]
)
async def test_what_is_answered_is_what_is_documented(
    world: World, api: httpx.AsyncClient, path: str
) -> None:
    await world.relayed(2)

    answer = await api.get(path)

    route = path.partition("?")[0]
    described = DOCUMENT["paths"][route]["get"]["responses"][str(answer.status_code)]
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
        names = [one.get("name") for one in document["paths"][path]["get"]["parameters"]]
        assert names[0] == "word"
