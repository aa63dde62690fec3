"""Letters: what lies in the outbox folder, and where it leads."""

import email
import re
from email import policy
from pathlib import Path
from typing import Final

MOST_READ: Final = 40
LINK: Final = re.compile(r"/([\w-]+)\?token=([\w-]+)")


def links_in(outbox: Path) -> list[tuple[str, str]]:
    """What the newest letters lead to: the page, and the token."""
    paths = sorted(outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime)[-MOST_READ:]
    found: list[tuple[str, str]] = []
    for path in paths:
        letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        body = letter.get_body(("plain",))
        found += LINK.findall(body.get_content() if body else "")
    return found
