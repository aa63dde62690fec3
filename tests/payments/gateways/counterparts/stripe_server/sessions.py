"""Sessions of Checkout: pages on which a buyer chooses what to pay with."""

from typing import Any

from . import intents
from .books import Books, Thing, now
from .refusals import Refused, invalid

OPEN_SECONDS = 86_400


def create(books: Books, form: dict[str, Any]) -> Thing:
    """A page, which has no intent before somebody pays on it."""
    if form["mode"] != "payment":
        raise invalid("Only payments are made here.", "mode")
    (line,) = form["line_items"]
    price = line["price_data"]
    if not price["product_data"]["name"].strip():
        raise invalid("A product has a name.", "line_items[0][price_data][product_data][name]")
    amount = intents.payable(price["unit_amount"], price["currency"]) * int(line["quantity"])
    taking = form.get("payment_intent_data", {})
    intents.refuse_unreadable(taking.get("statement_descriptor_suffix"))
    made = books.add(
        "checkout.session",
        "cs_test",
        mode="payment",
        status="open",
        payment_status="unpaid",
        amount_total=amount,
        currency=price["currency"],
        client_reference_id=form.get("client_reference_id"),
        metadata=form.get("metadata", {}),
        success_url=form["success_url"],
        cancel_url=form.get("cancel_url"),
        expires_at=now() + OPEN_SECONDS,
        payment_intent=None,
        _asked={
            "amount": str(amount),
            "currency": price["currency"],
            **{name: form[name] for name in ("customer", "payment_method_options") if name in form},
            **taking,
        },
    )
    made["url"] = f"https://checkout.stripe.example/c/pay/{made['id']}"
    return made


def retrieve(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    return books.get(name, "checkout.session")


def expire(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    session = books.get(name, "checkout.session")
    if session["status"] != "open":
        raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        intents.cancel(books, session["payment_intent"], {})
    books.tell("checkout.session.expired", session)
    return session


def pay(books: Books, name: str, method: str) -> None:
    """The buyer is on the page and pays with this. Who is declined may try again."""
    session = books.get(name, "checkout.session")
    if session["status"] != "open":
        raise Refused("This page is closed.")
    if session["payment_intent"] is None:
        session["payment_intent"] = intents.create(books, session["_asked"])["id"]
    intent = books.get(session["payment_intent"], "payment_intent")
    intent |= {
        "payment_method": intents.method(books, method)["id"],
        "status": "requires_confirmation",
    }
    try:
        intents.confirm(books, intent["id"], {"return_url": session["success_url"]})
    except Refused:
        return
    session |= {"status": "complete", "payment_status": "paid", "url": None}
    books.tell("checkout.session.completed", session)
