"""The promotions API: what is taken off, for whom, and who has used it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.checkout.fields import (
    Amount,
    CurrencyCode,
    Instant,
    Name,
    PositivePercentage,
    Written,
    written,
)
from guilder.checkout.limits import LONGEST_CODE
from guilder.checkout.totals import Kind
from guilder.db import Tx
from guilder.http import Listing, Page, get, patch, post
from guilder.kernel import CurrencyNotKnown, Metadata

from .promotion import Promotion, PromotionChanges, PromotionId
from .promotions import (
    CodeTaken,
    LimitTooLow,
    NewPromotion,
    PromotionEndsTooEarly,
    PromotionIncomplete,
    PromotionNotFound,
    change_promotion,
    latest_promotions,
    promotion_by_id,
    with_uses,
)
from .promotions import create_promotion as set_up
from .redemption import Redemption, RedemptionId, RedemptionStatus
from .redemptions import newest_redemptions

Code = Annotated[
    str,
    Meta(
        max_length=LONGEST_CODE,
        pattern=r"^\S+$(?!\n)",
        description="What a buyer enters, in any case. Without one it applies by itself.",
        examples=["WELCOME10"],
    ),
]
Limit = Annotated[int, Meta(ge=1, le=10**12, examples=[100])]
Products = Annotated[
    list[UUID], Meta(min_length=1, max_length=1000, description="Applies to these alone.")
]
Stackable = Annotated[
    bool, Meta(description="Applies together with others. What is not, applies alone.")
]


class PromotionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be taken off: a percentage, or an amount."""

    name: Name
    code: Code | None = None
    percentage: PositivePercentage | None = None
    amount: Amount | None = None
    currency: CurrencyCode | None = None
    minimum: Annotated[Amount, Meta(description="What the goods have to cost.")] | None = None
    max_uses: Limit | None = None
    max_uses_per_customer: Limit | None = None
    is_stackable: Stackable = False
    is_active: bool = True
    product_ids: Products | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    metadata: Metadata = {}

    def asked(self) -> NewPromotion:
        """The same in the words of the house."""
        fields = msgspec.structs.asdict(self)
        percentage = fields.pop("percentage")
        return NewPromotion(
            percentage=None if percentage is None else Decimal(percentage),
            amount_minor=fields.pop("amount"),
            minimum_minor=fields.pop("minimum"),
            **fields,
        )


class PromotionPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays. What it takes off never changes."""

    name: Name | UnsetType = UNSET
    max_uses: Limit | UnsetType | None = UNSET
    max_uses_per_customer: Limit | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    ends_at: Instant | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET


class PromotionView(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion."""

    id: PromotionId
    code: Code | None
    name: Name
    kind: Kind
    percentage: Written | None
    amount: Amount | None
    currency: CurrencyCode | None
    minimum: Amount | None
    max_uses: Limit | None
    max_uses_per_customer: Limit | None
    uses: Annotated[int, Meta(description="Held by checkouts, or used by orders.", examples=[42])]
    is_stackable: Stackable
    is_active: bool
    product_ids: Products | None
    starts_at: datetime
    ends_at: datetime | None
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


class RedemptionView(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a promotion."""

    id: RedemptionId
    promotion_id: PromotionId
    checkout_id: UUID
    status: RedemptionStatus
    created_at: datetime
    updated_at: datetime


@post(
    "/v1/promotions",
    "promotions:write",
    problems=(CodeTaken, CurrencyNotKnown, PromotionEndsTooEarly, PromotionIncomplete),
)
async def create_promotion(tx: Tx, body: PromotionBody) -> PromotionView:
    """Set up a promotion: of a percentage or an amount, with a code or without."""
    return show(await set_up(tx, body.asked()))


@get("/v1/promotions", "promotions:read")
async def list_promotions(
    tx: Tx, page: Page, *, code: Code | None = None, active: bool | None = None
) -> Listing[PromotionView]:
    """List promotions, newest first, perhaps the one with this code."""
    before = page.after(PromotionId)
    found = await latest_promotions(tx, code=code, active=active, before=before, most=page.most)
    return page.listing(found, at=lambda promotion: promotion.id, show=show)


@get("/v1/promotions/{promotion_id}", "promotions:read", problems=(PromotionNotFound,))
async def show_promotion(tx: Tx, promotion_id: PromotionId) -> PromotionView:
    """Look at one promotion."""
    (found,) = await with_uses(tx, [await promotion_by_id(tx, promotion_id)])
    return show(found)


@patch(
    "/v1/promotions/{promotion_id}",
    "promotions:write",
    problems=(PromotionNotFound, PromotionEndsTooEarly, LimitTooLow),
)
async def update_promotion(
    tx: Tx, promotion_id: PromotionId, body: PromotionPatch
) -> PromotionView:
    """Let a promotion run for another time, or for another number of uses."""
    changes = PromotionChanges(**msgspec.structs.asdict(body))
    (changed,) = await with_uses(tx, [await change_promotion(tx, promotion_id, changes)])
    return show(changed)


@get(
    "/v1/promotions/{promotion_id}/redemptions",
    "promotions:read",
    problems=(PromotionNotFound,),
)
async def list_redemptions(
    tx: Tx, page: Page, *, promotion_id: PromotionId, status: RedemptionStatus | None = None
) -> Listing[RedemptionView]:
    """List the uses of a promotion, newest first."""
    await promotion_by_id(tx, promotion_id)
    found = await newest_redemptions(
        tx,
        tenant_id=tx.tenant_id,
        promotion_id=promotion_id,
        status=status,
        before=page.after(RedemptionId),
        most=page.most,
    )
    return page.listing(found, at=lambda redemption: redemption.id, show=show_redemption)


def show(promotion: Promotion) -> PromotionView:
    """A promotion as callers see it."""
    fields = msgspec.structs.asdict(promotion)
    percentage = fields.pop("percentage")
    return PromotionView(
        percentage=None if percentage is None else written(percentage),
        amount=fields.pop("amount_minor"),
        minimum=fields.pop("minimum_minor"),
        **fields,
    )


def show_redemption(redemption: Redemption) -> RedemptionView:
    """A use as callers see it: not who has it, which the order tells."""
    return RedemptionView(
        id=redemption.id,
        promotion_id=redemption.promotion_id,
        checkout_id=redemption.holder_id,
        status=redemption.status,
        created_at=redemption.created_at,
        updated_at=redemption.updated_at,
    )


ENDPOINTS = (
    create_promotion,
    list_promotions,
    show_promotion,
    update_promotion,
    list_redemptions,
)
