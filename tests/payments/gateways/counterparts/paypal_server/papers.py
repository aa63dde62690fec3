"""How PayPal writes down what its books hold."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import shapes
from .books import AUTHORIZED_FOR, DIGITS, Order, Payment, instant

FEE = Decimal("0.0349")


class Papers:
    """Documents with their links, which lead back to this server."""

    def __init__(self, base: str) -> None:
        self.base = base

    def order(self, order: Order) -> dict[str, Any]:
        unit = {
            "reference_id": order.unit.reference_id,
            "amount": amount(order.unit.amount),
            **{
                name: value
                for name in ("custom_id", "invoice_id", "description", "soft_descriptor")
                if (value := getattr(order.unit, name)) is not None
            },
        }
        moved = {
            kind: [self.payment(each) for each in getattr(order, kind)]
            for kind in ("authorizations", "captures", "refunds")
            if getattr(order, kind)
        }
        if moved:
            unit["payments"] = moved
        return {
            "id": order.id,
            "intent": order.intent,
            "status": order.status,
            "create_time": instant(order.created_at),
            "purchase_units": [unit],
            **({"payment_source": order.source} if order.source else {}),
            "links": self.order_links(order),
        }

    def order_links(self, order: Order) -> list[dict[str, str]]:
        links = [self.link(f"/v2/checkout/orders/{order.id}", "self")]
        rel = {"CREATED": "approve", "PAYER_ACTION_REQUIRED": "payer-action"}.get(order.status)
        if rel:
            links.append(self.approval(order, rel))
        return links

    def approval(self, order: Order, rel: str) -> dict[str, str]:
        return self.link(f"/checkoutnow?token={order.id}", rel)

    def payment(self, payment: Payment) -> dict[str, Any]:
        money = amount_of(payment.value, payment.currency)
        above = payment.parent
        up = (
            f"/v2/payments/{above.kind}/{above.id}"
            if above
            else (f"/v2/checkout/orders/{payment.order.id}")
        )
        document: dict[str, Any] = {
            "id": payment.id,
            "status": payment.status,
            "amount": money,
            "create_time": instant(payment.created_at),
            "custom_id": payment.custom_id,
            "invoice_id": payment.invoice_id,
            "links": [
                self.link(f"/v2/payments/{payment.kind}/{payment.id}", "self"),
                self.link(up, "up"),
            ],
        }
        if payment.said:
            document["processor_response"] = {"response_code": payment.said}
        if payment.kind == "captures":
            document["final_capture"] = payment.is_final
            document["seller_receivable_breakdown"] = _breakdown(payment)
        if payment.kind == "authorizations":
            document["expiration_time"] = instant(payment.created_at + AUTHORIZED_FOR)
        if payment.kind != "refunds":
            document["supplementary_data"] = {"related_ids": {"order_id": payment.order.id}}
        return {name: value for name, value in document.items() if value is not None}

    def link(self, path: str, rel: str) -> dict[str, str]:
        return {"href": f"{self.base}{path}", "rel": rel, "method": "GET"}


def amount(money: shapes.Amount) -> dict[str, str]:
    return {"currency_code": money.currency_code, "value": money.value}


def amount_of(value: Decimal, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": f"{value:.{DIGITS[currency]}f}"}


def fee_of(payment: Payment) -> Decimal:
    step = Decimal(1).scaleb(-DIGITS[payment.currency])
    return (payment.value * FEE).quantize(step, rounding=ROUND_HALF_UP)


def _breakdown(payment: Payment) -> dict[str, Any]:
    fee = fee_of(payment)
    return {
        "gross_amount": amount_of(payment.value, payment.currency),
        "paypal_fee": amount_of(fee, payment.currency),
        "net_amount": amount_of(payment.value - fee, payment.currency),
    }
