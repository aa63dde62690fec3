"""What is asked of somebody else's address, and what comes back."""

from typing import Final
from urllib.parse import urljoin

import msgspec

from .failures import AnswerRefused
from .target import Target, target_of

OURS: Final = {
    "user-agent": "Guilder",
    "accept-encoding": "identity",  # a small answer would unpack to any size
    "connection": "close",
}


class Answer(msgspec.Struct, frozen=True):
    """What came back, whole. The names of its headers are in small letters."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request, and how much its answer may take."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None = None
    may_be_plain: bool
    most_bytes: int
    ends_at: float

    @property
    def target(self) -> Target:
        return target_of(self.url)

    @property
    def all_headers(self) -> dict[str, str]:
        return {"host": self.target.authority, **OURS, **self.headers}

    def led_on(self, answer: Answer) -> "Asked":
        """What an answer says to ask instead. What was said to one is not told to another."""
        location = answer.headers.get("location")
        if location is None:
            raise AnswerRefused("It leads on, and does not say where.")
        url = urljoin(self.url, location)
        target = target_of(url)
        if self.target.is_encrypted and not target.is_encrypted:
            raise AnswerRefused("It leads on to where nothing is encrypted.")
        is_same = target.origin == self.target.origin
        return msgspec.structs.replace(self, url=url, headers=self.headers if is_same else {})
