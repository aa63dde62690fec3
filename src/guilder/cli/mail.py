"""`mail`: look at letters before anybody gets them, and see whether the server takes one."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from guilder.settings import read_settings

from .failures import CannotRun
from .options import Data
from .say import say

if TYPE_CHECKING:
    from guilder.mail import Letter, Mailer

READER = "ada@example.com"
NAME = "Ada Lovelace"

Kind = Annotated[str, Parameter(help="The kind of letter, like verify_email; or all of them.")]
Language = Annotated[str, Parameter(metavar="CODE", help="en, de, es or fr.")]
Folder = Annotated[
    Path | None,
    Parameter(
        metavar="FOLDER", help="Write each as .eml, .html and .txt there, not into the outbox."
    ),
]

app = App(name="mail", help="Look at letters before they are sent, and try the server.")


@app.command
def preview(
    kind: Kind = "all", /, *, language: Language = "en", folder: Folder = None, data: Data = None
) -> None:
    """Write letters with sample values, to look at. Nothing is sent."""
    from guilder import mail  # noqa: PLC0415 - loaded by the command that runs

    if kind not in {*mail.OCCASIONS, "all"}:
        raise CannotRun(f"There is no letter {kind}: {', '.join(mail.OCCASIONS)}.")
    if language not in mail.LANGUAGES:
        raise CannotRun(f"Letters are written in {', '.join(mail.LANGUAGES)}.")
    settings = read_settings(data=data)
    mailer, outbox = mail.Mailer.of(settings), mail.Outbox(settings.data)
    for one in mail.OCCASIONS if kind == "all" else [kind]:
        letter = mailer.write(mail.sample_of(one), language, to=READER, name=NAME)
        message = mail.message_of(letter, mailer.sender)
        say(str(_written(letter, message.content, folder) if folder else outbox.keep(message)))


@app.command(name="test")
def send_trial(
    address: Annotated[str, Parameter(metavar="ADDRESS", help="Who shall get it.")],
    /,
    *,
    language: Language = "en",
    data: Data = None,
) -> None:
    """Send a letter to somebody, to see whether mail arrives."""
    from guilder import mail  # noqa: PLC0415 - loaded by the command that runs

    mailer = mail.Mailer.of(read_settings(data=data))
    letter = mailer.write(mail.Trial(), language, to=address)
    try:
        asyncio.run(mailer.send(letter))
    except mail.LetterRefused as refused:
        raise CannotRun(f"The letter is refused: {refused}.") from refused
    except mail.MailUnavailable as failed:
        raise CannotRun(f"The letter could not be sent: {failed}.") from failed
    say(_told(mailer))


def _written(letter: "Letter", content: bytes, folder: Path) -> Path:
    """A letter in three files that a browser, a mail program and a person open."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{letter.kind}.{letter.language}.eml"
    place.write_bytes(content)
    place.with_suffix(".html").write_text(letter.html, "utf-8")
    place.with_suffix(".txt").write_text(letter.text, "utf-8")
    return place


def _told(mailer: "Mailer") -> str:
    if mailer.outbox is not None:
        return f"No server is named, so it lies in {mailer.outbox.folder}."
    return "The server has taken it."
