"""Metrics: what was seen of users is counted by the day, each note once."""

import asyncio

from guilder.app import System
from guilder.identity.metrics import CountActivity, count_activity
from tests.http.documents import problem
from tests.identity.people import Person, signed_up
from tests.world import World


async def days(person: Person) -> list[dict[str, object]]:
    answer = await person.client.get(f"/v1/users/{person.user_id}/metrics")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["data"]
    return found


async def test_sign_ins_and_calls_of_a_day_are_counted(system: System) -> None:
    async with signed_up(system) as person:
        for _ in range(3):
            await person.client.get("/v1/tenant")
        await system.gate.write_notes(system.pool)
        (day,) = await days(person)

    assert (day["sign_ins"], day["api_calls"]) == (1, 3)


async def test_counting_at_once_and_again_counts_each_note_once(system: System) -> None:
    async with signed_up(system) as person:
        await person.client.get("/v1/tenant")
        await system.gate.write_notes(system.pool)
        before = await days(person)
        await asyncio.gather(
            *(count_activity(system.pool, None, CountActivity()) for _ in range(4))
        )
        after = await days(person)

    assert (before[0]["sign_ins"], before[0]["api_calls"]) == (1, 1)
    assert after == before


async def test_metrics_of_who_is_no_member_are_not_there(system: System, world: World) -> None:
    async with signed_up(system) as person, world.program("*") as program:
        answer = await program.get(f"/v1/users/{person.user_id}/metrics")

    problem(answer, 404, "user_not_found")


async def test_a_stretch_of_days_has_an_order_and_an_end(system: System) -> None:
    async with signed_up(system) as person:
        place = f"/v1/users/{person.user_id}/metrics"
        backwards = await person.client.get(f"{place}?first=2026-02-01&last=2026-01-01")
        too_long = await person.client.get(f"{place}?first=2024-01-01&last=2026-01-01")

    problem(backwards, 422, "days_not_valid")
    problem(too_long, 422, "days_not_valid")
