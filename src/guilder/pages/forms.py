"""Forms: what a browser sends, accepted only from a page that we showed to the same browser.

Each form carries a token made of what the browser keeps: its session, or a random name for
who has not signed in. Another site can send a form, but cannot know the token.
"""

import hashlib
import hmac
import secrets
from typing import Any, Final, NamedTuple, final
from urllib.parse import parse_qsl, urlsplit

from guilder.http import Response, Visitor
from guilder.kernel import Problem, Tool, Vault

from .cookies import SESSION_COOKIE, VISITOR_COOKIE, cookie, cookie_in
from .templates import Templates, page

MOST_FIELDS: Final = 200
FIELD: Final = "form_token"
VISITOR_SECONDS: Final = 30 * 24 * 3600
FORM_TYPE: Final = "application/x-www-form-urlencoded"
UNTOLD: Final = "null"
"""What a browser says of where it was, on a page that asks it not to tell; as ours do."""

OURS: Final = {"same-origin", "none"}
"""What a browser says of a form that was sent from a page of ours."""


class FormNotGenuine(Problem, status=403):
    """This form is not from a page that was shown here, or that page is too old: load it again."""


class Known(NamedTuple):
    """By what a browser is known, and the cookie by which it will be."""

    name: str
    to_keep: tuple[bytes, bytes] | None


@final
class Forms(Tool):
    """Shows pages with forms, and opens what comes back."""

    def __init__(self, vault: Vault, public_url: str) -> None:
        self._key = vault.derive(b"forms")
        self.public_url = public_url
        self.is_secure = public_url.startswith("https://")

    def show(
        self,
        visitor: Visitor,
        templates: Templates,
        name: str,
        *,
        status: int = 200,
        refused: Problem | None = None,
        **values: Any,
    ) -> Response:
        """A page whose forms this browser may send, perhaps another time."""
        known = self._known(visitor)
        values["form_token"] = self._token(known.name)
        answer = page(templates, name, status=status, refused=refused, **values)
        if known.to_keep is not None:
            answer.headers = [*answer.headers, known.to_keep]
        return answer

    def open(self, visitor: Visitor) -> dict[str, str]:
        """What was filled in, if it comes from a page of ours."""
        if not visitor.headers.get("content-type", "").startswith(FORM_TYPE):
            raise FormNotGenuine
        if visitor.headers.get("sec-fetch-site", "same-origin") not in OURS:
            raise FormNotGenuine
        origin = visitor.headers.get("origin", UNTOLD)
        if origin != UNTOLD and _host_of(origin) != visitor.headers.get("host"):
            raise FormNotGenuine
        try:
            pairs = parse_qsl(
                visitor.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
            )
        except ValueError as unreadable:
            raise FormNotGenuine from unreadable
        fields = dict(pairs)
        if any("\0" in value for value in fields.values()):
            raise FormNotGenuine
        shown = fields.pop(FIELD, "")
        known = self._known(visitor)
        if known.to_keep is not None or not hmac.compare_digest(
            shown.encode(), self._token(known.name).encode()
        ):
            raise FormNotGenuine
        return fields

    def _known(self, visitor: Visitor) -> Known:
        kept = cookie_in(visitor, SESSION_COOKIE) or cookie_in(visitor, VISITOR_COOKIE)
        if kept is not None:
            return Known(kept, None)
        fresh = secrets.token_urlsafe(24)
        return Known(
            fresh,
            cookie(VISITOR_COOKIE, fresh, seconds=VISITOR_SECONDS, is_secure=self.is_secure),
        )

    def _token(self, known: str) -> str:
        return hmac.new(self._key, known.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
