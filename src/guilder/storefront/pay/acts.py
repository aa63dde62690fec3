"""Acts: what a buyer can do at the page, each by the verbs that the API has too."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from guilder.catalog import OutOfStock
from guilder.checkout import (
    CartClosed,
    CheckoutBusy,
    CheckoutClosed,
    CheckoutUnderway,
    CodeNotTaken,
    NewPurchase,
    NothingToCallOff,
    NoWayThere,
    Numbers,
    Outcome,
    Pending,
    PromotionNeedsCustomer,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionUsedUp,
    Renewal,
    Session,
    Signers,
    Stage,
    WholeOrder,
    call_off_payment,
    pay_as_told,
    renew,
)
from guilder.db import Tx, transact
from guilder.identity import TooManyAttempts
from guilder.kernel import IllegalMove, Problem
from guilder.payments import (
    AttemptId,
    GatewayDeclined,
    Gateways,
    PaymentUnderway,
    carry_out,
    payment_by_id,
)
from guilder.storefront.guesses import guessing

from .fields import Filled, asked_of, read
from .guest import Desk, Guest
from .pages import decline_in

Form = dict[str, str]

UNPROCESSABLE: Final = 422
PAYMENT_REQUIRED: Final = 402
LONGEST_CODE: Final = 60
GO_AND_SEE: Final = (
    CartClosed,
    CheckoutBusy,
    CheckoutClosed,
    CheckoutUnderway,
    PaymentUnderway,
    IllegalMove,
)
"""Somebody, perhaps the same buyer in another tab, was faster: the page tells how it stands."""

OF_CODES: Final[dict[type[Problem], str]] = {
    PromotionNotFound: "code_unknown",
    PromotionUsedUp: "code_used_up",
    PromotionNotRunning: "code_inactive",
    PromotionNeedsCustomer: "code_needs_email",
}


class Tools(NamedTuple):
    """What acts are done with."""

    signers: Signers
    numbers: Numbers
    gateways: Gateways


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: a page to go to, an address elsewhere, or what is wrong."""

    token: str | None = None
    more: str = ""
    away: str | None = None
    wrong: dict[str, str] = {}
    status: int = UNPROCESSABLE


class Paid(msgspec.Struct, frozen=True):
    """A purchase, and the checkout that it is of by now."""

    session: Session
    outcome: Outcome | None


async def act(guest: Guest, desk: Desk, fields: Form, *, tools: Tools) -> Done:
    """Do what the pressed button says."""
    acts: dict[str, Callable[[], Awaitable[Done]]] = {
        "code": lambda: _use_code(guest, desk, fields, tools=tools),
        "uncode": lambda: _drop_code(guest, desk, fields, tools=tools),
        "other_way": lambda: _pay_otherwise(guest, desk, tools=tools),
    }
    chosen = acts.get(fields.get("do", ""), lambda: _pay(guest, desk, fields, tools=tools))
    try:
        return await chosen()
    except (*GO_AND_SEE, NothingToCallOff):
        return Done()
    except OutOfStock as gone:
        return Done(wrong={"form": "wrong_stock"}, status=gone.status)
    except Problem as trouble:
        return Done(wrong={"form": "wrong_moment"}, status=trouble.status)


async def _pay(guest: Guest, desk: Desk, fields: Form, *, tools: Tools) -> Done:
    session = desk.session
    owes = session.total_minor > 0
    filled = read(fields, asked_of(session), desk.ways, owes=owes)
    if filled.wrong:
        return Done(wrong=filled.wrong)

    async def work(tx: Tx) -> Paid:
        moved = await _moved(tx, desk, filled, tools=tools)
        now = moved or session
        if now.total_minor != session.total_minor:
            return Paid(now, None)
        back = f"{tools.signers.public_url}{guest.at(now.token, 'returned=1')}"
        new = NewPurchase(
            checkout_id=now.id,
            gateway=filled.way.gateway if filled.way else None,
            payment_method=filled.way.method if filled.way else None,
            return_url=back,
        )
        told = replace(filled.told, language=guest.tongue)
        return Paid(now, await pay_as_told(tx, tools.numbers, new=new, told=told))

    try:
        paid = await transact(guest.visitor.pool, desk.tenant.id, work, actor=desk.buyer)
    except NoWayThere:
        return Done(wrong={"country": "wrong_country_there"})
    if paid.outcome is None:
        return Done(token=paid.session.token, more="changed=1")
    return await _told(guest, desk, paid, tools=tools)


async def _moved(tx: Tx, desk: Desk, filled: Filled, *, tools: Tools) -> Session | None:
    """The checkout handed over anew, where taxes and ways to send depend on where it goes to."""
    address, settings = filled.told.shipping_address, desk.settings
    if address is None or desk.standing.stage is not Stage.OPEN:
        return None
    if (address.country, address.region) == (settings.seller_country, settings.seller_region):
        return None
    renewal = Renewal(shipping_address=address, email=filled.told.email, name=filled.told.name)
    return await renew(tx, tools.signers, session=desk.session, renewal=renewal)


async def _told(guest: Guest, desk: Desk, paid: Paid, *, tools: Tools) -> Done:
    """What came of a purchase, after its gateway was asked where that is needed."""
    outcome, token = paid.outcome, paid.session.token
    if isinstance(outcome, GatewayDeclined):
        reason = decline_in(guest.speech, outcome.reason)
        return _declined(guest, paid, reason)
    if isinstance(outcome, WholeOrder):
        return Done(token=token)
    if isinstance(outcome, Pending):
        return await _carried_out(guest, desk, outcome, tools=tools)
    if isinstance(outcome, GO_AND_SEE):
        return Done(token=token)
    if isinstance(outcome, OutOfStock):
        raise outcome
    status = outcome.status if isinstance(outcome, Problem) else UNPROCESSABLE
    return Done(wrong={"way": "wrong_way_now"}, status=status)


def _declined(guest: Guest, paid: Paid, reason: str) -> Done:
    """Told beside the ways to pay; on the page of another token once the browser is there."""
    if paid.session.token != guest.token:
        return Done(token=paid.session.token)
    return Done(wrong={"way": reason}, status=PAYMENT_REQUIRED)


async def _carried_out(guest: Guest, desk: Desk, pending: Pending, *, tools: Tools) -> Done:
    if pending.attempt_id is not None:
        await _carry_out(guest, desk, pending.attempt_id, tools=tools)

    async def look(tx: Tx) -> str | None:
        return (await payment_by_id(tx, pending.payment.id)).action_url

    away = await transact(guest.visitor.pool, desk.tenant.id, look)
    return Done(away=away) if away else Done(token=pending.session.token)


async def _carry_out(guest: Guest, desk: Desk, attempt_id: AttemptId, *, tools: Tools) -> None:
    await carry_out(guest.visitor.pool, tools.gateways, desk.tenant.id, attempt_id=attempt_id)


async def _use_code(guest: Guest, desk: Desk, fields: Form, *, tools: Tools) -> Done:
    """Who guesses has to wait: it is counted by the cart, which every checkout of it shares."""
    session, visitor = desk.session, guest.visitor
    code = fields.get("code", "").strip()
    if not code or len(code) > LONGEST_CODE:
        return Done(wrong={"code": "code_unknown"})
    email = fields.get("email", "").strip() or None
    try:
        async with guessing(visitor.pool, desk.tenant.id, session.cart_id, address=visitor.address):
            return await _renewed(guest, desk, Renewal(add_code=code, email=email), tools=tools)
    except TooManyAttempts as braked:
        return Done(wrong={"code": "code_too_often"}, status=braked.status)
    except CodeNotTaken as refused:
        return Done(wrong={"code": f"code_{refused.reason}"})
    except tuple(OF_CODES) as refused:
        return Done(wrong={"code": OF_CODES[type(refused)]})


async def _drop_code(guest: Guest, desk: Desk, fields: Form, *, tools: Tools) -> Done:
    renewal = Renewal(remove_code=fields.get("code", ""))
    return await _renewed(guest, desk, renewal, tools=tools)


async def _renewed(guest: Guest, desk: Desk, renewal: Renewal, *, tools: Tools) -> Done:
    async def work(tx: Tx) -> Session:
        return await renew(tx, tools.signers, session=desk.session, renewal=renewal)

    if desk.standing.stage is not Stage.OPEN:
        return Done()
    made = await transact(guest.visitor.pool, desk.tenant.id, work, actor=desk.buyer)
    return Done(token=made.token)


async def _pay_otherwise(guest: Guest, desk: Desk, *, tools: Tools) -> Done:
    async def work(tx: Tx) -> AttemptId | None:
        return await call_off_payment(tx, desk.session.id)

    attempt_id = await transact(guest.visitor.pool, desk.tenant.id, work, actor=desk.buyer)
    if attempt_id is not None:
        await _carry_out(guest, desk, attempt_id, tools=tools)
    return Done()
