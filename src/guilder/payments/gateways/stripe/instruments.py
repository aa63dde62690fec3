"""Instruments that a buyer lets the merchant keep."""

from guilder.payments.gateways.gateway import GatewayUnavailable, Instrument

from . import wire
from .calls import Calls
from .outcomes import instrument_of


async def save(calls: Calls, token: str, customer: str | None) -> tuple[str, str, Instrument]:
    """Keep an instrument with a customer. Where that was done already, it stays so."""
    methods = calls.v1.payment_methods
    kept = await calls.ask(methods.retrieve_async(token), wire.PaymentMethod)
    if kept.customer and customer not in (None, kept.customer):
        raise GatewayUnavailable("Stripe keeps this instrument for another customer")
    if not kept.customer:
        owner = customer or await _make_customer(calls, kept.id)
        call = methods.attach_async(
            kept.id, {"customer": owner}, {"idempotency_key": f"{kept.id}:{owner}"}
        )
        kept = await calls.ask(call, wire.PaymentMethod)
    return kept.id, kept.customer or "", instrument_of(kept.looks)


async def _make_customer(calls: Calls, method: str) -> str:
    call = calls.v1.customers.create_async({}, {"idempotency_key": f"{method}:customer"})
    return (await calls.ask(call, wire.Customer)).id


async def forget(calls: Calls, token: str) -> None:
    """Keep an instrument no longer, if it is kept."""
    methods = calls.v1.payment_methods
    kept = await calls.ask(methods.retrieve_async(token), wire.PaymentMethod)
    if kept.customer:
        call = methods.detach_async(token, {}, {"idempotency_key": f"{token}:detach"})
        await calls.ask(call, wire.PaymentMethod)
