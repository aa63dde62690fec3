"""Where gateways bring their notices, and the page of the sandbox's bank."""

from html import escape
from typing import Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from guilder.db import tenant_transaction
from guilder.http import PAGE_HEADERS, NotFound, Response, Visitor, get, post
from guilder.kernel import Currency, Money, Problem, TenantId
from guilder.payments.gateways import (
    KNOWN,
    AttemptId,
    GatewayNotConfigured,
    Gateways,
    GatewayUnavailable,
    Notice,
    NoticeNotGenuine,
    OutcomeUnknown,
)
from guilder.payments.gateways.sandbox import Line
from guilder.payments.settlement import ask

from .notices import receive

PAGE: Final = "/sandbox/authentication/{tenant_id}/{attempt_id}"
"""What a bank would show. Buyers of the sandbox come here."""

BANK_HEADERS: Final = [
    (name, value.replace(b"form-action 'self'", b"form-action 'self' http: https:"))
    for name, value in PAGE_HEADERS
]
"""Behind its form the page leads on to the shop, wherever that is."""

OF_AN_ADDRESS: Final = "%:/?#[]@!$&'()*+,;=~"
"""What stays as it is; an end of line would begin a header of the caller's choice."""


class NoticeRefused(Problem, status=400):
    """This notice is not the gateway's, or came too late."""


class NoticeNotVerified(Problem, status=503, retry_after_seconds=60):
    """Whether this notice is the gateway's cannot be told now: send it again."""


class Received(msgspec.Struct, frozen=True):
    """The notice was kept, now or before."""

    is_new: bool


@post(
    "/v1/gateways/{name}/webhooks/{tenant_id}",
    None,
    status=200,
    problems=(NoticeRefused, NoticeNotVerified),
)
async def receive_notice(
    visitor: Visitor, name: str, tenant_id: UUID, *, gateways: Gateways
) -> Received:
    """Bring a notice of a gateway, signed as the gateway signs.

    It is kept as it came, once, and then looked into: the gateway is asked how
    things stand.
    """
    tenant = TenantId(tenant_id)
    notice = await _read(visitor, gateways, tenant, name=name)
    async with tenant_transaction(visitor.pool, tenant) as tx:
        kept = await receive(tx, name, notice, payload=visitor.body)
    return Received(kept is not None)


async def _read(visitor: Visitor, gateways: Gateways, tenant: TenantId, *, name: str) -> Notice:
    if name not in KNOWN:
        raise NotFound
    try:
        async with tenant_transaction(visitor.pool, tenant) as tx:
            gateway = await gateways.of(tx, name)
        return await gateway.read_notice(visitor.headers, visitor.body)
    except GatewayNotConfigured as unknown:
        raise NotFound from unknown
    except NoticeNotGenuine as refused:
        raise NoticeRefused from refused
    except (GatewayUnavailable, OutcomeUnknown) as unclear:
        raise NoticeNotVerified from unclear


@get(PAGE, None)
async def show_authentication(tenant_id: UUID, attempt_id: UUID, gateways: Gateways) -> Response:
    """Show the buyer what the sandbox's bank asks."""
    line = await gateways.sandbox(TenantId(tenant_id)).waiting(AttemptId(attempt_id))
    if line is None:
        raise NotFound
    return _page(_question(line) if line.status == "waiting" else _answered(line))


@post(PAGE + "/agreements", None, status=303)
async def agree(
    visitor: Visitor, tenant_id: UUID, attempt_id: UUID, *, gateways: Gateways
) -> Response:
    """The buyer says yes."""
    return await _act(visitor, gateways, (tenant_id, attempt_id), agrees=True)


@post(PAGE + "/refusals", None, status=303)
async def refuse(
    visitor: Visitor, tenant_id: UUID, attempt_id: UUID, *, gateways: Gateways
) -> Response:
    """The buyer says no."""
    return await _act(visitor, gateways, (tenant_id, attempt_id), agrees=False)


async def _act(
    visitor: Visitor, gateways: Gateways, place: tuple[UUID, UUID], *, agrees: bool
) -> Response:
    tenant_id, attempt_id = TenantId(place[0]), AttemptId(place[1])
    line = await gateways.sandbox(tenant_id).act(attempt_id, agrees=agrees)
    if line is None:
        raise NotFound
    await ask(visitor.pool, gateways, tenant_id, attempt_id=attempt_id)
    if line.return_url is None:
        return _page(_answered(line))
    address = quote(line.return_url, safe=OF_AN_ADDRESS)
    return Response(303, headers=[(b"location", address.encode())], common=BANK_HEADERS)


def _question(line: Line) -> str:
    amount = escape(str(Money(line.amount_minor, Currency(line.currency))))
    here = line.id
    return f"""
<p>A payment of <strong>{amount}</strong> has to be confirmed by you.</p>
<form method="post" action="{here}/agreements"><button class="yes">Confirm payment</button></form>
<form method="post" action="{here}/refusals"><button>Refuse</button></form>"""


def _answered(line: Line) -> str:
    told = "confirmed" if line.status == "done" else "refused"
    return f"<p>The payment was {told}. You can close this page.</p>"


def _page(body: str) -> Response:
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox bank</title><link rel="stylesheet" href="/sandbox/bank.css">
</head>
<body><main><h1>Sandbox bank</h1>{body}
<p class="note">This is a test. No money moves.</p></main></body>
</html>"""
    return Response(
        200, text.encode(), content_type=b"text/html; charset=utf-8", common=BANK_HEADERS
    )


STYLE: Final = b"""
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --edge: #d0d5dc; --act: #0a5dc2 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebef; --paper: #14181d; --edge: #3a424c; --act: #6eb0ff }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  box-sizing: border-box; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper) }
main { width: 100%; max-width: 24rem; box-sizing: border-box; padding: 2rem;
  border: 1px solid var(--edge); border-radius: .75rem }
h1 { margin: 0 0 1rem; font-size: 1.25rem }
button { width: 100%; padding: .75rem; margin-top: .75rem; font: inherit; color: inherit;
  border: 1px solid var(--edge); border-radius: .5rem; background: transparent; cursor: pointer }
button.yes { border-color: var(--act); background: var(--act); color: var(--paper) }
.note { margin: 1.5rem 0 0; font-size: .875rem; opacity: .75 }
"""


@get("/sandbox/bank.css", None)
async def style() -> Response:
    """The page's style."""
    return Response(200, STYLE, content_type=b"text/css; charset=utf-8", common=PAGE_HEADERS)


ENDPOINTS = (receive_notice, show_authentication, agree, refuse, style)
