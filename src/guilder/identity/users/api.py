"""The users API: whoever has signed in looks at themselves, and changes how they are called."""

from guilder.db import Tx
from guilder.http import OWN, get, patch
from guilder.kernel import Actor

from .credentials import Home
from .user import UserId
from .users import UsernameTaken, UserNotFound, change_profile, user_by_id
from .views import UserPatch, UserView, show_user


@get("/v1/me", OWN, problems=(UserNotFound,))
async def show_me(tx: Tx, actor: Actor) -> UserView:
    """See who is signed in."""
    return show_user(await user_by_id(tx, own_id(actor)))


@patch("/v1/me", OWN, problems=(UserNotFound, UsernameTaken))
async def update_me(tx: Tx, actor: Actor, body: UserPatch) -> UserView:
    """Change how one is called and looks.

    What is not sent stays as it is, and null takes away what may be missing.
    """
    return show_user(await change_profile(tx, own_id(actor), body.changes()))


def own_id(actor: Actor) -> UserId:
    """Who acts, where only users do."""
    if actor.id is None:
        raise LookupError("only users do this")
    return UserId(actor.id)


def own_home(actor: Actor) -> Home:
    """Who acts, and where they are at home: there, since it concerns themselves."""
    return Home(actor.tenant_id, own_id(actor))


ENDPOINTS = (show_me, update_me)
