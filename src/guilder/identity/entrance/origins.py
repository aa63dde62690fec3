"""Origins: whoever signs in from where they never did before is told, since it may be another."""

import re
from typing import Final

from guilder.db import Tx, sql
from guilder.identity.letters import tell
from guilder.identity.sessions import Origin, plain_agent
from guilder.identity.users import Home, UserId
from guilder.kernel import TenantId
from guilder.mail import NewSignIn

BROWSERS: Final = {
    "Edge": r"\bEdg(?:e|A|iOS)?/",
    "Opera": r"\bOPR/",
    "Samsung Internet": r"\bSamsungBrowser/",
    "Firefox": r"\b(?:Firefox|FxiOS)/",
    "Chrome": r"\b(?:Chrome|CriOS)/",
    "Safari": r"\bSafari/",
    "curl": r"^curl/",
}
SYSTEMS: Final = {
    "iOS": r"\b(?:iPhone|iPad)\b",
    "Android": r"\bAndroid\b",
    "Windows": r"\bWindows\b",
    "macOS": r"\bMac OS X\b",
    "ChromeOS": r"\bCrOS\b",
    "Linux": r"\bLinux\b",
}
"""What is looked for first stands first: many say that they are another one as well."""


async def tell_if_new(tx: Tx, user_id: UserId, origin: Origin) -> None:
    """Have a user told that somebody signs in from where nobody did before, with what."""
    is_new = await is_origin_new(
        tx,
        tenant_id=tx.tenant_id,
        user_id=user_id,
        address=origin.address,
        user_agent=plain_agent(origin.user_agent),
    )
    if is_new:
        told = NewSignIn(
            at=await tx.now(), address=origin.address, device=device_of(origin.user_agent)
        )
        await tell(tx, Home(tx.tenant_id, user_id), told)


def device_of(user_agent: str | None) -> str | None:
    """A device in words of ours. Those of whoever signs in have no place in a letter."""
    browser, system = (_first(among, user_agent or "") for among in (BROWSERS, SYSTEMS))
    if browser and system:
        return f"{browser}, {system}"
    return browser or system


def _first(among: dict[str, str], user_agent: str) -> str | None:
    return next((name for name, form in among.items() if re.search(form, user_agent)), None)


@sql
async def is_origin_new(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, address: str, user_agent: str | None
) -> bool: ...
