"""The gateway that hands orders to Stripe, and asks it how they stand."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from guilder.payments.gateways.gateway import (
    Capture,
    Charge,
    Declined,
    DisputeReport,
    Done,
    GatewayUnavailable,
    Instrument,
    Movement,
    Notice,
    Order,
    Outcome,
    OutcomeUnknown,
    Refund,
    RefundReport,
    Void,
)

from . import balance, books, hosted, instruments, notices, orders, wire
from .amounts import AmountNotPayable
from .calls import Calls
from .failures import UNEXPECTED_STATE
from .outcomes import (
    address_of,
    canceled,
    fee_of,
    name_of,
    outcome_of_charge,
    refund_report,
    refunded,
    report_of,
)

TIMEOUT_SECONDS: Final = 30.0


class StripeGateway:
    """Moves money at Stripe, with the keys of one tenant's account.

    `has_several_captures` is for accounts that Stripe has allowed it: others are refused if they
    ask. After `OutcomeUnknown` only `find` tells: Stripe forgets an order's key after a day.
    """

    name = "stripe"

    def __init__(
        self,
        *,
        secret_key: str,
        webhook_secret: str,
        api_base: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        has_several_captures: bool = False,
    ) -> None:
        self._calls = Calls(secret_key, api_base, timeout_seconds)
        self._v1 = self._calls.v1
        self._webhook_secret = webhook_secret
        self._has_several_captures = has_several_captures

    async def close(self) -> None:
        """Hang up."""
        await self._calls.close()

    async def charge(self, order: Charge) -> Outcome:
        """Make an intent, then confirm it.

        What is lost at the first step moved nothing, so another gateway may be tried at once.
        """
        if hosted.can_lead_to(order):
            return await self._send_to_page(order)
        if order.token is None:
            return Declined(
                code="payment_method_missing",
                message="Stripe takes what the buyer has given, or has a way back from its page.",
            )
        made = await self._make(order)
        if isinstance(made, Declined):
            return made
        return await self._confirm(order, made.id)

    async def _send_to_page(self, order: Charge) -> Outcome:
        """Given again, it is looked at: what Stripe then repeats is how its page once stood."""
        if order.intent is not None:
            found = await self.find(order)
            if found is not None:
                return found
        page = await hosted.begin(self._calls, order, in_parts=self._has_several_captures)
        if isinstance(page, Declined):
            return page
        if page.is_replayed:
            page = await hosted.look(self._calls, page.id)
        return hosted.outcome_of(page)

    async def _make(self, order: Charge) -> wire.Intent | Declined:
        """The intent of an order. Given again within a day, it is the same one."""
        try:
            params = orders.intent(order, has_several_captures=self._has_several_captures)
        except AmountNotPayable as error:
            raise GatewayUnavailable(str(error)) from None
        return await self._calls.order(
            self._v1.payment_intents.create_async(params, orders.key(order, "intent")),
            wire.Intent,
            lost=GatewayUnavailable,
            parameters=("payment_method",),
        )

    async def _confirm(self, order: Charge, intent: str) -> Outcome:
        params = orders.confirmation(order) | {"expand": balance.EXPANDED}
        answer = await self._calls.order(
            self._v1.payment_intents.confirm_async(intent, params, orders.key(order, "confirm")),
            wire.Intent,
            lost=OutcomeUnknown,
            parameters=("payment_method",),
        )
        if isinstance(answer, Declined):
            if answer.code != UNEXPECTED_STATE:
                return answer
            answer = await self._intent(intent, lost=OutcomeUnknown)
        return await self._outcome(order, answer)

    async def _outcome(self, order: Charge, intent: wire.Intent) -> Outcome:
        """What became of a charge. An action for which there is no page cannot be waited for."""
        if intent.status == "requires_action" and address_of(intent) is None:
            await self._give_up(order, intent.id, reason="requested_by_customer")
            return Declined(
                code="authentication_required",
                message="The bank asks the buyer, who is not there to be asked.",
                intent=intent.id,
            )
        return outcome_of_charge(intent)

    async def capture(self, order: Capture) -> Outcome:
        """Take of what is held, and mark the intent with it."""
        try:
            params = orders.capture(order) | {"expand": balance.EXPANDED}
        except AmountNotPayable as error:
            return Declined(code="amount_not_supported", message=str(error), intent=order.intent)
        answer = await self._calls.order(
            self._v1.payment_intents.capture_async(
                order.intent, params, orders.key(order, "capture")
            ),
            wire.Intent,
            lost=OutcomeUnknown,
            parameters=("amount_to_capture", "final_capture"),
        )
        if isinstance(answer, Declined):
            return await self._done_before(order, answer)
        return await self._captured(order, answer)

    async def _captured(self, order: Capture, intent: wire.Intent) -> Done:
        """Name the line of Stripe's balance that this capture made."""
        charge = intent.charge
        if charge is None:
            raise OutcomeUnknown(f"Stripe shows no charge of {intent.id}")
        line = charge.balance_transaction
        if books.has_several_captures(intent):
            captures = books.captures_of(intent, await balance.lines_of(self._calls, charge.id))
            mark = orders.capture_mark(order)
            line = next((line for name, _, line in captures if name == mark), None)
        return Done(
            reference=name_of(line) or charge.id,
            intent=intent.id,
            fee_minor=fee_of(line, charge.currency),
        )

    async def refund(self, order: Refund) -> Outcome:
        """Give back of what was taken."""
        try:
            params = orders.refund(order)
        except AmountNotPayable as error:
            return Declined(code="amount_not_supported", message=str(error), intent=order.intent)
        answer = await self._calls.order(
            self._v1.refunds.create_async(params, orders.key(order, "refund")),
            wire.Refund,
            lost=OutcomeUnknown,
            parameters=("amount",),
        )
        if isinstance(answer, Declined):
            return await self._done_before(order, answer)
        return refunded(answer, order.intent)

    async def void(self, order: Void) -> Outcome:
        """Let go of what is held; where a part was taken, by a last capture of nothing."""
        if hosted.is_page(order.intent):
            page = await hosted.close(self._calls, order.intent)
            if (paid := hosted.intent_of(page)) is None:
                return Done(reference=page.id, intent=page.id)
            order = replace(order, intent=paid)
        intent = await self._intent(order.intent)
        if intent.amount_received and intent.amount_capturable:
            call = self._v1.payment_intents.capture_async(
                order.intent, orders.release(order), orders.key(order, "release")
            )
        else:
            call = self._v1.payment_intents.cancel_async(
                order.intent, {}, orders.key(order, "void")
            )
        answer = await self._calls.order(call, wire.Intent, lost=OutcomeUnknown, parameters=())
        if isinstance(answer, Declined):
            return await self._done_before(order, answer)
        return canceled(answer)

    async def _done_before(self, order: Order, declined: Declined) -> Outcome:
        """The refusal of an order, unless it is refused because it was done already."""
        found = await self.find(order)
        return declined if found is None else found

    async def find(self, order: Order) -> Outcome | None:
        """What became of an order, by Stripe's books and our marks in them.

        Where Stripe cannot be asked, the order's outcome stays unknown.
        """
        try:
            match order:
                case Charge():
                    return await self._find_charge(order)
                case Capture():
                    intent = await self._intent(order.intent)
                    is_done = orders.capture_mark(order) in intent.metadata
                    return await self._captured(order, intent) if is_done else None
                case Refund():
                    return await self._find_refund(order)
                case Void():
                    return await self._find_void(order)
        except GatewayUnavailable as error:
            raise OutcomeUnknown(str(error)) from None

    async def _find_charge(self, order: Charge) -> Outcome | None:
        """Give the first step again, which moves nothing, and see how its intent stands."""
        if hosted.can_lead_to(order) and (order.intent is None or hosted.is_page(order.intent)):
            return await hosted.find(self._calls, order, in_parts=self._has_several_captures)
        if order.token is None and order.intent is None:
            return None
        name = order.intent or await self._name_of_intent(order)
        if isinstance(name, Declined):
            return name
        intent = await self._intent(name)
        if orders.is_unconfirmed(intent):
            intent = await self._give_up(order, name, reason=orders.GIVEN_UP)
        return None if orders.is_given_up(intent) else await self._outcome(order, intent)

    async def _name_of_intent(self, order: Charge) -> str | Declined:
        """The intent of an order, by its key, or by its mark where Stripe has forgotten the key."""
        made = await self._make(order)
        if isinstance(made, Declined) or made.is_replayed:
            return made if isinstance(made, Declined) else made.id
        marked = self._calls.all(
            self._v1.payment_intents.search_async(orders.search(order)), wire.Intent
        )
        older = [intent async for intent in marked if intent.id != made.id]
        if not older:
            return made.id
        await self._give_up(order, made.id, reason=orders.GIVEN_UP)
        return older[0].id

    async def _give_up(self, order: Charge, intent: str, *, reason: str) -> wire.Intent:
        """See to it that an intent is never confirmed; or see who was quicker."""
        params: Any = {"cancellation_reason": reason, "expand": balance.EXPANDED}
        answer = await self._calls.order(
            self._v1.payment_intents.cancel_async(
                intent, params, orders.key(order, f"{reason}:{intent}")
            ),
            wire.Intent,
            lost=OutcomeUnknown,
            parameters=(),
        )
        if isinstance(answer, Declined):
            return await self._intent(intent, lost=OutcomeUnknown)
        return answer

    async def _find_void(self, order: Void) -> Done | None:
        name = order.intent
        if hosted.is_page(name):
            page = await hosted.look(self._calls, name)
            if hosted.is_closed(page):
                return Done(reference=page.id, intent=page.id)
            if (paid := hosted.intent_of(page)) is None:
                return None
            name = paid
        intent = await self._intent(name)
        is_done = orders.release_mark(order) in intent.metadata
        return canceled(intent) if is_done or intent.status == "canceled" else None

    async def _find_refund(self, order: Refund) -> Outcome | None:
        async for refund in self._refunds(order.intent):
            if (refund.metadata or {}).get(orders.ATTEMPT) == str(order.id):
                return refunded(refund, order.intent)
        return None

    async def refunds_of(self, intent: str) -> list[RefundReport]:
        """How every refund of a payment stands, by whomever it was made."""
        if hosted.is_page(intent):
            paid = hosted.intent_of(await hosted.look(self._calls, intent))
            return await self.refunds_of(paid) if paid else []
        return [
            refund_report(refund, intent)
            async for refund in self._refunds(intent)
            if not books.is_of_a_hold(refund)
        ]

    def movements(self, since: datetime, until: datetime) -> AsyncIterator[Movement]:
        """What moved in a span of time, by the lines of Stripe's balance."""
        return balance.movements(self._calls, since, until)

    async def dispute(self, reference: str) -> DisputeReport:
        """How a dispute stands."""
        return report_of(
            await self._calls.ask(self._v1.disputes.retrieve_async(reference), wire.Dispute)
        )

    async def answer_dispute(self, reference: str, evidence: str, *, is_final: bool) -> None:
        """Tell the merchant's side of it, and have it submitted if that is all."""
        params: Any = {"evidence": {"uncategorized_text": evidence}, "submit": is_final}
        digest = hashlib.sha256(f"{is_final} {evidence}".encode()).hexdigest()
        call = self._v1.disputes.update_async(
            reference, params, {"idempotency_key": f"{reference}:{digest}"}
        )
        await self._calls.ask(call, wire.Dispute, lost=OutcomeUnknown)

    async def save(self, token: str, customer: str | None) -> tuple[str, str, Instrument]:
        """Keep an instrument with a customer, who is made where there is none."""
        return await instruments.save(self._calls, token, customer)

    async def forget(self, token: str) -> None:
        """Keep it no longer, if it is kept."""
        await instruments.forget(self._calls, token)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Read a notice that Stripe signed with the tenant's secret, lately."""
        return notices.read_notice(self._calls.client, self._webhook_secret, (headers, body))

    async def _intent(
        self, name: str, *, lost: type[Exception] = GatewayUnavailable
    ) -> wire.Intent:
        return await balance.intent(self._calls, name, lost=lost)

    def _refunds(self, intent: str) -> AsyncIterator[wire.Refund]:
        params: Any = {"payment_intent": intent, "limit": balance.PAGE}
        return self._calls.all(self._v1.refunds.list_async(params), wire.Refund)
