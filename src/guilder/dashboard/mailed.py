"""Where links in mails lead: to confirm an address, choose a password, answer an invitation.

Looking at such a page changes nothing, since mail programs look at links too; its button does.
"""

from typing import Any, Final

from guilder.http import Response, Visitor, get, post
from guilder.identity import (
    Newcomer,
    Passwords,
    SessionNotOpen,
    ask_for_reset,
    confirm_change,
    confirm_email,
    join_as_newcomer,
    join_as_user,
    origin_of,
    refuse_invitation,
    reset_password,
)
from guilder.kernel import Problem
from guilder.pages import SESSION_COOKIE, FormNotGenuine, Forms, cookie_in, redirect

from .entrance import TEMPLATES, kept, told

Form = dict[str, str]


@get("/verify-email", None)
async def show_verification(visitor: Visitor, forms: Forms, token: str = "") -> Response:
    """The page on which an address is confirmed."""
    return forms.show(
        visitor, TEMPLATES, "verify_email.html", token=token, done=False, **told(None)
    )


@post("/verify-email", None, problems=(FormNotGenuine,))
async def take_verification(visitor: Visitor, forms: Forms) -> Response:
    """Confirm an address."""
    token = forms.open(visitor).get("token", "")
    wrong = await _problem_of(confirm_email(visitor.pool, token, origin=origin_of(visitor)))
    return _answer(forms, visitor, "verify_email.html", wrong=wrong, token=token)


@get("/change-email", None)
async def show_change(visitor: Visitor, forms: Forms, token: str = "") -> Response:
    """The page on which a new address is confirmed."""
    return forms.show(
        visitor, TEMPLATES, "change_email.html", token=token, done=False, **told(None)
    )


@post("/change-email", None, problems=(FormNotGenuine,))
async def take_change(visitor: Visitor, forms: Forms) -> Response:
    """Use the new address from now on."""
    token = forms.open(visitor).get("token", "")
    wrong = await _problem_of(confirm_change(visitor.pool, token, origin=origin_of(visitor)))
    return _answer(forms, visitor, "change_email.html", wrong=wrong, token=token)


@get("/reset-password", None)
async def show_reset(visitor: Visitor, forms: Forms, token: str = "") -> Response:
    """The page on which a mail is asked for, or with what came by mail a password is chosen."""
    return forms.show(
        visitor, TEMPLATES, "reset_password.html", token=token, given={}, done=False, **told(None)
    )


@post("/reset-password", None, problems=(FormNotGenuine,))
async def take_reset(visitor: Visitor, forms: Forms, passwords: Passwords) -> Response:
    """Have the mail sent, or choose the password."""
    fields = forms.open(visitor)
    token = fields.get("token", "")
    if token:
        work = reset_password(
            visitor.pool,
            passwords,
            token=token,
            new=fields.get("password", ""),
            origin=origin_of(visitor),
        )
    else:
        work = ask_for_reset(visitor.pool, email=fields.get("email", ""), address=visitor.address)
    wrong = await _problem_of(work)
    return _answer(forms, visitor, "reset_password.html", wrong=wrong, token=token, given=fields)


@get("/invitation", None)
async def show_invitation(visitor: Visitor, forms: Forms, token: str = "") -> Response:
    """The page on which somebody says yes or no."""
    return _invitation_page(forms, visitor, token=token)


@post("/invitation", None, problems=(FormNotGenuine,))
async def take_invitation(visitor: Visitor, forms: Forms, passwords: Passwords) -> Response:
    """Say yes, as who is signed in or as somebody new; or say no."""
    fields = forms.open(visitor)
    token = fields.get("token", "")
    if fields.get("answer") == "no":
        wrong = await _problem_of(refuse_invitation(visitor.pool, token, origin=origin_of(visitor)))
        return _invitation_page(forms, visitor, token=token, wrong=wrong, declined=wrong is None)
    try:
        return await _join(visitor, forms, passwords, fields=fields)
    except Problem as problem:
        return _invitation_page(forms, visitor, token=token, given=fields, wrong=problem)


async def _join(visitor: Visitor, forms: Forms, passwords: Passwords, *, fields: Form) -> Response:
    token, origin = fields.get("token", ""), origin_of(visitor)
    session = cookie_in(visitor, SESSION_COOKIE)
    if session is not None and not fields.get("password"):
        await join_as_user(visitor.pool, token, session=session, origin=origin)
        return redirect("/")
    newcomer = Newcomer(name=fields.get("name", "").strip(), password=fields.get("password", ""))
    welcome = await join_as_newcomer(
        visitor.pool, passwords, token, newcomer=newcomer, origin=origin
    )
    if welcome.entered is None:
        raise SessionNotOpen
    return redirect("/", kept(welcome.entered.opened, forms))


async def _problem_of(work: Any) -> Problem | None:
    try:
        await work
    except Problem as problem:
        return problem
    return None


def _answer(
    forms: Forms, visitor: Visitor, name: str, *, wrong: Problem | None, **values: Any
) -> Response:
    shown = {"done": wrong is None, **told(wrong), **values}
    return forms.show(visitor, TEMPLATES, name, refused=wrong, **shown)


def _invitation_page(
    forms: Forms,
    visitor: Visitor,
    *,
    token: str,
    given: Form | None = None,
    wrong: Problem | None = None,
    declined: bool = False,
) -> Response:
    return forms.show(
        visitor,
        TEMPLATES,
        "invitation.html",
        refused=wrong,
        token=token,
        given=given or {},
        declined=declined,
        is_signed_in=cookie_in(visitor, SESSION_COOKIE) is not None,
        **told(wrong),
    )


ENDPOINTS: Final = (
    show_verification,
    take_verification,
    show_change,
    take_change,
    show_reset,
    take_reset,
    show_invitation,
    take_invitation,
)
