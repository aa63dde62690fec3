"""Letters: what lies in the outbox folder, and where it leads."""

import email
import re
from contextlib import suppress
from email import policy
from pathlib import Path
from typing import Final

MOST_READ: Final = 40
LINK: Final = re.compile(r"/([\w-]+)\?token=([\w-]+)")


def letters_in(outbox: Path) -> list[Path]:
    """The letters, in the order of their days and kinds. What is only begun has a dot before it."""
    return sorted(outbox.glob("[!.]*.eml"))


def links_in(outbox: Path) -> list[tuple[str, str]]:
    """What the newest letters lead to: the page, and the token."""
    found: list[tuple[str, str]] = []
    with suppress(FileNotFoundError):  # of a thousand the oldest goes
        newest = sorted(letters_in(outbox), key=lambda path: path.stat().st_mtime)[-MOST_READ:]
        for path in newest:
            letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            found += LINK.findall(body.get_content() if body else "")
    return found
