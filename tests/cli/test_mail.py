"""`guilder mail`: letters to look at, and one to see whether mail arrives."""

from pathlib import Path

from guilder.mail import LANGUAGES, OCCASIONS, Outbox
from tests.cli.house import command
from tests.mail.postbox import Postbox


def test_every_letter_can_be_looked_at(tmp_path: Path) -> None:
    folder, data = tmp_path / "letters", tmp_path / "data"
    for language in LANGUAGES:
        done = command(
            "mail", "preview", "--language", language, "--folder", str(folder), "--data", str(data)
        )
        assert done.returncode == 0, done.stderr

    files = {path.name for path in folder.iterdir()}
    assert files == {
        f"{kind}.{language}.{ending}"
        for kind in OCCASIONS
        for language in LANGUAGES
        for ending in ("eml", "html", "txt")
    }
    assert "Ada Lovelace" in (folder / "invitation.de.html").read_text("utf-8")
    assert not (data / "outbox").exists()


def test_a_preview_lies_in_the_outbox(tmp_path: Path) -> None:
    done = command("mail", "preview", "verify_email", "--language", "es", "--data", str(tmp_path))

    (kept,) = Outbox(tmp_path).newest(10)
    assert done.stdout.strip() == str(tmp_path / "outbox" / f"{kept.name}.eml")
    assert (kept.kind, kept.language) == ("verify_email", "es")


def test_what_there_is_not_is_told_with_what_there_is(tmp_path: Path) -> None:
    kind = command("mail", "preview", "love_letter", "--data", str(tmp_path))
    language = command("mail", "preview", "--language", "nl", "--data", str(tmp_path))

    assert kind.stderr.startswith("guilder: There is no letter love_letter: verify_email, ")
    assert language.stderr == "guilder: Letters are written in en, de, es, fr.\n"
    assert (kind.returncode, language.returncode) == (1, 1)


def test_an_operator_sees_whether_mail_arrives(tmp_path: Path) -> None:
    data = str(tmp_path)
    words = ("mail", "test", "ada@example.com", "--data", data)
    kept = command(*words)
    assert kept.stdout == f"No server is named, so it lies in {tmp_path / 'outbox'}.\n"

    with Postbox() as postbox:
        named = {"GUILDER_SMTP_URL": postbox.url, "GUILDER_MAIL_FROM": "shop@example.com"}
        assert command(*words, **named).stdout == "The server has taken it.\n"
        postbox.answers["RCPT"] = "550 5.1.1 nobody of this name"
        refused = command(*words, **named)
        postbox.answers["RCPT"] = "451 4.3.0 later"
        failed = command(*words, **named)
    assert [one.rcpt_tos for one in postbox.taken] == [["ada@example.com"]]
    assert refused.stderr == ("guilder: The letter is refused: 550 5.1.1 nobody of this name.\n")
    assert failed.stderr == "guilder: The letter could not be sent: 451 4.3.0 later.\n"
    assert (refused.returncode, failed.returncode) == (1, 1)


def test_settings_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    words = ("mail", "test", "ada@example.com", "--data", str(tmp_path))
    wrong = command(*words, GUILDER_SMTP_URL="https://mail.example")
    nameless = command(*words, GUILDER_SMTP_URL="smtp://mail.example")

    assert wrong.stderr.startswith("guilder: The setting smtp_url cannot be used: ")
    assert nameless.stderr == "guilder: GUILDER_MAIL_FROM is missing: who are letters from?\n"
