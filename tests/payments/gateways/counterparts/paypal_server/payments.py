"""Payments v2: parts of an authorization are captured, and parts of a capture are given back."""

from decimal import Decimal
from typing import Any

from . import shapes
from .books import CAPTURABLE, Books, Payment, checked
from .faults import Fault
from .papers import Papers


class Payments:
    """The counter where money moves again."""

    def __init__(self, books: Books, papers: Papers) -> None:
        self._books = books
        self._papers = papers

    def read(self, kind: str, name: str) -> dict[str, Any]:
        return self._papers.payment(self._books.payment(kind, name))

    def capture(self, name: str, asked: shapes.NewCapture) -> dict[str, Any]:
        held = self._books.payment("authorizations", name)
        if held.status == "VOIDED":
            raise Fault("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured.")
        if held.status == "CAPTURED":
            raise Fault("AUTHORIZATION_ALREADY_CAPTURED", "It has been captured already.")
        if held.status == "DENIED":
            raise Fault("AUTHORIZATION_DENIED", "A denied authorization cannot be captured.")
        amount = checked(asked.amount) if asked.amount else _rest(held)
        if amount.currency_code != held.currency:
            raise Fault("AUTH_CAPTURE_CURRENCY_MISMATCH", "It is held in another currency.")
        captured = _sum(held.order.captures)
        if captured + Decimal(amount.value) > held.value * CAPTURABLE:
            raise Fault("MAX_CAPTURE_AMOUNT_EXCEEDED", "Capture amount exceeds allowable limit.")
        capture = self._books.move(
            "captures",
            held.order,
            amount,
            status="COMPLETED",
            parent=held,
            invoice_id=asked.invoice_id or held.invoice_id,
            is_final=asked.final_capture,
        )
        is_all = captured + capture.value >= held.value
        held.status = "CAPTURED" if asked.final_capture or is_all else "PARTIALLY_CAPTURED"
        return self._papers.payment(capture)

    def void(self, name: str) -> dict[str, Any]:
        held = self._books.payment("authorizations", name)
        if held.status == "VOIDED":
            raise Fault("PREVIOUSLY_VOIDED", "Authorization has been previously voided.")
        if held.status == "CAPTURED":
            raise Fault("PREVIOUSLY_CAPTURED", "Authorization has been previously captured.")
        held.status = "VOIDED"
        self._books.tell_of(held)
        return self._papers.payment(held)

    def refund(self, name: str, asked: shapes.NewRefund) -> dict[str, Any]:
        taken = self._books.payment("captures", name)
        given = _sum([each for each in taken.order.refunds if each.parent is taken])
        if taken.status == "REFUNDED":
            raise Fault("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.")
        if not taken.counts or taken.status == "PENDING":
            raise Fault("PENDING_CAPTURE", "It has not been captured.")
        amount = checked(asked.amount) if asked.amount else _rest(taken, given)
        if amount.currency_code != taken.currency:
            raise Fault("REFUND_CAPTURE_CURRENCY_MISMATCH", "It was taken in another currency.")
        if given + Decimal(amount.value) > taken.value:
            raise Fault("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than the rest.")
        refund = self._books.move(
            "refunds",
            taken.order,
            amount,
            status="COMPLETED",
            parent=taken,
            custom_id=asked.custom_id,
            invoice_id=asked.invoice_id,
        )
        is_all = given + refund.value == taken.value
        taken.status = "REFUNDED" if is_all else "PARTIALLY_REFUNDED"
        return self._papers.payment(refund)

    def fail_refund(self, name: str) -> None:
        """What was sent does not arrive: it comes back, and may be given once more."""
        refund = self._books.payment("refunds", name)
        refund.status = "FAILED"
        taken = refund.parent
        if taken is not None:
            given = _sum([each for each in taken.order.refunds if each.parent is taken])
            taken.status = "PARTIALLY_REFUNDED" if given else "COMPLETED"
        self._books.tell_of(refund)


def _sum(payments: list[Payment]) -> Decimal:
    return sum((each.value for each in payments if each.counts), Decimal())


def _rest(payment: Payment, gone: Decimal = Decimal()) -> shapes.Amount:
    return shapes.Amount(currency_code=payment.currency, value=str(payment.value - gone))
