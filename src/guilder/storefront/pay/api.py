"""The endpoints of the payment page."""

from urllib.parse import quote

from guilder.checkout import Numbers, Signers, Stage
from guilder.http import PAGE_HEADERS, Response, Visitor, get, post
from guilder.pages import FormNotGenuine, Forms, redirect
from guilder.payments import Gateways, look_into
from guilder.storefront.receipts import OrderLinks

from .acts import Done, Tools, act
from .guest import Desk, Guest, desk_of, guest
from .pages import POLICY, closed_page, payment_page, state_page, unknown_page

OF_AN_ADDRESS = "%:/?#[]@!$&'()*+,;=~"
"""What stays as it is; an end of line would begin a header of the caller's choice."""


@get("/pay/{token}", None, is_page=True)
async def show_payment(
    visitor: Visitor,
    forms: Forms,
    token: str,
    *,
    gateways: Gateways,
    links: OrderLinks,
    language: str | None = None,
    returned: str | None = None,
    changed: str | None = None,
) -> Response:
    """The page on which a buyer pays, or sees what became of it."""
    one = guest(visitor, forms, token, links=links, language=language)
    desk = await desk_of(one)
    if desk is not None and returned and desk.standing.stage in {Stage.ACTION, Stage.PROCESSING}:
        return await _look_again(one, desk, gateways)
    return _page(one, desk, notice="total_changed" if changed else None)


@post("/pay/{token}", None, status=200, is_page=True)
async def take_payment(
    visitor: Visitor,
    forms: Forms,
    token: str,
    *,
    signers: Signers,
    numbers: Numbers,
    gateways: Gateways,
    links: OrderLinks,
    language: str | None = None,
) -> Response:
    """Pay, use a promotion code, or choose another way to pay."""
    one = guest(visitor, forms, token, links=links, language=language)
    desk = await desk_of(one)
    if desk is None or not desk.is_open or not desk.is_shown:
        return _page(one, desk)
    try:
        fields = forms.open(visitor)
    except FormNotGenuine as strange:
        return _page(one, desk, wrong={"form": "wrong_form"}, status=strange.status)
    done = await act(one, desk, fields, tools=Tools(signers, numbers, gateways))
    return await _answer(one, done, given=fields)


async def _answer(one: Guest, done: Done, *, given: dict[str, str]) -> Response:
    """Where to go on, so that a page that is loaded again does nothing again; or what is wrong."""
    if done.away is not None:
        return _away(done.away)
    if done.wrong:
        desk = await desk_of(one)
        return _page(one, desk, wrong=done.wrong, given=given, status=done.status)
    return redirect(one.at(done.token or one.token, done.more))


def _page(
    one: Guest,
    desk: Desk | None,
    *,
    wrong: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
    notice: str | None = None,
    status: int | None = None,
) -> Response:
    if desk is None:
        return unknown_page(one)
    standing = desk.standing
    if not desk.is_shown:
        return closed_page(one, desk)
    if standing.stage is Stage.RENEWED and standing.successor is not None:
        return redirect(one.at(standing.successor.token))
    if standing.stage is not Stage.OPEN:
        return state_page(one, desk)
    if not desk.is_open:
        return closed_page(one, desk)
    return payment_page(one, desk, wrong=wrong, given=given, notice=notice, status=status)


async def _look_again(one: Guest, desk: Desk, gateways: Gateways) -> Response:
    """A buyer came back from a bank: it is asked now, and not when somebody gets round to it."""
    payment = desk.standing.payment
    if payment is not None and desk.is_open:
        await look_into(one.visitor.pool, gateways, desk.tenant.id, payment_id=payment.id)
    return redirect(one.here)


def _away(address: str) -> Response:
    """Send the browser on to a bank, from a form whose page lets it go there."""
    policy = POLICY.replace(b"form-action 'self'", b"form-action 'self' https:")
    common = [
        (name, policy if name == b"content-security-policy" else value)
        for name, value in PAGE_HEADERS
    ]
    place = quote(address, safe=OF_AN_ADDRESS).encode()
    return Response(303, headers=[(b"location", place)], common=common)


ENDPOINTS = (show_payment, take_payment)
