"""A profile holds what its table can hold, and says so before it comes there."""

from typing import Any

import pytest

from tests.http.documents import problem
from tests.identity.people import Person


@pytest.mark.parametrize(
    "change",
    [
        {"username": "wilma\n"},
        {"phone_number": "+31 20 123 4567\n"},
        {"profile": {"avatar_url": "https://tulips.example/w.png\nx"}},
    ],
)
async def test_a_line_end_is_part_of_nothing(person: Person, change: dict[str, Any]) -> None:
    answer = await person.client.patch("/v1/me", json=change)

    problem(answer, 422, "invalid_request")
