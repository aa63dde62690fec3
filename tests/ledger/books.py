"""The books of one tenant, and verbs to play what happens in them."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg

from guilder import ledger
from guilder.db import Tx
from guilder.kernel import Problem, TenantId
from guilder.kernel.currency import exponents
from guilder.ledger import Account, Journal, Move
from tests.world import World

ISSUER = "G" + "A" * 55
USDC = f"USDC:{ISSUER}"
"""An asset as Stellar names it: its code, and who issued it."""

ASSET_DIGITS = 7


@dataclass(frozen=True)
class Books:
    world: World
    subject_id: UUID = field(default_factory=uuid4)

    @property
    def tenant_id(self) -> TenantId:
        return self.world.tenant_id

    async def play(self, story: str, *, unit: str = "EUR") -> list[str]:
        """Record `source → target amount why` lines; answer what each one came to.

        An account is its kind, or `kind/owner`; a line may name another unit after a colon.
        """
        return [await self._play_line(line, unit) for line in story.strip().splitlines()]

    async def _play_line(self, line: str, unit: str) -> str:
        try:
            await self.record(move(line, self.subject_id, unit=unit))
        except asyncpg.PostgresError as refused:
            return type(refused).__name__
        except Problem as problem:
            return problem.code
        return "recorded"

    async def record(self, *moves: Move, journal_id: UUID | None = None) -> UUID:
        """Enter moves as one journal, in a transaction of its own."""

        async def write(tx: Tx) -> UUID:
            journal = Journal(journal_id or await ledger.new_journal_id(tx), moves)
            await ledger.record(tx, [journal])
            return journal.id

        return await self.world.do(write)

    async def event(self, story: str, *, unit: str = "EUR") -> UUID:
        """Enter all lines of a story as one journal."""
        lines = story.strip().splitlines()
        return await self.record(*(move(line, self.subject_id, unit=unit) for line in lines))

    async def hold(self, line: str) -> UUID:
        """Keep an amount ready."""
        hold_id = uuid4()
        promise = (hold_id, move(line, self.subject_id))
        await self.world.do(lambda tx: ledger.hold(tx, [promise]))
        return hold_id

    async def take(self, hold_id: UUID, amount: str) -> str:
        """Take of a hold; answer what it came to."""
        minor = minor_of(amount, "EUR")
        try:
            await self.world.do(
                lambda tx: ledger.take(tx, hold_id, minor, journal_id=uuid4(), reason="capture")
            )
        except Problem as problem:
            return problem.code
        except asyncpg.PostgresError as refused:
            return type(refused).__name__
        return "taken"

    async def release(self, hold_id: UUID) -> None:
        await self.world.do(lambda tx: ledger.release(tx, hold_id))

    async def balances(self, unit: str = "EUR") -> dict[str, str]:
        """What every account has in a unit, as people write it."""
        return {
            name_of(one.kind, one.owner): written(one.incoming_minor - one.outgoing_minor, unit)
            for one in await self._balances(unit)
        }

    async def held(self, unit: str = "EUR") -> dict[str, str]:
        """What of each account is promised."""
        return {
            name_of(one.kind, one.owner): written(one.held_minor, unit)
            for one in await self._balances(unit)
            if one.held_minor
        }

    async def _balances(self, unit: str) -> list[ledger.Balance]:
        async with self.world.tx() as tx:
            return await ledger.balances(
                tx,
                tenant_id=self.tenant_id,
                kind=None,
                owner=None,
                unit=unit,
                after_kind=None,
                after_owner=None,
                after_unit=None,
                most=1000,
            )

    async def entries(self) -> list[ledger.Entry]:
        """All that was entered, newest first."""
        async with self.world.tx() as tx:
            return await ledger.newest_entries(
                tx,
                tenant_id=self.tenant_id,
                unit=None,
                journal_id=None,
                subject_id=None,
                before_journal=None,
                before_line=None,
                most=1000,
            )

    async def drifts(self) -> list[ledger.Drift]:
        async with self.world.tx() as tx:
            return await ledger.drifts(tx, tenant_id=self.tenant_id, most=100)


def move(line: str, subject_id: UUID, *, unit: str = "EUR") -> Move:
    """Read `source → target amount why`."""
    source, _, target, amount, *why = line.split()
    return Move(
        source=account(source),
        target=account(target),
        unit=unit,
        minor=minor_of(amount, unit),
        reason=" ".join(why) or "a move",
        subject_id=subject_id,
    )


def account(name: str) -> Account:
    """Read `kind` or `kind/owner`."""
    kind, _, owner = name.partition("/")
    return Account(kind, owner)


def name_of(kind: str, owner: str) -> str:
    return f"{kind}/{owner}" if owner else kind


def minor_of(amount: str, unit: str) -> int:
    return int(Decimal(amount).scaleb(exponents().get(unit, ASSET_DIGITS)))


def written(minor: Decimal, unit: str) -> str:
    return str(minor.scaleb(-exponents().get(unit, ASSET_DIGITS)))
