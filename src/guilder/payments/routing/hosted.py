"""Which gateways a page of ours can offer to a buyer."""

from typing import Final

from guilder.db import Tx
from guilder.kernel import Money
from guilder.payments.gateways.paypal.amounts import refusal_of

from .routing import SANDBOX, routing_map

PAYPAL: Final = "paypal"


async def gateways_for_buyers(tx: Tx, amount: Money, *, is_live: bool) -> list[str]:
    """The gateways at which a buyer can pay with nothing but a browser.

    The sandbox is offered alone: beside a gateway that takes money, everybody could pay with
    its test cards. Stripe's adapter needs a token that Stripe's own script makes, so it is not
    among them.
    """
    known = await routing_map(tx, tenant_id=tx.tenant_id)
    takes_money = [account for account in known.accounts if account.name != SANDBOX]
    closed = {account.name for account in known.accounts if not account.is_enabled}
    if not is_live or not takes_money:
        return [] if SANDBOX in closed else [SANDBOX]
    return [PAYPAL] if PAYPAL in known.enabled and refusal_of(amount) is None else []
