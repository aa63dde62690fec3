"""Stories: payments as the overview lists them, each with all that happened to it."""

from typing import Final

import msgspec

from guilder.db import Tx
from guilder.payments import Moment, Payment, newest_payments, payments_by_ids, timelines

from .failing import Failing, What, shares

MOST_FAILING: Final = 8
MOST_RECENT: Final = 8

ADVICE: Final = {
    What.DISPUTE: (
        "The buyer objects at their bank. Tell the bank your side, with evidence.",
        ("/docs#answer-dispute", "How to answer"),
    ),
    What.REFUND: (
        "The buyer does not have this money back. Refund it again, or pay it back another way.",
        ("/docs#refund-payment", "How to refund"),
    ),
    What.PAYMENT: (
        "Nothing was taken. The buyer can try again, or pay in another way.",
        None,
    ),
}
"""What a merchant does about it."""


class Story(msgspec.Struct, frozen=True):
    """A payment, all that happened to it, and what is the matter with it, if anything."""

    payment: Payment
    moments: list[Moment]
    failing: Failing | None = None


class Stories(msgspec.Struct, frozen=True):
    """Payments that need somebody, out of so many, and the newest of the others."""

    failing: list[Story]
    of_failing: int
    recent: list[Story]


async def stories(tx: Tx, found: list[Failing]) -> Stories:
    """What needs somebody, and the newest of the others."""
    reasons = {one.payment_id: one for one in shares(found, most=MOST_FAILING)}
    known = {
        one.id: one
        for one in await payments_by_ids(tx, tenant_id=tx.tenant_id, payment_ids=list(reasons))
    }
    failing = [known[payment_id] for payment_id in reasons]
    newest = await _newest(tx, MOST_RECENT + len(failing))
    recent = [one for one in newest if one.id not in known][:MOST_RECENT]
    moments = await timelines(tx, [*failing, *recent])
    return Stories(
        [Story(one, moments[one.id], reasons[one.id]) for one in failing],
        len({one.payment_id for one in found}),
        [Story(one, moments[one.id]) for one in recent],
    )


async def _newest(tx: Tx, most: int) -> list[Payment]:
    return await newest_payments(
        tx,
        tenant_id=tx.tenant_id,
        status=None,
        order_id=None,
        user_id=None,
        customer_ids=None,
        gateway=None,
        intent=None,
        created_from=None,
        created_before=None,
        before_at=None,
        before_id=None,
        most=most,
    )
