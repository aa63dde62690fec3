"""The codes of carts: which of them take something off, and why the others do not."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from guilder.checkout.desk import Desk
from guilder.checkout.promotions import Running, Withheld, withheld
from guilder.checkout.totals import LineTotals
from guilder.db import Tx

from .pricing import PricedCart


class CodeReason(StrEnum):
    """Why a code takes nothing off. How often one customer may use it is judged at the checkout."""

    INACTIVE = "inactive"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    USED_UP = "used_up"
    OTHER_CURRENCY = "other_currency"
    OTHER_PRODUCTS = "other_products"
    BELOW_MINIMUM = "below_minimum"
    OUTDONE = "outdone"
    NOTHING_TO_TAKE = "nothing_to_take"
    AMOUNT_TOO_LARGE = "amount_too_large"


R: Final = CodeReason


class CodeStanding(msgspec.Struct, frozen=True):
    """Whether a code takes something off, or else why not."""

    code: str
    applies: bool
    reason: CodeReason | None


async def codes_of(tx: Tx, carts: Sequence[PricedCart], desk: Desk) -> list[list[CodeStanding]]:
    """How the codes of each cart stand."""
    running = {one.code: one for one in desk.promotions if one.code}
    missing = {code for each in carts for code in each.cart.promotion_codes} - running.keys()
    refused = await withheld(tx, missing) if missing else {}
    return [
        [
            _standing(each, code, running=running, refused=refused)
            for code in each.cart.promotion_codes
        ]
        for each in carts
    ]


def _standing(
    priced: PricedCart,
    code: str,
    *,
    running: Mapping[str, Running],
    refused: Mapping[str, Withheld],
) -> CodeStanding:
    if code in refused:
        return CodeStanding(code, applies=False, reason=CodeReason(refused[code]))
    reason = _reason(priced, running[code]) if code in running else R.NOTHING_TO_TAKE
    return CodeStanding(code, applies=reason is None, reason=reason)


def _reason(priced: PricedCart, promotion: Running) -> CodeReason | None:
    """Why a promotion that runs takes nothing off this cart; None where it does."""
    if priced.totals is None:
        return R.AMOUNT_TOO_LARGE
    applied = priced.totals.discounts
    if any(one.promotion_id == promotion.promotion_id for one in applied):
        return None
    if promotion.currency not in {None, priced.cart.currency}:
        return R.OTHER_CURRENCY
    concerned = _concerned(priced, promotion)
    if priced.totals.lines and not concerned:
        return R.OTHER_PRODUCTS
    if sum(line.subtotal_minor for line in concerned) < (promotion.minimum_minor or 0):
        return R.BELOW_MINIMUM
    return R.OUTDONE if applied else R.NOTHING_TO_TAKE


def _concerned(priced: PricedCart, promotion: Running) -> list[LineTotals]:
    """The lines that it could take something off."""
    wanted = promotion.product_ids
    return [
        each.totals
        for each in priced.lines
        if each.totals and each.offer and (wanted is None or each.offer.product_id in wanted)
    ]
