"""Orders v2: made, approved by their buyers, and taken once."""

import re
from typing import Any

import msgspec

from . import shapes
from .books import Books, Order, checked
from .disputes import Disputes
from .faults import Fault
from .papers import Papers
from .vault import BANK_SAYS, Kept, Vault

PATCHABLE = {"CREATED", "APPROVED", "PAYER_ACTION_REQUIRED"}
CUSTOM_ID = re.compile(r"/purchase_units/@reference_id=='([^']+)'/custom_id")


class Orders:
    """The counter where orders are placed."""

    def __init__(self, books: Books, papers: Papers, vault: Vault, disputes: Disputes) -> None:
        self._books = books
        self._papers = papers
        self._vault = vault
        self._disputes = disputes

    def make(self, asked: shapes.NewOrder) -> dict[str, Any]:
        unit = asked.purchase_units[0]
        checked(unit.amount)
        if self._vault.behind(asked.payment_source):
            raise Fault("NOT_SUPPORTED", "This account takes vaulted payments in two steps.")
        order = Order(
            id=self._books.name("O"),
            intent=asked.intent,
            unit=unit,
            created_at=self._books.clock(),
            status="PAYER_ACTION_REQUIRED" if asked.payment_source else "CREATED",
        )
        self._books.orders[order.id] = order
        return self._papers.order(order)

    def read(self, name: str) -> dict[str, Any]:
        return self._papers.order(self._books.order(name))

    def change(self, name: str, changes: list[shapes.Patch]) -> None:
        order = self._books.order(name)
        if order.status not in PATCHABLE:
            raise Fault("ORDER_ALREADY_COMPLETED", "The order cannot be patched.")
        for change in changes:
            if change.op != "replace":
                raise Fault("INVALID_PATCH_OPERATION", "The operation cannot be honored.")
            if change.path == "/intent":
                order.intent = msgspec.convert(change.value, str)
            elif (unit := CUSTOM_ID.fullmatch(change.path)) and unit[1] == order.unit.reference_id:
                value = msgspec.convert(change.value, str)
                if len(value) > 127:
                    raise Fault("INVALID_STRING_LENGTH", "Too long.", status=400)
                order.unit = msgspec.structs.replace(order.unit, custom_id=value)
            else:
                raise Fault("NOT_PATCHABLE", "Cannot be patched.")

    def take(self, name: str, asked: shapes.TakeOrder, *, verb: str) -> dict[str, Any]:
        order = self._books.order(name)
        if order.status == "COMPLETED":
            issue = "ORDER_ALREADY_CAPTURED" if order.captures else "ORDER_ALREADY_AUTHORIZED"
            raise Fault(issue, "It was taken before.")
        if order.intent != {"capture": "CAPTURE", "authorize": "AUTHORIZE"}[verb]:
            raise Fault("ACTION_DOES_NOT_MATCH_INTENT", "It was made with another intent.")
        kept = self._vault.behind(asked.payment_source)
        if kept is None and order.status != "APPROVED":
            raise Fault("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
        fate = kept.fate if kept else "good"
        if kept and fate == "needs_action" and not _without_buyer(asked):
            self._ask_the_buyer(order, kept)
        if fate == "declined":
            raise Fault("INSTRUMENT_DECLINED", "The instrument presented was declined.")
        if kept:
            order.source = {kept.kind: kept.looks}
        self._enter(order, fate)
        return self._papers.order(order)

    def approve(self, name: str, *, agrees: bool) -> None:
        """The buyer was there."""
        order = self._books.order(name)
        card = order.source.get("card")
        if card:
            proof = {"authentication_status": "Y" if agrees else "N", "enrollment_status": "Y"}
            result = {"liability_shift": "POSSIBLE", "three_d_secure": proof}
            order.source = {"card": card | {"authentication_result": result}}
        if not agrees:
            return
        order.status = "APPROVED"
        order.source = order.source or {"paypal": self._vault.kept["wallet-good"].looks}
        self._books.tell(
            order.id, "CHECKOUT.ORDER.APPROVED", "checkout-order", self._papers.order(order)
        )

    def _ask_the_buyer(self, order: Order, kept: Kept) -> None:
        order.status = "PAYER_ACTION_REQUIRED"
        order.source = {kept.kind: kept.looks}
        raise Fault(
            "PAYER_ACTION_REQUIRED",
            "Payer needs to perform an action before proceeding with payment.",
            links=(self._papers.approval(order, "payer-action"),),
        )

    def _enter(self, order: Order, fate: str) -> None:
        said = BANK_SAYS.get(fate) or ("5650" if fate == "needs_action" else None)
        is_capture = order.intent == "CAPTURE"
        status = "COMPLETED" if is_capture else "CREATED"
        if said:
            status = "DECLINED" if is_capture else "DENIED"
        elif fate == "pending":
            status = "PENDING"
        kind = "captures" if is_capture else "authorizations"
        payment = self._books.move(kind, order, order.unit.amount, status=status, said=said)
        order.status = "COMPLETED"
        if fate == "disputed":
            self._disputes.open(payment)


def _without_buyer(asked: shapes.TakeOrder) -> bool:
    source = asked.payment_source
    told = source and (source.card or source.paypal)
    credential = told.stored_credential if told else None
    return credential is not None and credential.payment_initiator == "MERCHANT"
