"""Intake: payments come in, in any number, each judged on its own.

What can be answered at once is done in the same transaction: the payment, the
movement at the gateway, the ledger and the fact. What has to wait for a gateway
is written down as an open attempt, and carried out after the commit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from guilder.customers import CustomerId, known_customers
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .books import book_authorizations, book_captures
from .draft import Draft, Known, NewPayment, draft
from .events import tell
from .followups import expire_later, settle_later
from .gateways import AttemptId, Done, enter_charges, hold_accounts
from .methods import known_methods
from .payment import Payment, PaymentId, PaymentStatus
from .routing import SANDBOX, Account, Map, Rule
from .transaction import Transaction

SAME: Final = (
    "amount_minor", "currency", "capture", "order_id", "customer_id", "user_id", "description",
    "metadata", "payment_method_id", "payment_method_token", "is_off_session", "country",
    "return_url",
)  # fmt: skip
"""What two requests for one payment have in common."""


class PaymentKeyReused(Problem, status=422):
    """This key was used for another payment, which holds it as long as it has not failed."""

    payment_id: PaymentId


class PaymentKeyBusy(Problem, status=409, retry_after_seconds=1):
    """Another payment with this key has just come to its end: ask again."""


class Taken(msgspec.Struct, frozen=True):
    """A payment that came in, and the attempt that has to be carried out, if there is one."""

    payment: Payment
    attempt_id: AttemptId | None = None


class Desk(msgspec.Struct, frozen=True):
    """What intake needs of the tenant, the time, and fresh ids."""

    accounts: list[Account]
    rules: list[Rule]
    statement_descriptor: str | None
    now: datetime
    ids: list[UUID]


async def create_payments(tx: Tx, asked: Sequence[NewPayment]) -> list[Taken | Problem]:
    """Take payments in. What is wrong with one is nothing to the others."""
    desk = await intake_desk(tx, tenant_id=tx.tenant_id, count=2 * len(asked))
    known = await _what_is_known(tx, asked, desk)
    judged = [
        _judge(new, known, desk.ids[2 * place : 2 * place + 2]) for place, new in enumerate(asked)
    ]
    drafts = [one for one in judged if isinstance(one, Draft)]
    if not await _hold_gateways(tx, drafts):
        return await create_payments(tx, asked)
    written = await _write(tx, drafts)
    sound = [one for one in drafts if one.payment.id in written]
    await _follow_up(tx, sound)
    return [
        one
        if isinstance(one, Problem)
        else _taken(one)
        if one.payment.id in written
        else await _earlier(tx, one.payment)
        for one in judged
    ]


def _judge(new: NewPayment, known: Known, ids: Sequence[UUID]) -> Draft | Problem:
    try:
        return draft(new, known, ids)
    except Problem as problem:
        return problem


def _taken(written: Draft) -> Taken:
    is_open = written.charge is not None and written.outcome is None
    return Taken(written.payment, written.charge.id if written.charge and is_open else None)


async def _what_is_known(tx: Tx, asked: Sequence[NewPayment], desk: Desk) -> Known:
    customer_ids = {new.customer_id for new in asked if new.customer_id is not None}
    method_ids = {new.saved_method_id for new in asked if new.saved_method_id is not None}
    customers: list[CustomerId] = []
    methods = {}
    if customer_ids:
        customers = await known_customers(tx, tenant_id=tx.tenant_id, ids=list(customer_ids))
    if method_ids:
        found = await known_methods(tx, tenant_id=tx.tenant_id, ids=list(method_ids))
        methods = {method.id: method for method in found}
    return Known(
        map=Map(desk.accounts, desk.rules),
        customers=frozenset(customers),
        methods=methods,
        statement_descriptor=desk.statement_descriptor,
        actor=str(tx.actor or ""),
        is_live=tx.actor is None or tx.actor.is_live,
        now=desk.now,
    )


async def _hold_gateways(tx: Tx, drafts: Sequence[Draft]) -> bool:
    """Keep the gateways of new attempts where they are; False: one was just taken away."""
    names = {
        one.payment.gateway for one in drafts if one.payment.gateway and _taken(one).attempt_id
    }
    if not names:
        return True
    held = await hold_accounts(tx, tenant_id=tx.tenant_id, names=list(names))
    return names <= {SANDBOX, *held}


async def _follow_up(tx: Tx, written: Sequence[Draft]) -> None:
    """Enter what moved, tell what happened, and see to it that nothing stays open."""
    charges = [(one.charge, one.outcome) for one in written if one.charge and one.outcome]
    if charges:
        await enter_charges(tx, charges)
    done = [
        (one.payment, one.charge.id, one.outcome.fee_minor)
        for one in written
        if one.charge and isinstance(one.outcome, Done)
    ]
    await book_captures(tx, [one for one in done if one[0].captured_minor])
    await book_authorizations(tx, [one[:2] for one in done if not one[0].captured_minor])
    for one in written:
        tell(tx, one.payment)
    await settle_later(tx, [one.charge.id for one in written if one.charge and not one.outcome])
    await expire_later(tx, [one.payment for one in written])


async def _earlier(tx: Tx, refused: Payment) -> Taken | Problem:
    """The payment that holds the key of one that was not written: the same, or another."""
    holder = await holder_of_key(
        tx,
        tenant_id=tx.tenant_id,
        scope=str(refused.user_id or refused.created_by),
        idempotency_key=refused.idempotency_key,
        order_id=refused.order_id,
        request_identifier=refused.request_identifier,
    )
    if holder is None:
        return PaymentKeyBusy()
    is_same = all(getattr(holder, name) == getattr(refused, name) for name in SAME)
    is_left_pending = holder.status is PaymentStatus.PENDING is not refused.status
    if not is_same or is_left_pending:
        return PaymentKeyReused(payment_id=holder.id)
    return Taken(holder)


async def _write(tx: Tx, drafts: Sequence[Draft]) -> set[PaymentId]:
    if not drafts:
        return set()
    attempts = [attempt for one in drafts if (attempt := one.attempt)]
    written = await insert_payments(tx, payments=[one.payment for one in drafts], attempts=attempts)
    return set(written)


@sql
async def intake_desk(tx: Tx, *, tenant_id: TenantId, count: int) -> Desk: ...


@sql
async def insert_payments(
    tx: Tx, *, payments: list[Payment], attempts: list[Transaction]
) -> list[PaymentId]: ...


@sql
async def holder_of_key(
    tx: Tx,
    *,
    tenant_id: TenantId,
    scope: str,
    idempotency_key: str | None,
    order_id: str | None,
    request_identifier: str | None,
) -> Payment | None: ...
