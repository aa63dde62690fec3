"""Which gateways a page of ours can offer to a buyer."""

from collections.abc import Callable
from typing import Final

from guilder.db import Tx
from guilder.kernel import Money
from guilder.payments.gateways.paypal.amounts import refusal_of
from guilder.payments.gateways.stripe.amounts import is_payable

from .routing import SANDBOX, routing_map

TAKEN_BY: Final[dict[str, Callable[[Money], bool]]] = {
    "stripe": is_payable,
    "paypal": lambda amount: refusal_of(amount) is None,
}
"""Who has pages of their own for buyers, and what amounts they take there."""


async def gateways_for_buyers(tx: Tx, amount: Money, *, is_live: bool) -> list[str]:
    """The gateways at which a buyer can pay with nothing but a browser, in the tenant's order.

    The sandbox is offered alone: beside a gateway that takes money, everybody could pay with
    its test cards.
    """
    known = await routing_map(tx, tenant_id=tx.tenant_id)
    takes_money = [account for account in known.accounts if account.name != SANDBOX]
    closed = {account.name for account in known.accounts if not account.is_enabled}
    if not is_live or not takes_money:
        return [] if SANDBOX in closed else [SANDBOX]
    return [name for name in known.enabled if name in TAKEN_BY and TAKEN_BY[name](amount)]
