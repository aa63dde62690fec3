"""Founding: the demo's tenant, with an owner who can sign in, and its keys."""

import secrets
from typing import Final

import msgspec

from guilder import identity
from guilder.app import System
from guilder.cli.operator import operator
from guilder.db import Tx, transact
from guilder.identity import EmailInUse, KeyKind, Origin, SignUp, Tier
from guilder.kernel import TenantId

from .counter import open_counter

NAME: Final = "Tulip & Sons"
OWNER: Final = "Wilma de Vries"
ORIGIN: Final = Origin(address="127.0.0.1", user_agent=None, request_id="demo")
FOR_PAGES: Final = ("storefront:read", "storefront:write")


class Founded(msgspec.Struct, frozen=True):
    """What opens the shop: for programs, for pages, and for its owner."""

    tenant_id: TenantId
    secret_key: str
    publishable_key: str
    owner_email: str
    owner_password: str


async def found(system: System) -> Founded:
    """Found the tenant, as somebody who signs up would, and have the operator vouch for them."""
    password = secrets.token_urlsafe(12)
    email, begun = await _signed_up(system, password)
    tenant_id, user = begun.tenant.id, begun.entered.user

    async def vouch(tx: Tx) -> tuple[str, str]:
        await identity.verify_email(tx, user)
        await identity.change_tier(tx, Tier.ENTERPRISE)
        return await _keys(tx)

    secret, publishable = await transact(system.pool, tenant_id, vouch, actor=operator(tenant_id))
    async with open_counter(system, begun.entered.opened.token) as owner:
        await owner.ask("DELETE", "/v1/sessions/current")
    return Founded(tenant_id, secret, publishable, email, password)


async def _signed_up(system: System, password: str) -> tuple[str, identity.Begun]:
    """Sign up, under another address where a demo before has taken the first."""
    for email in ("wilma@tulips.example", f"wilma-{secrets.token_hex(4)}@tulips.example"):
        asked = SignUp(email=email, password=password, name=OWNER, tenant_name=NAME, origin=ORIGIN)
        try:
            return email, await identity.sign_up(system.pool, system.passwords, asked)
        except EmailInUse:
            continue
    raise EmailInUse


async def _keys(tx: Tx) -> tuple[str, str]:
    """The demo's two keys, and some whose story fills the list."""
    maker = operator(tx.tenant_id)
    issued = await identity.create_api_key(tx, maker, name="Demo", scopes=["*"])
    for_pages = await identity.create_api_key(
        tx, maker, name="Shop page", kind=KeyKind.PUBLISHABLE, scopes=list(FOR_PAGES)
    )
    await identity.create_api_key(tx, maker, name="Shop server", scopes=["api_keys:read"])
    old = await identity.create_api_key(tx, maker, name="Old laptop", scopes=["events:read"])
    await identity.revoke(tx, old.key.id)
    return issued.secret, for_pages.secret
