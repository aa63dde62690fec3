"""A story is believable: it grows, has a rhythm, and nothing in it comes before its reason."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from guilder.cli.demo.people import PEOPLE
from guilder.cli.demo.shop import FOR_SALE, PRODUCTS, SHOWN_FIRST
from guilder.cli.demo.story import DAYS, LATELY, NEVER_PAID, Act, Scene, story

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 14, 0, 1, tzinfo=UTC)


def orders_in(scenes: list[Scene]) -> list[Scene]:
    visits = [scene for scene in scenes if scene.act is Act.VISIT]
    return [scene for scene in visits if scene.visit.ending not in NEVER_PAID]


@pytest.mark.parametrize("now", [NOON, MIDNIGHT])
@pytest.mark.parametrize("seed", [1637, 1, 2, 3])
def test_it_is_90_days_of_a_shop_that_grows(now: datetime, seed: int) -> None:
    scenes = story(now, seed=seed)
    orders = orders_in(scenes)

    assert 150 <= len(orders) <= 400
    assert now - timedelta(days=DAYS + 1) < scenes[0].at < now - timedelta(days=DAYS - 3)
    assert scenes[-1].at <= now - LATELY
    half = now - timedelta(days=DAYS / 2)
    assert sum(one.at > half for one in orders) > 1.2 * sum(one.at < half for one in orders)


def test_it_has_a_weekly_rhythm() -> None:
    days = Counter(
        scene.at.weekday() for seed in range(20) for scene in orders_in(story(NOON, seed=seed))
    )

    assert days.most_common(1)[0][0] == 5  # Saturday


@pytest.mark.parametrize("seed", [1637, 1, 2, 3])
def test_nothing_comes_before_its_reason(seed: int) -> None:
    happened: dict[int, list[Act]] = {}
    before = None
    for scene in story(NOON, seed=seed):
        assert before is None or before <= scene.at
        before = scene.at
        happened.setdefault(scene.visit.number, []).append(scene.act)

    reasons = {
        Act.SHIP: Act.VISIT,
        Act.DELIVER: Act.SHIP,
        Act.CANCEL: Act.VISIT,
        Act.REFUND: Act.SHIP,
        Act.REFUND_A_PART: Act.SHIP,
        Act.ANNOUNCE_RETURN: Act.DELIVER,
        Act.RECEIVE_RETURN: Act.ANNOUNCE_RETURN,
    }
    for acts in happened.values():
        assert acts[0] is Act.VISIT
        assert all(acts.index(reasons[act]) < acts.index(act) for act in acts[1:])


def test_all_that_can_happen_does() -> None:
    scenes = story(NOON)

    assert {scene.act for scene in scenes} == set(Act)
    assert {PEOPLE[scene.visit.buyer].currency for scene in scenes} == {"EUR", "USD", "GBP"}


def test_it_is_told_the_same_again() -> None:
    assert story(NOON) == story(NOON)


def test_what_is_bought_is_sold() -> None:
    skus = {variant["sku"] for product in PRODUCTS for variant in product["variants"]}

    assert skus > FOR_SALE.keys()
    assert SHOWN_FIRST in FOR_SALE
