"""Troubles: what does not go on by itself, and what a merchant does about it."""

from datetime import datetime
from typing import Final

import msgspec

from guilder import events, jobs
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .failing import Failing, What
from .words import counted_told, day_told

OPERATORS: Final = "tenant:write"
"""What somebody has to hold to be told of work that was given up: they answer for the tenant, and
turn to whoever runs the system. Whoever sends parcels could only wonder."""


class Counted(msgspec.Struct, frozen=True):
    """How much of each trouble there is."""

    disputes: int
    evidence_due_at: datetime | None
    differing_gateways: int
    returns: int
    unshipped_orders: int


class Trouble(msgspec.Struct, frozen=True):
    """A trouble in words: how much of it, what to do, and where that is described or typed."""

    kind: str
    told: str
    advice: str
    link: tuple[str, str] | None = None
    command: str | None = None


async def troubles(tx: Tx, found: list[Failing], *, with_payments: bool) -> list[Trouble]:
    """What needs somebody: first where money is at stake, then who waits, then what is behind."""
    counted = await counted_of(tx, tenant_id=tx.tenant_id)
    of_payments = _of_payments(counted, found) if with_payments else []
    is_operator = tx.actor is not None and tx.actor.allows(OPERATORS)
    of_work = await _of_work(tx) if is_operator else []
    return [*of_payments, *_of_orders(counted), *of_work]


def _of_payments(counted: Counted, found: list[Failing]) -> list[Trouble]:
    refunds = sum(one.what is What.REFUND for one in found)
    payments = sum(one.what is What.PAYMENT for one in found)
    told = []
    if counted.disputes:
        due = counted.evidence_due_at
        by = f" The first is due on {day_told(due.date())}." if due else ""
        told.append(
            Trouble(
                "wrong",
                counted_told(counted.disputes, "open dispute"),
                f"Tell the bank your side, with evidence.{by}",
                ("/docs#answer-dispute", "How to answer"),
            )
        )
    if refunds:
        told.append(
            Trouble(
                "wrong",
                f"{counted_told(refunds, 'refund')} failed in the last week",
                "The buyer does not have the money. Refund again, or pay it back another way.",
                ("#failing", "See which"),
            )
        )
    if counted.differing_gateways:
        told.append(
            Trouble(
                "wrong",
                f"{counted_told(counted.differing_gateways, 'gateway')} and our books differ",
                "Compare what both say of the days in question.",
                ("/docs#show-reconciliation", "How to look"),
            )
        )
    if payments:
        told.append(
            Trouble(
                "wait",
                f"{counted_told(payments, 'payment')} failed in the last day",
                "Nothing was taken. The buyer can try again, or pay in another way.",
                ("#failing", "See which"),
            )
        )
    return told


def _of_orders(counted: Counted) -> list[Trouble]:
    told = []
    if counted.unshipped_orders:
        told.append(
            Trouble(
                "wait",
                f"{counted_told(counted.unshipped_orders, 'order')} not sent for over two days",
                "Send what was paid for, and say so.",
                ("/docs#create-fulfilment", "How to say so"),
            )
        )
    if counted.returns:
        told.append(
            Trouble(
                "wait",
                f"{counted_told(counted.returns, 'return')} announced",
                "Take them back when they arrive, or reject them.",
                ("/docs#receive-return", "How to take them back"),
            )
        )
    return told


async def _of_work(tx: Tx) -> list[Trouble]:
    """What was left after many attempts. Only who runs the system can mend its cause."""
    told = []
    if dead := await jobs.given_up(tx):
        told.append(
            Trouble(
                "wait",
                f"{counted_told(dead, 'task')} given up after many attempts",
                "Whoever runs this system sees why, and has them done again:",
                command="guilder jobs list --status dead",
            )
        )
    if aside := await events.put_aside(tx, tenant_id=tx.tenant_id):
        told.append(
            Trouble(
                "wait",
                f"{counted_told(aside, 'event')} put aside after many attempts",
                "Whoever runs this system sees why, and hands them over again:",
                command="guilder events skipped",
            )
        )
    return told


@sql
async def counted_of(tx: Tx, *, tenant_id: TenantId) -> Counted: ...
