"""The letter: what one person is told by mail, and how sending it may fail."""

from typing import Final

import msgspec

from guilder.jobs import Hopeless

LANGUAGES: Final = ("en", "de", "es", "fr")
"""Those that letters are written in; the first is for everybody else."""


class LetterRefused(Hopeless):
    """This letter will never be taken: a job that sends it dies at once, with this reason."""


class MailUnavailable(Exception):
    """The letter could not be sent now. A job that sends it is tried again."""


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes along: what it is called, and of which type."""

    name: str
    content_type: str
    content: bytes


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter, written and not yet sent. The kind is that of its occasion."""

    kind: str
    to: str
    language: str
    subject: str
    text: str
    html: str
    name: str | None = None
    reply_to: str | None = None
    unsubscribe_url: str | None = None
    attachments: tuple[Attachment, ...] = ()


def language_of(wanted: str | None) -> str:
    """The language in which somebody is written to who wants this one: `de-AT` reads `de`."""
    spoken = (wanted or "").replace("_", "-").partition("-")[0].lower()
    return spoken if spoken in LANGUAGES else LANGUAGES[0]
