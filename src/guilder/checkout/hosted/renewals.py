"""Renewals: a handoff never changes, so what a buyer changes at the page makes another one.

The cart is changed, priced anew and handed over again by the same verbs as over the API. The
handoff before is closed, and its page leads on to the new one.
"""

from collections.abc import Callable

import msgspec

from guilder.checkout.carts import (
    CartChanges,
    CodeReason,
    cart_by_id,
    change_cart,
    shown_cart,
)
from guilder.checkout.sessions import NewSession, Session, Signers, open_sessions
from guilder.customers import Address, known_customers
from guilder.db import Tx
from guilder.kernel import Problem

Codes = Callable[[list[str]], list[str]]


class CodeNotTaken(Problem, status=422):
    """This code takes nothing off."""

    reason: CodeReason


class NoWayThere(Problem, status=422):
    """Nothing is sent to this address."""


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different."""

    add_code: str | None = None
    remove_code: str | None = None
    email: str | None = None
    name: str | None = None
    shipping_address: Address | None = None


async def renew(tx: Tx, signers: Signers, *, session: Session, renewal: Renewal) -> Session:
    """Hand a cart over anew, with what its buyer wants to have different."""
    await _change_cart(tx, session, renewal)
    known = session.known_buyer
    customer_id = session.customer_id
    if customer_id is not None:
        named = await known_customers(tx, tenant_id=tx.tenant_id, ids=[customer_id])
        customer_id = customer_id if named else None
    new = NewSession(
        cart_id=session.cart_id,
        price_id=session.price_id,
        customer_id=customer_id,
        email=(known.email if known else None) or renewal.email,
        name=(known.name if known else None) or renewal.name,
        phone=known.phone if known else None,
        shipping_address=renewal.shipping_address or (known.shipping_address if known else None),
        billing_address=known.billing_address if known else None,
        success_url=session.success_url,
        cancel_url=session.cancel_url,
        metadata=session.metadata,
        expires_at=session.expires_at,
    )
    (outcome,) = await open_sessions(tx, signers, [new])
    if isinstance(outcome, Problem):
        raise outcome
    if session.snapshot.shipping is not None and outcome.snapshot.shipping is None:
        raise NoWayThere
    return outcome


async def _change_cart(tx: Tx, session: Session, renewal: Renewal) -> None:
    cart = (await cart_by_id(tx, session.cart_id)).cart
    codes = [code for code in cart.promotion_codes if code != renewal.remove_code]
    if renewal.add_code is not None:
        codes = list(dict.fromkeys([*codes, renewal.add_code]))
    changed = await change_cart(tx, cart.id, CartChanges(promotion_codes=codes))
    if renewal.add_code is None:
        return
    shown = await shown_cart(tx, changed)
    for one in shown.promotions:
        is_new = one.code not in cart.promotion_codes
        if is_new and one.reason is not None:
            raise CodeNotTaken(reason=one.reason)
