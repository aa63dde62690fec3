"""The gateways API: a tenant's accounts at its gateways, and the ways between them."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.db import Tx
from guilder.http import delete, get, put

from .accounts import (
    GatewayAccount,
    GatewayInUse,
    GatewayNotConfigured,
    GatewayNotKnown,
    GatewaySettingsNotValid,
    account_named,
    accounts,
    configure,
    forget,
)
from .registry import Gateways

Setting = Annotated[str, Meta(min_length=1, max_length=1000)]
Settings = Annotated[
    dict[Annotated[str, Meta(max_length=50)], Setting],
    Meta(
        max_length=20,
        description="Replaced, where they are given.",
        examples=[{"client_id": "AeA1QIZ…"}],
    ),
]
Secrets = Annotated[
    dict[Annotated[str, Meta(max_length=50)], Annotated[str, Meta(min_length=8, max_length=1000)]],
    Meta(
        max_length=20,
        description="Kept sealed, and never shown again. One that is not given stays.",
        examples=[{"secret_key": "sk_live_…", "webhook_secret": "whsec_live_…"}],
    ),
]


class GatewayBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a gateway shall be used."""

    enabled: bool = True
    position: (
        Annotated[
            int,
            Meta(ge=0, le=1000, description="Of two that could take a payment, the lower does."),
        ]
        | UnsetType
    ) = UNSET
    settings: Settings | UnsetType = UNSET
    secrets: Secrets = {}


class GatewayView(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway as the tenant uses it. Of a secret only its last characters are shown."""

    name: Annotated[str, Meta(examples=["paypal"])]
    enabled: Annotated[bool, Meta(examples=[True])]
    position: Annotated[int, Meta(examples=[0])]
    settings: Settings
    secret_hints: Annotated[
        dict[str, str],
        Meta(
            description="The last four characters of each secret.",
            examples=[{"client_secret": "k3Vd"}],
        ),
    ]
    created_at: datetime
    updated_at: datetime


class GatewayList(msgspec.Struct, frozen=True):
    """The tenant's gateways, in their order."""

    data: list[GatewayView]


@get("/v1/gateways", "gateways:read")
async def list_gateways(tx: Tx) -> GatewayList:
    """List the gateways that were set up. Without any, the sandbox takes all payments."""
    found = await accounts(tx, tenant_id=tx.tenant_id)
    return GatewayList([show(account) for account in found])


@get("/v1/gateways/{name}", "gateways:read", problems=(GatewayNotKnown, GatewayNotConfigured))
async def show_gateway(tx: Tx, name: str) -> GatewayView:
    """Look at one gateway."""
    return show(await account_named(tx, name))


@put("/v1/gateways/{name}", "gateways:write", problems=(GatewayNotKnown, GatewaySettingsNotValid))
async def put_gateway(tx: Tx, name: str, body: GatewayBody, gateways: Gateways) -> GatewayView:
    """Set up a gateway, or change how it is used."""
    account = await configure(
        tx,
        gateways.vault,
        name,
        is_enabled=body.enabled,
        position=body.position,
        settings=body.settings,
        secrets=body.secrets,
    )
    return show(account)


@delete(
    "/v1/gateways/{name}",
    "gateways:write",
    problems=(GatewayNotKnown, GatewayNotConfigured, GatewayInUse),
)
async def delete_gateway(tx: Tx, name: str) -> None:
    """Take a gateway away, with its secrets, unless an attempt there is still open.

    One that is not enabled takes no new payments, and what is open comes to its end.
    """
    await forget(tx, name)


def show(account: GatewayAccount) -> GatewayView:
    """A gateway as callers see it."""
    return GatewayView(
        name=account.name,
        enabled=account.is_enabled,
        position=account.position,
        settings=account.settings,
        secret_hints=account.secret_hints,
        created_at=account.created_at,
        updated_at=account.updated_at,
    )


ENDPOINTS = (list_gateways, show_gateway, put_gateway, delete_gateway)
