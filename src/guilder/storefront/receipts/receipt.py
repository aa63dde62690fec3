"""The receipt: an order, who sold it, how it was paid, and what was given back since."""

import msgspec

from guilder.checkout import (
    Invoice,
    OrderId,
    Settings,
    WholeOrder,
    current_settings,
    find_invoice_of,
    language_of,
    order_by_id,
)
from guilder.db import Tx
from guilder.identity import Tenant, current_tenant
from guilder.payments import (
    Payment,
    Transaction,
    TransactionStatus,
    TransactionType,
    payment_by_id,
    transactions_of,
)
from guilder.storefront.tongue import accepted_in, placed, spoken_in

from .reader import Reader


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """All that a receipt tells of, as it is at one moment."""

    tenant: Tenant
    settings: Settings
    whole: WholeOrder
    payment: Payment | None
    given_back: list[Transaction]
    invoice: Invoice | None
    language: str | None

    @property
    def country(self) -> str | None:
        """Where the buyer lives, or else has it sent to."""
        buyer = self.whole.order.buyer
        address = buyer and (buyer.billing_address or buyer.shipping_address)
        return address.country if address else None

    def for_buyer(self, wanted: str | None, accepted: str) -> Reader:
        """How the buyer reads it: as they choose, as they chose, or as their browser says."""
        known = [self.language or "", *accepted_in(accepted)]
        return Reader.of(placed(wanted, known), *known, *spoken_in(self.country))

    def for_others(self, wanted: str | None, accepted: str = "") -> Reader:
        """How it is written for the buyer, where somebody else asks for it."""
        known = [self.language or "", *spoken_in(self.country)]
        return Reader.of(wanted or "", *known, *accepted_in(accepted))


async def receipt_of(tx: Tx, order_id: OrderId) -> Receipt:
    """The receipt of an order, as it is now."""
    whole = await order_by_id(tx, order_id)
    payment_id = whole.order.payment_id
    payment = await payment_by_id(tx, payment_id) if payment_id else None
    moved = (
        await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
        if payment_id
        else []
    )
    return Receipt(
        tenant=await current_tenant(tx),
        settings=await current_settings(tx),
        whole=whole,
        payment=payment,
        given_back=[
            one
            for one in moved
            if one.type is TransactionType.REFUND and one.status is TransactionStatus.SUCCEEDED
        ],
        invoice=await find_invoice_of(tx, tenant_id=tx.tenant_id, order_id=order_id),
        language=await language_of(tx, order_id),
    )
