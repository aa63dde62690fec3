"""The users API: people look at themselves and change how they are called; who is billed."""

import msgspec

from guilder.db import Tx
from guilder.http import OWN, get, patch
from guilder.kernel import Actor

from .billing import BillingChanges, billed_user, change_billing
from .credentials import Home
from .user import UserId
from .users import PersonNameNotValid, UsernameTaken, UserNotFound, change_profile, user_by_id
from .views import BillingPatch, BillingView, UserPatch, UserView, show_billing, show_user


@get("/v1/me", OWN, problems=(UserNotFound,))
async def show_me(tx: Tx, actor: Actor) -> UserView:
    """See who is signed in."""
    return show_user(await user_by_id(tx, own_id(actor)))


@patch("/v1/me", OWN, problems=(UserNotFound, PersonNameNotValid, UsernameTaken))
async def update_me(tx: Tx, actor: Actor, body: UserPatch) -> UserView:
    """Change how one is called and looks.

    What is not sent stays as it is, and null takes away what may be missing.
    """
    return show_user(await change_profile(tx, own_id(actor), body.changes()))


@get("/v1/users/{user_id}/billing", "tenant:read", problems=(UserNotFound,))
async def show_user_billing(tx: Tx, user_id: UserId) -> BillingView:
    """See as whom Stripe knows a user who is at home in this tenant."""
    return show_billing(await billed_user(tx, user_id))


@patch("/v1/users/{user_id}/billing", "tenant:write", problems=(UserNotFound,))
async def update_user_billing(tx: Tx, user_id: UserId, body: BillingPatch) -> BillingView:
    """Say as whom Stripe knows a user who is at home in this tenant.

    Who is billed is the tenant's matter: nobody makes themselves somebody else's customer.
    """
    changes = BillingChanges(**msgspec.structs.asdict(body))
    return show_billing(await change_billing(tx, user_id, changes))


def own_id(actor: Actor) -> UserId:
    """Who acts, where only users do."""
    if actor.id is None:
        raise LookupError("only users do this")
    return UserId(actor.id)


def own_home(actor: Actor) -> Home:
    """Who acts, and where they are at home: there, since it concerns themselves."""
    return Home(actor.tenant_id, own_id(actor))


ENDPOINTS = (show_me, update_me, show_user_billing, update_user_billing)
