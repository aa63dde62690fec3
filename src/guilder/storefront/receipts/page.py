"""The page of an order: whoever has its link follows it, and announces what comes back."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal
from uuid import UUID

from guilder.checkout import (
    OrderLineId,
    OrderLineNotFound,
    OrderNotFound,
    Pieces,
    PiecesNotLeft,
    issue_invoice,
    request_return,
)
from guilder.db import Tx, tenant_transaction, transact
from guilder.http import PAGE_HEADERS, Response, Visitor, get, post
from guilder.identity import TenantNotFound
from guilder.mail import LANGUAGES
from guilder.pages import FormNotGenuine, Forms, redirect
from guilder.storefront.look import look_of
from guilder.storefront.tongue import OWN_NAMES, accepted_in

from .document import Document, document_of
from .following import Followed, followed, shown
from .invoicing import invoice_document
from .links import PATH, OrderLinks
from .printing import can_print, printed
from .reader import Reader
from .sheet import NOT_KEPT, POLICY, TEMPLATES, sheet

LONGEST_REASON: Final = 500
NUMBER: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
FIELD: Final = "pieces-"
REFUSED: Final = {
    "no_pieces": 422,
    "not_left": 409,
    "too_long": 422,
    "closed": 403,
    "no_invoices": 403,
    "undone": 409,
    "stale": 403,
}
"""Why nothing was done, and the status that says so."""

Form = dict[str, str]
Act = Callable[[Visitor, Followed, Form], Awaitable[str | None]]
"""What a button does: None, or why it was not done."""
Part = Literal["order", "returns"]
"""A part of the page that has a button: what became of it is told there."""


@get("/orders/{token}", None, is_page=True)
async def show_order_page(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """The page on which a buyer follows an order."""
    guest = Guest(visitor, forms, token, language=language)
    return guest.page(await guest.order(links))


@get("/orders/{token}/invoice", None, is_page=True)
async def show_buyers_invoice(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """The invoice, as the buyer keeps it."""
    guest = Guest(visitor, forms, token, language=language)
    document = guest.invoice(await guest.order(links))
    return sheet(document) if document else guest.page(None)


@get("/orders/{token}/invoice.pdf", None, is_page=True)
async def show_buyers_invoice_pdf(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """The invoice as PDF."""
    guest = Guest(visitor, forms, token, language=language)
    document = guest.invoice(await guest.order(links))
    return await printed(document) if document else guest.page(None)


@post("/orders/{token}/invoices", None, status=200, is_page=True)
async def ask_for_invoice(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """Have the invoice issued, and sent where the e-mail is known."""
    return await Guest(visitor, forms, token, language=language).act(links, _issue, part="order")


@get("/orders/{token}/receipt", None, is_page=True)
async def show_buyers_receipt(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """The receipt, as the buyer keeps it."""
    guest = Guest(visitor, forms, token, language=language)
    found = await guest.order(links)
    if found is None:
        return guest.page(None)
    return sheet(document_of(found.receipt, found.receipt.for_buyer(language, guest.accepted)))


@get("/orders/{token}/receipt.pdf", None, is_page=True)
async def show_buyers_pdf(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """The receipt as PDF."""
    guest = Guest(visitor, forms, token, language=language)
    found = await guest.order(links)
    if found is None:
        return guest.page(None)
    reader = found.receipt.for_buyer(language, guest.accepted)
    return await printed(document_of(found.receipt, reader))


@post("/orders/{token}/returns", None, status=200, is_page=True)
async def announce_return(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None = None
) -> Response:
    """Announce that pieces come back."""
    guest = Guest(visitor, forms, token, language=language)
    return await guest.act(links, _announce, part="returns")


class Guest:
    """Whoever opened the page, by which address, and in which language."""

    def __init__(self, visitor: Visitor, forms: Forms, token: str, *, language: str | None) -> None:
        self.visitor = visitor
        self.forms = forms
        self.accepted = visitor.headers.get("accept-language", "")
        self._token = token
        self._language = language if language in LANGUAGES else None

    async def order(self, links: OrderLinks) -> Followed | None:
        """The order that the address is of; None where it is of none."""
        linked = links.read(self._token)
        if linked is None:
            return None
        async with tenant_transaction(self.visitor.pool, linked.tenant_id) as tx:
            try:
                found = await followed(tx, linked)
            except (OrderNotFound, TenantNotFound):
                return None
        return found if found.is_shown else None

    def invoice(self, found: Followed | None) -> Document | None:
        """The invoice in their language, where there is one."""
        if found is None or found.receipt.invoice is None:
            return None
        reader = found.receipt.for_buyer(self._language, self.accepted)
        return invoice_document(found.receipt, found.receipt.invoice, reader)

    async def act(self, links: OrderLinks, act: Act, *, part: Part) -> Response:
        """Do what a button says, and show what became of it: pressed again it sends nothing."""
        found = await self.order(links)
        if found is None:
            return self.page(None)
        try:
            given = self.forms.open(self.visitor)
        except FormNotGenuine:
            return self.page(found, wrong="stale", part=part)
        wrong = await act(self.visitor, found, given)
        if wrong is not None:
            return self.page(found, wrong=wrong, given=given, part=part)
        return redirect(f"{self._here()}#{part}")

    def page(
        self,
        found: Followed | None,
        *,
        wrong: str | None = None,
        given: Form | None = None,
        part: Part = "order",
    ) -> Response:
        """The page of an order, with what is wrong; or the one that says that there is none."""
        wished = (self._language or "", *accepted_in(self.accepted))
        reader = (
            found.receipt.for_buyer(self._language, self.accepted) if found else Reader.of(*wished)
        )
        look = look_of(found.receipt.settings.brand_color) if found else None
        answer = self.forms.show(
            self.visitor,
            TEMPLATES,
            "order.html" if found else "no_order.html",
            status=REFUSED[wrong] if wrong else 200 if found else 404,
            words=reader.words,
            language=reader.language,
            languages=[(one, OWN_NAMES[one]) for one in LANGUAGES],
            look=look,
            shop=_shop(found),
            wrong=getattr(reader.words.refused, wrong) if wrong else None,
            part=part,
            given=given or {},
            can_print=can_print(),
            here=self._here,
            **(shown(found, reader) if found else {}),
        )
        answer.headers = [*answer.headers, *NOT_KEPT]
        answer.common = _common(look.hash if look else None)
        return answer

    def _here(self, more: str = "") -> str:
        """The path of this page, or of what is under it, in the language that was asked for."""
        path = f"{PATH}/{self._token}{more}"
        return f"{path}?language={self._language}" if self._language else path


async def _issue(visitor: Visitor, found: Followed, _: Form) -> str | None:
    """Whoever asks for the invoice is sent it: `send_invoice` hears of it."""
    if not found.is_open:
        return "no_invoices"
    if found.is_undone and found.receipt.invoice is None:
        return "undone"

    async def issue(tx: Tx) -> None:
        await issue_invoice(tx, found.linked.order_id)

    await transact(visitor.pool, found.linked.tenant_id, issue, actor=found.buyer)
    return None


async def _announce(visitor: Visitor, found: Followed, given: Form) -> str | None:
    """Write the return down; or answer why not."""
    if not found.is_open:
        return "closed"
    pieces, reason = _pieces_in(given), given.get("reason", "").strip()
    if not pieces:
        return "no_pieces"
    if len(reason) > LONGEST_REASON:
        return "too_long"

    async def announce(tx: Tx) -> None:
        await request_return(tx, found.linked.order_id, pieces, reason=reason or None)

    try:
        await transact(visitor.pool, found.linked.tenant_id, announce, actor=found.buyer)
    except (PiecesNotLeft, OrderLineNotFound):
        return "not_left"
    return None


def _pieces_in(given: Form) -> list[Pieces]:
    """How many of which lines a form names; what is no number of a line names nothing."""
    pieces = []
    for name, value in given.items():
        if not name.startswith(FIELD) or not NUMBER.fullmatch(value.strip()) or not int(value):
            continue
        try:
            line_id = OrderLineId(UUID(name.removeprefix(FIELD)))
        except ValueError:
            continue
        pieces.append(Pieces(line_id=line_id, quantity=int(value)))
    return pieces


def _shop(found: Followed | None) -> dict[str, Any] | None:
    if found is None:
        return None
    settings = found.receipt.settings
    return {
        "name": found.receipt.tenant.name,
        "logo": settings.logo_url,
        "email": settings.support_email,
    }


def _common(own_style: str | None) -> list[tuple[bytes, bytes]]:
    """The headers of a page that shows the shop's logo, and its colour."""
    policy = dict(PAGE_HEADERS)[POLICY].replace(b"img-src 'self'", b"img-src 'self' https:")
    if own_style is not None:
        policy = policy.replace(b"style-src 'self'", f"style-src 'self' {own_style}".encode())
    return [(name, policy if name == POLICY else value) for name, value in PAGE_HEADERS]


ENDPOINTS: Final = (
    show_order_page,
    show_buyers_invoice,
    show_buyers_invoice_pdf,
    ask_for_invoice,
    show_buyers_receipt,
    show_buyers_pdf,
    announce_return,
)
