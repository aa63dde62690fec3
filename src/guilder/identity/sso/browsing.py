"""How a browser signs in with an issuer: sent there by us, and back to us, and on from here."""

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from guilder.http import (
    PAGE_HEADERS,
    Endpoint,
    FieldError,
    Response,
    Visitor,
    get,
)
from guilder.identity.entrance.api import origin_of
from guilder.identity.sessions import LIFETIME
from guilder.kernel import Problem
from guilder.pages import SESSION_COOKIE, Templates, cookie, cookie_in, page, redirect

from .api import Name
from .departures import Wanted, depart
from .doors import Code, Issuer, ReturnTo, State, Tenant
from .journeys import Return, StateNotKnown, new_browser
from .openid import Issuers
from .returning import CALLBACK
from .returns import come_back

TEMPLATES: Final = Templates(Path(__file__).parent / "templates")
BROWSER_COOKIE: Final = "guilder_sso"
OF_A_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
JOURNEY_SECONDS: Final = 600

FRESH: Final = (b"cache-control", b"no-store")

OF_AN_ADDRESS: Final = "%:/?#[]@!$&'()*+,;=~"
"""What stays as it is; an end of line would begin a header of somebody's choice."""


class SignInCalledOff(Problem, status=403):
    """The issuer has not signed you in."""


@get("/sso/{tenant}/{provider}", None, status=303)
async def begin_sign_in(
    visitor: Visitor,
    tenant: Tenant,
    provider: Name,
    *,
    issuers: Issuers,
    return_to: ReturnTo | None = None,
) -> Response:
    """Send a browser to the issuer. It keeps a secret, without which it cannot come back."""
    browser = _browser(visitor, issuers) or new_browser()
    wanted = Wanted(tenant=tenant, provider=provider, return_to=return_to, browser=browser)
    try:
        departure = await depart(visitor.pool, issuers, wanted)
    except Problem as problem:
        return _refused(problem)
    location = quote(departure.authorization_url, safe=OF_AN_ADDRESS).encode()
    keep = cookie(
        _cookie_name(issuers), browser, seconds=JOURNEY_SECONDS, is_secure=_is_secure(issuers)
    )
    return Response(303, headers=[(b"location", location), keep, FRESH], common=PAGE_HEADERS)


@get(CALLBACK, None, status=303)
async def end_sign_in(
    visitor: Visitor,
    issuers: Issuers,
    code: Code | None = None,
    *,
    state: State | None = None,
    iss: Issuer | None = None,
) -> Response:
    """Take a browser back from the issuer, begin a session, and send it on."""
    try:
        if code is None or state is None:
            raise SignInCalledOff
        returned = Return(code=code, state=state, issuer=iss, browser=_browser(visitor, issuers))
        return await _end(visitor, issuers, returned)
    except Problem as problem:
        return _refused(problem)


class Callback(Endpoint):
    """Issuers add to the query what they like. What we do not know of it means nothing to us."""

    def __init__(self, plain: Endpoint) -> None:
        vars(self).update(vars(plain))

    def _read_query(self, query_string: bytes, arguments: dict[str, Any]) -> list[FieldError]:
        names = [name.encode() for name in self.query_type.__struct_fields__]
        parts = query_string.split(b"&")
        known = b"&".join(part for part in parts if part.partition(b"=")[0] in names)
        return super()._read_query(known, arguments)


async def _end(visitor: Visitor, issuers: Issuers, returned: Return) -> Response:
    if returned.browser is None:
        raise StateNotKnown
    origin = origin_of(visitor)
    entered, return_to = await come_back(visitor.pool, issuers, returned, origin=origin)
    seconds = int(LIFETIME.total_seconds())
    token = entered.opened.token
    keep = cookie(SESSION_COOKIE, token, seconds=seconds, is_secure=_is_secure(issuers))
    return redirect(return_to or "/", keep, FRESH)


def _refused(problem: Problem) -> Response:
    return page(TEMPLATES, "not_signed_in.html", refused=problem, sentence=problem.title)


def _browser(visitor: Visitor, issuers: Issuers) -> str | None:
    """The secret that a browser keeps, if it looks like one of ours."""
    kept = cookie_in(visitor, _cookie_name(issuers))
    return kept if kept and OF_A_BROWSER.fullmatch(kept) else None


def _cookie_name(issuers: Issuers) -> str:
    """Where there is encryption, a name that no neighbouring host can set a cookie of."""
    return f"__Host-{BROWSER_COOKIE}" if _is_secure(issuers) else BROWSER_COOKIE


def _is_secure(issuers: Issuers) -> bool:
    return issuers.public_url.startswith("https://")


ENDPOINTS = (begin_sign_in, Callback(end_sign_in))
