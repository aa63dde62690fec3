"""Pages: what is answered to a guest, whatever their checkout has come to."""

from pathlib import Path
from typing import Any, Final

from guilder.checkout import CheckoutNotFound, Stage
from guilder.http import PAGE_HEADERS, Response
from guilder.mail import LANGUAGES
from guilder.pages import Templates, page
from guilder.storefront.look import Look, look_of
from guilder.storefront.receipts import Linked
from guilder.storefront.tongue import OWN_NAMES

from .fields import asked_of, given_before
from .guest import Desk, Guest
from .shown import bill_of, countries, known_of, shop_of
from .speech import Speech
from .ways import shown

TEMPLATES: Final = Templates(Path(__file__).parent / "templates")
FORGOTTEN: Final = (b"cache-control", b"no-store")
LOOK_AGAIN: Final = (b"refresh", b"3")
"""A header, since a page that says so itself is taken for one that reads aloud anew."""

POLICY: Final = dict(PAGE_HEADERS)[b"content-security-policy"]
STATUSES: Final = {
    Stage.OPEN: 200,
    Stage.ACTION: 200,
    Stage.PROCESSING: 200,
    Stage.PAID: 200,
    Stage.REFUNDED: 200,
    Stage.EXPIRED: 410,
    Stage.FAILED: 410,
}


def payment_page(
    guest: Guest,
    desk: Desk,
    *,
    wrong: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
    notice: str | None = None,
    status: int | None = None,
) -> Response:
    """The page on which a checkout is paid, with what is wrong beside its field."""
    speech, session = guest.speech, desk.session
    asked = asked_of(session)
    wrong = dict(wrong or {})
    if desk.standing.decline and not wrong:
        wrong["way"] = decline_in(speech, desk.standing.decline)
    held = given_before(session, desk.settings) | (given or {})
    answer = guest.forms.show(
        guest.visitor,
        TEMPLATES,
        "pay.html",
        status=status or STATUSES[Stage.OPEN],
        **_common(guest, desk),
        asked=asked,
        given=held,
        wrong={name: speech(key) for name, key in wrong.items()},
        notice=speech(notice) if notice else None,
        needs_email=wrong.get("code") == "code_needs_email",
        ways=[shown(way, speech) for way in desk.ways],
        owes=session.total_minor > 0,
        countries=countries(speech) if asked.address else [],
        until=speech.moment(session.expires_at),
    )
    return _guarded(answer, desk)


def state_page(guest: Guest, desk: Desk) -> Response:
    """The page of a checkout that is not there to be paid now."""
    stage = desk.standing.stage
    speech = guest.speech
    order, payment = desk.standing.order, desk.standing.payment
    instrument = payment.instrument if payment else None
    linked = Linked(desk.tenant.id, order.order.id) if order else None
    followed, receipt = guest.follow(linked) if linked else (None, None)
    answer = guest.forms.show(
        guest.visitor,
        TEMPLATES,
        f"{stage}.html",
        status=STATUSES[stage],
        **_common(guest, desk),
        number=order.order.number if order else None,
        moment=speech.moment(order.order.created_at) if order else None,
        paid_with=_looks(instrument) if instrument else None,
        email=known_of(desk.session.known_buyer, speech)["email"],
        action_url=payment.action_url if payment else None,
        order_url=followed,
        receipt_url=receipt,
        success_url=desk.session.success_url,
        cancel_url=desk.session.cancel_url,
    )
    if stage is Stage.PROCESSING:
        answer.headers = [*answer.headers, LOOK_AGAIN]
    return _guarded(answer, desk)


def closed_page(guest: Guest, desk: Desk) -> Response:
    """The page of a shop that takes no payments."""
    answer = page(TEMPLATES, "closed.html", status=403, **_common(guest, desk))
    return _guarded(answer, desk)


def unknown_page(guest: Guest) -> Response:
    """The page of an address that is of no checkout."""
    plain = {"shop": None, "look": None, "bill": None} | _speaking(guest)
    answer = page(TEMPLATES, "unknown.html", status=CheckoutNotFound.status, **plain)
    answer.headers = [*answer.headers, FORGOTTEN]
    return answer


def decline_in(speech: Speech, reason: str) -> str:
    """The sentence for a decline; what is not a buyer's business is told like any other."""
    return f"decline_{reason}" if speech.has(f"decline_{reason}") else "decline"


def _common(guest: Guest, desk: Desk) -> dict[str, Any]:
    return {
        "shop": shop_of(desk),
        "look": look_of(desk.settings.brand_color),
        "bill": bill_of(desk.session.snapshot, guest.speech),
        "known": known_of(desk.session.buyer, guest.speech),
    } | _speaking(guest)


def _speaking(guest: Guest) -> dict[str, Any]:
    others = [(one, OWN_NAMES[one]) for one in LANGUAGES]
    return {
        "t": guest.speech,
        "language": guest.speech.language,
        "languages": others,
        "here": guest.here,
    }


def _guarded(answer: Response, desk: Desk) -> Response:
    """With a policy of its own.

    Pictures of products stand where the shop has them, and a form may end at a bank: on this
    page only both may be anywhere that is encrypted.
    """
    look: Look | None = look_of(desk.settings.brand_color)
    policy = POLICY.replace(b"img-src 'self'", b"img-src 'self' https:").replace(
        b"form-action 'self'", b"form-action 'self' https:"
    )
    if look is not None:
        policy = policy.replace(b"style-src 'self'", f"style-src 'self' {look.hash}".encode())
    answer.common = [
        (name, policy if name == b"content-security-policy" else value)
        for name, value in PAGE_HEADERS
    ]
    answer.headers = [*answer.headers, FORGOTTEN]
    return answer


def _looks(instrument: Any) -> str:
    name = (instrument.brand or instrument.type).replace("_", " ").capitalize()
    return f"{name} •••• {instrument.last_four}" if instrument.last_four else name
