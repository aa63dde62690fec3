"""Checkouts as buyers ask for them: a cart is handed over, and they are sent on to pay."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from guilder.catalog import OutOfStock, VariantId
from guilder.checkout import (
    CartClosed,
    CartEmpty,
    CartId,
    CartNotFound,
    CheckoutId,
    CheckoutUnderway,
    Code,
    Email,
    MetadataNotPortable,
    Minor,
    Name,
    NewSession,
    PromotionNeedsCustomer,
    PromotionNotRunning,
    PromotionUsedUp,
    Session,
    SessionStatus,
    Signers,
    Url,
    VariantNotSold,
    open_sessions,
)
from guilder.db import Tx
from guilder.http import Asked, post
from guilder.kernel import AmountTooLarge, Problem


class NotEnoughLeft(Problem, status=409):
    """There are not as many left."""

    variant_id: VariantId
    sku: str


class BuyersCheckoutBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cart shall be paid, by whom, and where they want to go then."""

    cart_id: CartId
    email: Email | None = None
    name: Name | None = None
    success_url: Url | None = None
    cancel_url: Url | None = None

    def asked(self) -> NewSession:
        """What is asked for."""
        return NewSession(**{name: getattr(self, name) for name in self.__struct_fields__})


class BuyersCheckoutView(msgspec.Struct, frozen=True, kw_only=True):
    """Where to pay, until when, and how much."""

    id: CheckoutId
    status: SessionStatus
    payment_url: str
    expires_at: datetime
    amount_total: Minor
    currency: Code


@post(
    "/v1/storefront/checkouts",
    "storefront:write",
    problems=(
        CartNotFound,
        CartClosed,
        CartEmpty,
        CheckoutUnderway,
        VariantNotSold,
        MetadataNotPortable,
        NotEnoughLeft,
        PromotionUsedUp,
        PromotionNotRunning,
        PromotionNeedsCustomer,
        AmountTooLarge,
    ),
    is_for_browsers=True,
)
async def create_buyers_checkout(
    tx: Tx, asked: Sequence[Asked[BuyersCheckoutBody, None]], signers: Signers
) -> list[BuyersCheckoutView | Problem]:
    """Hand a cart over to be paid, at `payment_url`.

    What is sold and what it costs never changes after that. The units are kept
    until the checkout is paid or expires.
    """
    opened = await open_sessions(tx, signers, [one.body.asked() for one in asked])
    return [_answer(each, signers) for each in opened]


def _answer(outcome: Session | Problem, signers: Signers) -> BuyersCheckoutView | Problem:
    """What came of it; how many are left is the tenant's own business."""
    if isinstance(outcome, OutOfStock):
        return NotEnoughLeft(variant_id=outcome.variant_id, sku=outcome.sku)
    if isinstance(outcome, Problem):
        return outcome
    return BuyersCheckoutView(
        id=outcome.id,
        status=outcome.status,
        payment_url=outcome.payment_url(signers.public_url),
        expires_at=outcome.expires_at,
        amount_total=outcome.total_minor,
        currency=outcome.currency,
    )


ENDPOINTS = (create_buyers_checkout,)
