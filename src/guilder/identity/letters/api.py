"""What one is told by mail: chosen by who has signed in, and ended by a link without signing in."""

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.db import Tx, tenant_transaction
from guilder.http import OWN, PAGE_HEADERS, Response, Visitor, get, patch, post
from guilder.identity.users import UserNotFound
from guilder.identity.users.api import own_id
from guilder.kernel import Actor

from .preferences import (
    EmailPreferences,
    Preference,
    PreferenceChanges,
    change_preferences,
    preferences_of,
)
from .unsubscriptions import PATH, LinkNotValid, Unsubscriptions, end

Token = Annotated[str, Meta(min_length=1, max_length=500)]

LETTERS: Final = {
    Preference.PRODUCT_UPDATES: "letters about what is new",
    Preference.WEEKLY_SUMMARY: "the weekly summary",
    Preference.PAYMENT_ALERTS: "letters about payments",
    Preference.MARKETING: "advertisements",
}
"""What is ended, in words."""


class EmailPreferencesPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to be told from now on; what is not sent stays."""

    product_updates: bool | UnsetType = UNSET
    weekly_summary: bool | UnsetType = UNSET
    payment_alerts: bool | UnsetType = UNSET
    marketing: bool | UnsetType = UNSET


@get("/v1/me/email-preferences", OWN)
async def show_email_preferences(tx: Tx, actor: Actor) -> EmailPreferences:
    """See what one is told by mail.

    Letters that concern the safety of the account come in any case.
    """
    return await preferences_of(tx, own_id(actor))


@patch("/v1/me/email-preferences", OWN, problems=(UserNotFound,))
async def update_email_preferences(
    tx: Tx, actor: Actor, body: EmailPreferencesPatch
) -> EmailPreferences:
    """Choose what one is told by mail."""
    changes = PreferenceChanges(**msgspec.structs.asdict(body))
    return await change_preferences(tx, own_id(actor), changes)


@get(PATH, None, problems=(LinkNotValid,))
async def ask_to_unsubscribe(token: Token, unsubscriptions: Unsubscriptions) -> Response:
    """Show the button that ends such letters. Looking at the page ends nothing."""
    letters = LETTERS[unsubscriptions.read(token).kind]
    return _page(
        f"<p>Do you want to be sent {letters} no more?</p>"
        '<form method="post"><button name="List-Unsubscribe" value="One-Click">'
        "Unsubscribe</button></form>"
    )


@post(PATH, None, status=200, problems=(LinkNotValid,))
async def unsubscribe(visitor: Visitor, token: Token, unsubscriptions: Unsubscriptions) -> Response:
    """End such letters with one click, as RFC 8058 has it."""
    of = unsubscriptions.read(token)
    async with tenant_transaction(visitor.pool, of.home.tenant_id) as tx:
        await end(tx, of)
    return _page(f"<p>You will not be sent {LETTERS[of.kind]} any more.</p>")


def _page(body: str) -> Response:
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Unsubscribe</title>
</head>
<body><main><h1>Unsubscribe</h1>{body}</main></body>
</html>"""
    html = b"text/html; charset=utf-8"
    return Response(200, text.encode(), content_type=html, common=PAGE_HEADERS)


ENDPOINTS = (
    show_email_preferences,
    update_email_preferences,
    ask_to_unsubscribe,
    unsubscribe,
)
