"""Sign-up, sign-in and sign-out, as pages."""

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from guilder.http import NotAuthenticated, Response, Visitor, get, post
from guilder.identity import (
    LIFETIME,
    Factors,
    Gate,
    Opened,
    Passwords,
    SignIn,
    SignUp,
    origin_of,
    sign_in,
    sign_out,
    sign_up,
)
from guilder.kernel import Problem
from guilder.pages import (
    SESSION_COOKIE,
    FormNotGenuine,
    Forms,
    Templates,
    cookie,
    forgotten,
    redirect,
)

from .signed import at_home

TEMPLATES: Final = Templates(Path(__file__).parent / "templates")

FIELDS: Final = {
    "email_in_use": "email",
    "email_not_valid": "email",
    "username_taken": "username",
    "password_too_short": "password",
    "password_too_long": "password",
    "password_too_common": "password",
    "password_is_the_email": "password",
    "name_not_valid": "name",
    "person_name_not_valid": "name",
    "second_factor_needed": "code",
    "second_factor_refused": "code",
}
"""Beside which field a problem is told; any other stands above the form."""

OVER: Final = {"ticket_not_valid", "invitation_not_open"}
"""After which there is nothing left to fill in, since it would be refused again."""

BLANK: Final = "Please fill this in."


def blank_in(fields: dict[str, str], *needed: str) -> dict[str, str]:
    """What was left empty, all of it at once."""
    return {name: BLANK for name in needed if not fields.get(name, "").strip()}


def told(problem: Problem | None, blank: dict[str, str] | None = None) -> dict[str, Any]:
    """A problem as a page shows it: beside its field, or above all."""
    if problem is None:
        return {"problems": blank or {}, "problem": None, "is_over": False}
    field = FIELDS.get(problem.code)
    return {
        "problems": {field: problem.title} if field else {},
        "problem": None if field else problem.title,
        "is_over": problem.code in OVER,
    }


@get("/sign-in", None)
async def show_sign_in(visitor: Visitor, forms: Forms, to: str = "/") -> Response:
    """The page on which people sign in."""
    return _sign_in_page(visitor, forms, to=to)


@post("/sign-in", None, problems=(FormNotGenuine,))
async def take_sign_in(
    visitor: Visitor, forms: Forms, passwords: Passwords, *, factors: Factors
) -> Response:
    """Sign in, and go where one wanted to go."""
    fields = forms.open(visitor)
    if blank := blank_in(fields, "login", "password"):
        to = fields.get("to", "/")
        return _sign_in_page(visitor, forms, to=to, given=fields, blank=blank)
    asked = SignIn(
        login=fields.get("login", ""),
        password=fields.get("password", ""),
        code=fields.get("code") or None,
        recovery_code=fields.get("recovery_code") or None,
        origin=origin_of(visitor),
    )
    try:
        entered = await sign_in(visitor.pool, passwords, asked, factors=factors)
    except Problem as problem:
        return _sign_in_page(visitor, forms, to=fields.get("to", "/"), given=fields, wrong=problem)
    return redirect(fields.get("to", "/"), kept(entered.opened, forms))


@get("/sign-up", None)
async def show_sign_up(visitor: Visitor, forms: Forms) -> Response:
    """The page on which people begin."""
    return _sign_up_page(visitor, forms)


@post("/sign-up", None, problems=(FormNotGenuine,))
async def take_sign_up(visitor: Visitor, forms: Forms, passwords: Passwords) -> Response:
    """Begin, and see what there is."""
    fields = forms.open(visitor)
    if blank := blank_in(fields, "name", "email", "password"):
        return _sign_up_page(visitor, forms, given=fields, blank=blank)
    asked = SignUp(
        email=fields.get("email", ""),
        password=fields.get("password", ""),
        name=fields.get("name", "").strip(),
        tenant_name=fields.get("tenant_name", "").strip() or None,
        origin=origin_of(visitor),
    )
    try:
        begun = await sign_up(visitor.pool, passwords, asked)
    except Problem as problem:
        return _sign_up_page(visitor, forms, given=fields, wrong=problem)
    return redirect("/", kept(begun.entered.opened, forms))


@post("/sign-out", None, problems=(FormNotGenuine,))
async def take_sign_out(visitor: Visitor, forms: Forms, gate: Gate) -> Response:
    """Sign out, on the server too."""
    forms.open(visitor)
    with suppress(NotAuthenticated):
        async with at_home(visitor, gate) as tx:
            await sign_out(tx)
    return redirect("/sign-in", forgotten(SESSION_COOKIE, is_secure=forms.is_secure))


def kept(opened: Opened, forms: Forms) -> tuple[bytes, bytes]:
    """The session, for the browser to keep."""
    seconds = int(LIFETIME.total_seconds())
    return cookie(SESSION_COOKIE, opened.token, seconds=seconds, is_secure=forms.is_secure)


def _sign_in_page(
    visitor: Visitor,
    forms: Forms,
    *,
    to: str,
    given: dict[str, str] | None = None,
    wrong: Problem | None = None,
    blank: dict[str, str] | None = None,
) -> Response:
    return forms.show(
        visitor,
        TEMPLATES,
        "sign_in.html",
        status=422 if blank else 200,
        refused=wrong,
        to=to,
        given=given or {},
        is_asked=wrong is not None and wrong.code == "second_factor_needed",
        needs_code="code" in (given or {}) or (wrong and wrong.code.startswith("second_factor")),
        **told(wrong, blank),
    )


def _sign_up_page(
    visitor: Visitor,
    forms: Forms,
    *,
    given: dict[str, str] | None = None,
    wrong: Problem | None = None,
    blank: dict[str, str] | None = None,
) -> Response:
    return forms.show(
        visitor,
        TEMPLATES,
        "sign_up.html",
        status=422 if blank else 200,
        refused=wrong,
        given=given or {},
        **told(wrong, blank),
    )


ENDPOINTS: Final = (show_sign_in, take_sign_in, show_sign_up, take_sign_up, take_sign_out)
