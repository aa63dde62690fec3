"""The API by which sites have people sign in with an issuer, and take them back themselves."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from guilder.http import Visitor, post
from guilder.identity.entrance.api import EnteredView, origin_of, show_entered
from guilder.identity.quotas import QuotaExceeded

from .api import Name
from .arrivals import NotAdmitted
from .departures import Wanted, depart
from .journeys import Return, StateNotKnown
from .openid import CodeRefused, IssuerNotReached, IssuerNotUsable, Issuers, SignInNotProved
from .providers import IdentityProviderNotFound
from .returning import ReturnNotAllowed
from .returns import come_back

Tenant = Annotated[
    str, Meta(min_length=1, max_length=63, description="Its slug, or its id.", examples=["tulips"])
]
ReturnTo = Annotated[str, Meta(min_length=1, max_length=2000)]
Code = Annotated[str, Meta(min_length=1, max_length=4000, examples=["SplxlOBeZQQYbYS6WxSbIA"])]
State = Annotated[str, Meta(min_length=1, max_length=200, examples=["go_…"])]
Issuer = Annotated[
    str, Meta(max_length=500, description="`iss`, where the issuer has sent it along.")
]

NOT_BEGUN: Final = (IdentityProviderNotFound, ReturnNotAllowed, IssuerNotReached, IssuerNotUsable)
NOT_ENDED: Final = (
    StateNotKnown,
    CodeRefused,
    SignInNotProved,
    NotAdmitted,
    QuotaExceeded,
    IssuerNotReached,
    IssuerNotUsable,
)


class NewAuthorization(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody wants to sign in with a tenant's provider, and come back to a site of the tenant."""

    tenant: Tenant
    provider: Name
    return_to: (
        Annotated[
            ReturnTo,
            Meta(
                description="Of an origin that the provider names. The issuer has to know it too.",
                examples=["https://shop.tulips.example/signed-in"],
            ),
        ]
        | None
    ) = None


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send somebody."""

    authorization_url: Annotated[str, Meta(examples=["https://id.tulips.example/authorize?…"])]
    state: Annotated[
        State,
        Meta(description="Keep it for this browser, and take no code that comes with another."),
    ]


class SsoSignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody has brought back from the issuer."""

    code: Code
    state: State
    iss: Issuer | None = None


@post("/v1/sso/authorizations", None, problems=NOT_BEGUN)
async def create_authorization(
    visitor: Visitor, body: NewAuthorization, issuers: Issuers
) -> Authorization:
    """Begin to sign somebody in with their issuer.

    It is good once, for ten minutes. Whoever begins here ends with `POST /v1/sso/sessions`; a
    browser of ours begins at `/sso/{tenant}/{provider}` instead.
    """
    wanted = Wanted(tenant=body.tenant, provider=body.provider, return_to=body.return_to)
    departure = await depart(visitor.pool, issuers, wanted)
    return Authorization(authorization_url=departure.authorization_url, state=departure.state)


@post("/v1/sso/sessions", None, problems=NOT_ENDED)
async def create_sso_session(visitor: Visitor, body: SsoSignIn, issuers: Issuers) -> EnteredView:
    """End signing in with an issuer, and begin a session."""
    returned = Return(code=body.code, state=body.state, issuer=body.iss)
    entered, _ = await come_back(visitor.pool, issuers, returned, origin=origin_of(visitor))
    return show_entered(entered)


ENDPOINTS = (create_authorization, create_sso_session)
