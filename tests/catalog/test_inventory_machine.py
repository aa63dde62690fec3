"""Whatever is done in any order: nothing is negative, and reserved is the sum of what is held."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from guilder.catalog import VariantId
from guilder.catalog.inventory import StockTooLow
from tests.catalog.shelf import Shelf

FEW = st.integers(1, 4)


class Story:
    """The stock of one variant, moved step by step from a thread of its own."""

    def __init__(self, shelf: Shelf, loop: asyncio.AbstractEventLoop, *, backorder: bool) -> None:
        self.shelf = shelf
        self._loop = loop
        self.backorder = backorder
        self.variant: VariantId = self.do(shelf.variant(5, backorder=backorder))

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


def machine_of(shelf: Shelf, loop: asyncio.AbstractEventLoop) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        holders = Bundle("holders")

        def __init__(self) -> None:
            super().__init__()
            self.story = Story(shelf, loop, backorder=False)
            self.sold: dict[UUID, int] = {}
            self.held: dict[UUID, int] = {}
            self.asked: dict[UUID, int] = {}
            self.adjusted = 5

        @rule(target=holders, quantity=FEW)
        def reserve(self, quantity: int) -> UUID:
            holder = uuid4()
            self.asked[holder] = quantity
            if self.story.do(shelf.reserve({self.story.variant: quantity}, holder)) is None:
                self.held[holder] = quantity
            return holder

        @rule(holder=holders)
        def release(self, holder: UUID) -> None:
            self.story.do(shelf.release(holder))
            self.held.pop(holder, None)

        @rule(holder=holders)
        def sell(self, holder: UUID) -> None:
            quantity = self.asked[holder]
            outcome = self.story.do(shelf.sell({self.story.variant: quantity}, holder))
            assert outcome is None or holder not in self.held
            if outcome is None:
                self.held.pop(holder, None)
                self.sold[holder] = quantity

        @rule(delta=st.integers(-4, 4).filter(bool))
        def adjust(self, delta: int) -> None:
            try:
                self.story.do(shelf.adjust(self.story.variant, delta))
            except StockTooLow:
                return
            self.adjusted += delta

        @invariant()
        def agrees(self) -> None:
            on_hand, reserved, backordered = self.story.do(shelf.numbers(self.story.variant))
            assert reserved == sum(self.held.values())
            assert on_hand == self.adjusted - sum(self.sold.values())
            assert 0 <= reserved <= on_hand
            assert backordered == 0

    return Machine


async def test_any_story_of_stock_agrees_with_itself(shelf: Shelf) -> None:
    machine = machine_of(shelf, asyncio.get_running_loop())
    limits = settings(
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    await asyncio.to_thread(run_state_machine_as_test, machine, settings=limits)
