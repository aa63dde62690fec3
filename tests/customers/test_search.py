"""Search: by the beginnings of the words of name and e-mail, through indexes."""

from typing import Any

import httpx
import pytest

from guilder.customers.search import BEYOND, words_in
from guilder.db import STATEMENTS
from tests.customers.people import posted
from tests.http.documents import pointers, problem
from tests.payments.till import Till
from tests.world import World

WIDE = "\uff37\uff49\uff44\uff45 Lady"
PEOPLE = {
    "Ada Lovelace": "ada@example.com",
    "Adam Smith": "smith@wealth.example",
    "José Núñez-Åberg": "jose.nunez@correo.example",
    "Straße Weiß": "weiss@example.com",
    "李小龍": "bruce_lee@example.com",
    WIDE: None,
}


async def found(api: httpx.AsyncClient, search: str, **further: Any) -> list[str]:
    answer = await api.get("/v1/customers", params={"search": search, **further})
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["data"]]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("ada", ["Adam Smith", "Ada Lovelace"]),
        ("ADA love", ["Ada Lovelace"]),
        ("love ada", ["Ada Lovelace"]),
        ("lovelace smith", []),
        ("ada ada", ["Adam Smith", "Ada Lovelace"]),
        ("ovelace", []),
        ("ada@example.com", ["Ada Lovelace"]),
        ("love@exam", ["Ada Lovelace"]),
        ("smith@", ["Adam Smith"]),
        ("wealth", ["Adam Smith"]),
        ("jose", ["José Núñez-Åberg"]),
        ("JOSÉ aberg", ["José Núñez-Åberg"]),
        ("nunez", ["José Núñez-Åberg"]),
        ("strasse", ["Straße Weiß"]),
        ("李", ["李小龍"]),
        ("bruce lee", ["李小龍"]),
        ("wide", [WIDE]),
        ("l", [WIDE, "李小龍", "Ada Lovelace"]),
        ("%", []),
        ("_", []),
        ("' or 1=1 --", []),
        (BEYOND, []),
    ],
)
async def test_every_word_has_to_begin_one_of_theirs(
    api: httpx.AsyncClient, search: str, names: list[str]
) -> None:
    for name, email in PEOPLE.items():
        await posted(api, name=name, email=email)

    assert await found(api, search) == names


async def test_a_customer_is_found_by_what_they_are_called_now(api: httpx.AsyncClient) -> None:
    ada = await posted(api, name="Ada Byron", email="byron@example.com")

    await api.patch(f"/v1/customers/{ada['id']}", json={"name": "Ada King", "email": None})

    assert await found(api, "byron") == []
    assert await found(api, "king") == await found(api, "ada") == ["Ada King"]


async def test_pages_of_a_search_neither_skip_nor_repeat(api: httpx.AsyncClient) -> None:
    names = [f"Ada {number}" for number in range(5)]
    for name in names:
        await posted(api, name=name)
        await posted(api, name="Bob")
    first = (await api.get("/v1/customers?search=ada&limit=3")).json()
    await posted(api, name="Ada the latest")
    cursor = first["next_cursor"]

    rest = (await api.get(f"/v1/customers?search=ada&limit=3&cursor={cursor}")).json()

    assert [one["name"] for one in first["data"] + rest["data"]] == names[::-1]
    elsewhere = await api.get(f"/v1/customers?search=bob&limit=3&cursor={cursor}")
    problem(elsewhere, 400, "cursor_not_valid")


async def test_an_email_and_words_are_looked_for_together(api: httpx.AsyncClient) -> None:
    await posted(api, name="Ada", email="ada@example.com")
    await posted(api, name="Ada", email="other@example.com")

    assert await found(api, "ada", email="ADA@example.com") == ["Ada"]
    assert await found(api, "bob", email="ADA@example.com") == []


async def test_other_tenants_are_not_found(api: httpx.AsyncClient, other: World) -> None:
    await posted(api, name="Ada")

    async with other.program("customers:read") as stranger:
        assert await found(stranger, "ada") == []


@pytest.mark.parametrize("search", ["", "x" * 201])
async def test_a_search_that_cannot_be_is_refused(api: httpx.AsyncClient, search: str) -> None:
    refused = await api.get("/v1/customers", params={"search": search})

    assert pointers(problem(refused, 422, "invalid_request")) == ["search"]


def test_words_are_short_and_named_once() -> None:
    assert words_in("Ada ada ÁDA", None, "x" * 300) == ["ada", "x" * 100]


MANY = """
    insert into customers.customer (tenant_id, email, name)
    select $1, 'person' || number || '@example.com', 'Person ' || number
    from generate_series(1, 4000) as number
"""
WORDS = """
    insert into customers.search_word (tenant_id, word, customer_id)
    select tenant_id, 'person' || substr(name, 8), id from customers.customer where tenant_id = $1
    union all
    select tenant_id, word, id from customers.customer, unnest(array['person', 'example']) as word
    where tenant_id = $1
"""


@pytest.fixture
async def busy(till: Till) -> Till:
    """A tenant with so many customers that to read them all would be a mistake."""
    await till.owner.execute(MANY, till.world.tenant_id)
    await till.owner.execute(WORDS, till.world.tenant_id)
    await till.owner.execute("analyze customers.customer, customers.search_word")
    return till


async def plan_of(till: Till, name: str, **given: Any) -> str:
    """How PostgreSQL goes about a statement for the application, under row security."""
    (statement,) = [one for one in STATEMENTS if one.name == name and "customers" in str(one.path)]
    given |= {"tenant_id": till.world.tenant_id}
    absent = frozenset(each for each in statement.conditions if given[each] is None)
    text, params = statement.text(absent)
    async with till.world.tx() as tx:
        rows = await tx.fetch(f"explain {text}", *[given[each] for each in params])
    return "\n".join(row[0] for row in rows)


async def test_an_email_is_looked_up_in_its_index(busy: Till) -> None:
    by_email = {"email": "person7@example.com"}

    for plan in (
        await plan_of(busy, "customer_with_email", **by_email),
        await plan_of(busy, "newest_customers", **by_email, before=None, most=21),
    ):
        assert "Seq Scan" not in plan
        condition = plan.partition("Index Cond:")[2].partition("\n")[0]
        assert "email_folded =" in condition, plan


async def test_a_rare_word_is_looked_up_in_its_index(busy: Till) -> None:
    plan = await plan_of(
        busy,
        "customers_with_words",
        rarest="person77",
        beyond_rarest=f"person77{BEYOND}",
        others=["person"],
        beyond_others=[f"person{BEYOND}"],
        email=None,
        before=None,
        most=21,
    )

    assert "Seq Scan" not in plan
    assert "word >= 'person77'" in plan, plan
    assert "word < 'person77" in plan
