"""The API of identity providers: where a tenant's people sign in from elsewhere."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.db import Tx
from guilder.http import delete, get, put
from guilder.identity.roles import LiveActorNeeded, RoleId
from guilder.identity.verified import EmailNotVerified
from guilder.kernel import Actor

from .openid import Issuers
from .provider import IdentityProvider, ProviderId, show
from .providers import (
    IdentityProviderNotFound,
    IssuerNotValid,
    IssuerStays,
    NotYoursToSetUp,
    OriginNotValid,
    RoleNeeded,
    SecretNeededAgain,
    Setup,
    all_providers,
    forget_provider,
    provider_named,
    put_provider,
)
from .returning import CALLBACK

PATH = "/v1/identity-providers/{provider}"

Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z0-9](-?[a-z0-9])*$(?!\n)",
        description="What it is called in addresses.",
        examples=["company"],
    ),
]
Title = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["Sign in with Tulip & Sons"])
]
Issuer = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=500,
        description="As it writes itself, to the letter.",
        examples=["https://id.tulips.example"],
    ),
]
ClientId = Annotated[
    str, Meta(min_length=1, max_length=255, pattern=r"^[ -~]+$(?!\n)", examples=["guilder"])
]
ClientSecret = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        pattern=r"^[ -~]+$(?!\n)",
        description=(
            "Kept sealed, and never shown again. One that is not given stays; null is none."
        ),
        examples=["9hK2wS7dQ4tYb1"],
    ),
]
Domain = Annotated[
    str,
    Meta(
        max_length=253,
        pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$(?!\n)",
        examples=["tulips.example"],
    ),
]
Domains = Annotated[
    list[Domain],
    Meta(
        max_length=50,
        description=(
            "Of these the issuer may say whose address is whose. Where there are any, nobody else "
            "is admitted."
        ),
    ),
]
Origin = Annotated[str, Meta(max_length=300, examples=["https://shop.tulips.example"])]
Origins = Annotated[
    list[Origin],
    Meta(max_length=20, description="Sites to which the issuer may send people back."),
]
Admits = Annotated[
    bool, Meta(description="Whether whoever the issuer knows becomes a member.", examples=[False])
]


class IdentityProviderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer of OpenID Connect, who we are to it, and whom it lets in."""

    title: Title
    issuer: Issuer
    client_id: ClientId
    client_secret: ClientSecret | UnsetType | None = UNSET
    email_domains: Domains = []
    return_origins: Origins = []
    admits_new_users: Admits = False
    role_id: RoleId | None = None
    active: Annotated[bool, Meta(examples=[True])] = True


class IdentityProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider. Its client's secret is never shown."""

    id: ProviderId
    name: Name
    title: Title
    issuer: Issuer
    client_id: ClientId
    has_client_secret: Annotated[bool, Meta(examples=[True])]
    email_domains: Domains
    return_origins: Origins
    admits_new_users: Admits
    role_id: RoleId | None
    active: Annotated[bool, Meta(examples=[True])]
    callback_url: Annotated[
        str,
        Meta(
            description="The issuer has to know it as a redirect URI.",
            examples=["https://pay.tulips.example/v1/sso/callback"],
        ),
    ]
    created_at: datetime
    updated_at: datetime


class IdentityProviderList(msgspec.Struct, frozen=True):
    """The tenant's identity providers, by name."""

    data: list[IdentityProviderView]


@get("/v1/identity-providers", "identity_providers:read")
async def list_identity_providers(tx: Tx, issuers: Issuers) -> IdentityProviderList:
    """List where people sign in from elsewhere."""
    found = await all_providers(tx, tenant_id=tx.tenant_id)
    return IdentityProviderList([_show(provider, issuers) for provider in found])


@get(PATH, "identity_providers:read", problems=(IdentityProviderNotFound,))
async def show_identity_provider(tx: Tx, provider: Name, issuers: Issuers) -> IdentityProviderView:
    """Look at one identity provider."""
    return _show(await provider_named(tx, provider), issuers)


@put(
    PATH,
    "identity_providers:write",
    problems=(
        EmailNotVerified,
        LiveActorNeeded,
        NotYoursToSetUp,
        IssuerNotValid,
        OriginNotValid,
        RoleNeeded,
        IssuerStays,
        SecretNeededAgain,
    ),
)
async def put_identity_provider(
    tx: Tx, actor: Actor, provider: Name, *, body: IdentityProviderBody, issuers: Issuers
) -> IdentityProviderView:
    """Set up an identity provider, or change it. What is not sent is as if it had never been.

    The client's secret alone stays where it is not sent, as long as issuer and client do.
    """
    named = msgspec.structs.asdict(body)
    setup = Setup(is_active=named.pop("active"), **named)
    return _show(await put_provider(tx, actor, provider, setup=setup, vault=issuers.vault), issuers)


@delete(
    PATH,
    "identity_providers:write",
    problems=(LiveActorNeeded, NotYoursToSetUp, IdentityProviderNotFound),
)
async def delete_identity_provider(tx: Tx, actor: Actor, provider: Name) -> None:
    """Take an identity provider away. Who came by it stays a user, and needs another way in."""
    await forget_provider(tx, actor, provider)


def _show(provider: IdentityProvider, issuers: Issuers) -> IdentityProviderView:
    fields = msgspec.structs.asdict(show(provider))
    return IdentityProviderView(
        has_client_secret=fields.pop("is_confidential"),
        active=fields.pop("is_active"),
        callback_url=issuers.public_url + CALLBACK,
        **fields,
    )


ENDPOINTS = (
    list_identity_providers,
    show_identity_provider,
    put_identity_provider,
    delete_identity_provider,
)
