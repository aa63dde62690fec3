"""The outbox: a folder with the letters that nobody carried away, a file each."""

import os
import re
import secrets
import string
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import msgspec

from .message import Message

FOLDER: Final = "outbox"
NAME: Final = re.compile(r"\d{4}-\d\d-\d\d-[a-z_]{1,40}-[a-z]{16}", re.ASCII)
ENDING: Final = ".eml"
RANDOM_LETTERS: Final = 16
MOST_KEPT: Final = 1000
HEAD_BYTES: Final = 16_384


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in the outbox, as its head tells it."""

    name: str
    kind: str
    to: str
    sender: str
    subject: str
    language: str
    sent_at: datetime


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in the outbox, whole."""

    kept: Kept
    head: list[tuple[str, str]]
    text: str
    html: str
    source: bytes


class Outbox:
    """Keeps letters, the newest thousand, and shows them. Each is there whole, or not at all."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER

    def keep(self, message: Message) -> Path:
        """Write a letter down: beside its place, and then into it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = BytesHeaderParser(policy=policy.default).parsebytes(message.content)
        day = parsedate_to_datetime(written["Date"]).date()
        random = "".join(secrets.choice(string.ascii_lowercase) for _ in range(RANDOM_LETTERS))
        place = self.folder / f"{day}-{message.kind}-{random}{ENDING}"
        draft = place.with_name(f".{place.name}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(message.content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
        self._forget()
        return place

    def newest(self, most: int) -> list[Kept]:
        """The letters, newest first, so many at most."""
        return [_kept(path, _head(path)) for path in self._paths()[:most]]

    def find(self, name: str) -> Found | None:
        """The letter of this name."""
        path = self.folder / f"{name}{ENDING}"
        if not NAME.fullmatch(name) or not path.is_file():
            return None
        source = path.read_bytes()
        message = BytesParser(policy=policy.default).parsebytes(source)
        return Found(
            kept=_kept(path, message),
            head=[(name, str(value)) for name, value in message.items()],
            text=_part(message, "plain"),
            html=_part(message, "html"),
            source=source,
        )

    def _paths(self) -> list[Path]:
        """The files, newest first."""
        if not self.folder.is_dir():
            return []
        with os.scandir(self.folder) as entries:
            ours = [
                (entry.stat().st_mtime_ns, entry.path)
                for entry in entries
                if NAME.fullmatch(entry.name.removesuffix(ENDING)) and entry.name.endswith(ENDING)
            ]
        return [Path(path) for _, path in sorted(ours, reverse=True)]

    def _forget(self) -> None:
        for path in self._paths()[MOST_KEPT:]:
            path.unlink(missing_ok=True)


def _head(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return BytesHeaderParser(policy=policy.default).parsebytes(file.read(HEAD_BYTES))


def _kept(path: Path, message: EmailMessage) -> Kept:
    return Kept(
        name=path.stem,
        kind=str(message["Guilder-Letter"]),
        to=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        language=str(message["Content-Language"]),
        sent_at=parsedate_to_datetime(message["Date"]).astimezone(UTC),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
