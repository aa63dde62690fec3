"""Reactions: what became of a payment's refund becomes its order's, in the same transaction.

Whoever gave the money back, and wherever: the order follows.
"""

from collections.abc import Sequence

from guilder import payments
from guilder.checkout.orders import held_order
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments import PaymentId, PaymentRefunded, PaymentRefundFailed

from .following import follow


def may_be_of_an_order(_: Tx, fact: PaymentRefunded | PaymentRefundFailed) -> bool:
    """Whether a payment names an order; whether it is one of ours is seen in the orders."""
    return fact.data.order_id is not None


async def follow_what_was_refunded(
    tx: Tx, facts: Sequence[PaymentRefunded | PaymentRefundFailed]
) -> None:
    """Bring the orders of these payments to where their payments are by now.

    One by one: a transaction seldom moves several payments, and each is held before its order.
    """
    for payment_id in sorted({PaymentId(fact.object_id) for fact in facts}):
        order_id = await find_order_of(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
        if order_id is not None:
            payment = await payments.locked(tx, payment_id)
            await follow(tx, await held_order(tx, order_id), payment)


@sql
async def find_order_of(
    tx: Tx, *, tenant_id: TenantId, payment_id: PaymentId
) -> OrderId | None: ...
