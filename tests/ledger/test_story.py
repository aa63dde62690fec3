"""Whatever is recorded, taken, released and reversed, in any order: it all sums to zero."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from guilder import ledger
from guilder.db import Pool, Tx, open_pool, tenant_transaction
from guilder.kernel import TenantId
from guilder.ledger import Account, AlreadyReversed, HoldTooSmall, Journal, Move

NAMES = [Account("customer", "ada"), Account("customer"), Account("gateway", "x"), Account("fees")]
UNITS = ["EUR", "JPY", "USDC:G" + "A" * 55]
AMOUNTS = st.integers(1, 10**15)


@st.composite
def moves(draw: st.DrawFn) -> Move:
    source, target = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True))
    return Move(
        source=source,
        target=target,
        unit=draw(st.sampled_from(UNITS)),
        minor=draw(AMOUNTS),
        reason="a move",
        subject_id=uuid4(),
    )


class Story(RuleBasedStateMachine):
    """A ledger, and beside it a plain counter of what every account should have."""

    journals = Bundle("journals")
    holds = Bundle("holds")
    run: Callable[[Awaitable[Any]], Any]
    pool: Pool

    @initialize()
    def begin(self) -> None:
        self.tenant_id = TenantId(uuid4())
        self.expected: Counter[tuple[str, str, str]] = Counter()
        self.entered: dict[UUID, tuple[Move, ...]] = {}
        self.reversed: set[UUID] = set()
        self.left: dict[UUID, tuple[Move, int]] = {}

    def do(self, verb: Callable[[Tx], Awaitable[Any]]) -> Any:
        async def in_transaction() -> Any:
            async with tenant_transaction(self.pool, self.tenant_id) as tx:
                return await verb(tx)

        return self.run(in_transaction())

    def expect(self, journal_id: UUID, story: tuple[Move, ...]) -> UUID:
        self.entered[journal_id] = story
        for one in story:
            self.expected[one.source.kind, one.source.owner, one.unit] -= one.minor
            self.expected[one.target.kind, one.target.owner, one.unit] += one.minor
        return journal_id

    @rule(target=journals, story=st.lists(moves(), min_size=1, max_size=4))
    def record(self, story: list[Move]) -> UUID:
        journal = Journal(uuid4(), tuple(story))
        self.do(lambda tx: ledger.record(tx, [journal]))
        return self.expect(journal.id, journal.moves)

    @rule(target=journals, wrong=moves(), minor=st.integers(-5, 0), first=moves())
    def record_what_is_refused(self, wrong: Move, minor: int, first: Move) -> Any:
        broken = replace(wrong, minor=minor)
        try:
            self.do(lambda tx: ledger.record(tx, [Journal(uuid4(), (first, broken))]))
        except asyncpg.CheckViolationError:
            return multiple()
        raise AssertionError("it was not refused")

    @rule(target=journals, journal_id=journals)
    def reverse(self, journal_id: UUID) -> Any:
        try:
            reversal = self.do(lambda tx: ledger.reverse(tx, journal_id, reason="undone"))
        except AlreadyReversed:
            assert journal_id in self.reversed
            return multiple()
        assert journal_id not in self.reversed
        self.reversed.add(journal_id)
        return self.expect(
            reversal,
            tuple(_mirrored(one) for one in self.entered[journal_id]),
        )

    @rule(target=holds, promise=moves())
    def hold(self, promise: Move) -> UUID:
        hold_id = uuid4()
        self.do(lambda tx: ledger.hold(tx, [(hold_id, promise)]))
        self.left[hold_id] = promise, promise.minor
        return hold_id

    @rule(target=journals, hold_id=holds, minor=AMOUNTS | st.integers(1, 3))
    def take(self, hold_id: UUID, minor: int) -> Any:
        promise, left = self.left[hold_id]
        journal_id = uuid4()
        try:
            self.do(
                lambda tx: ledger.take(tx, hold_id, minor, journal_id=journal_id, reason="taken")
            )
        except HoldTooSmall as refused:
            is_right = refused.available_minor == left < minor
            assert is_right
            return multiple()
        assert minor <= left
        self.left[hold_id] = promise, left - minor
        return self.expect(journal_id, (replace(promise, minor=minor),))

    @rule(hold_id=consumes(holds))
    def release(self, hold_id: UUID) -> None:
        self.do(lambda tx: ledger.release(tx, hold_id))
        self.left[hold_id] = self.left[hold_id][0], 0

    @invariant()
    def the_balances_are_what_was_entered(self) -> None:
        if not hasattr(self, "left"):
            return
        found = self.do(self._balances)
        balance = {
            (one.kind, one.owner, one.unit): one.incoming_minor - one.outgoing_minor
            for one in found
        }
        assert balance == {name: self.expected[name] for name in balance}
        assert {name for name, minor in self.expected.items() if minor} <= balance.keys()
        held: Counter[tuple[str, str, str]] = Counter()
        for promise, left in self.left.values():
            held[promise.source.kind, promise.source.owner, promise.unit] += left
        assert {(o.kind, o.owner, o.unit): o.held_minor for o in found} == {
            name: held[name] for name in balance
        }

    async def _balances(self, tx: Tx) -> list[ledger.Balance]:
        return await ledger.balances(
            tx,
            tenant_id=self.tenant_id,
            kind=None,
            owner=None,
            unit=None,
            after_kind=None,
            after_owner=None,
            after_unit=None,
            most=100,
        )

    def teardown(self) -> None:
        """In each unit it sums to zero, and each balance is the sum of its entries."""
        lines = self.do(lambda tx: ledger.trial_balance(tx, tenant_id=self.tenant_id))
        sums: Counter[str] = Counter()
        for line in lines:
            sums[line.unit] += line.incoming_minor - line.outgoing_minor
        assert set(sums.values()) <= {0}
        assert self.do(lambda tx: ledger.drifts(tx, tenant_id=self.tenant_id, most=10)) == []


def _mirrored(one: Move) -> Move:
    return replace(one, source=one.target, target=one.source)


def test_every_story_sums_to_zero(app_url: str) -> None:
    """Hypothesis is not asynchronous, so this test has a loop and a connection of its own."""
    with asyncio.Runner() as runner:
        pool = runner.run(open_pool(app_url, size=1, name="guilder ledger story"))
        told = type("ToldStory", (Story,), {"run": staticmethod(runner.run), "pool": pool})
        try:
            run_state_machine_as_test(
                told,
                settings=settings(
                    max_examples=20,
                    stateful_step_count=15,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(pool.close())
