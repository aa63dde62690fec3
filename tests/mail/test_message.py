"""The message: correct headers, in any script, and never one more than was meant."""

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guilder.mail import (
    AddressNotSendable,
    Attachment,
    Letter,
    Mailbox,
    Mailer,
    message_of,
    sample_of,
)
from guilder.mail.addresses import read_mailbox, sendable
from guilder.mail.message import HeaderNotSafe
from guilder.mail.wording import one_line

SENDER = Mailbox("shop@example.com", "Ädas Tulips")
HEADERS = [
    "Message-ID", "Date", "From", "To", "Reply-To", "Subject", "Content-Language",
    "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "Guilder-Letter",
    "MIME-Version", "Content-Type",
]  # fmt: skip
HIDDEN = "=?utf-8?q?Hi=0D=0ABcc:_x@evil.example?="
OF_ALL = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def letter(**changed: str | None) -> Letter:
    return msgspec.structs.replace(
        Letter(
            kind="trial",
            to="ada@example.org",
            language="en",
            subject="Hello",
            text="One line.\n.\nFrom here on, ü.\n",
            html="<p>One line.</p>",
            reply_to="grace@example.org",
            unsubscribe_url="https://pay.example.com/u?of=" + "x" * 200,
        ),
        **changed,
    )


def raw(content: bytes) -> email.message.Message:
    """Read by the older reader, which mends nothing."""
    return email.message_from_bytes(content, policy=email.policy.compat32)


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


def test_a_message_has_the_headers_that_it_needs() -> None:
    sent = message_of(letter(), SENDER)
    head = raw(sent.content)

    assert head.keys() == HEADERS
    assert head["Message-ID"] == sent.id
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", sent.id)
    assert sent.id != message_of(letter(), SENDER).id
    assert parsedate_to_datetime(head["Date"]).tzinfo is not None
    assert decoded(head["From"]) == "Ädas Tulips <shop@example.com>"
    assert head["To"] == "ada@example.org"
    assert head["Reply-To"] == "grace@example.org"
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["Content-Language"] == "en"
    assert head["List-Unsubscribe"] == f"<https://pay.example.com/u?of={'x' * 200}>"
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (sent.sender, sent.recipient) == ("shop@example.com", "ada@example.org")


def test_what_does_not_apply_is_no_header() -> None:
    sent = message_of(letter(reply_to=None, unsubscribe_url=None), SENDER)

    absent = {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"}
    assert raw(sent.content).keys() == [name for name in HEADERS if name not in absent]


def test_both_halves_arrive_as_they_were_written() -> None:
    wanted = letter(text="Größe\n.\nFrom\n" + "x" * 2000 + "\n", html="<p>" + "ß" * 2000 + "</p>")
    sent = email.message_from_bytes(message_of(wanted, SENDER).content, policy=email.policy.default)

    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    text, html = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.replace("\r\n", "\n") == wanted.text
    assert html.strip() == wanted.html


@pytest.mark.parametrize(
    "subject",
    [
        "Ein schöner Gruß an alle, die schon so lange auf diese Nachricht gewartet haben, ja",
        "山田さんがあなたをチューリップ商店に招待しています。どうぞよろしくお願いいたします。",
        "دعوة إلى متجر الزنبق 🌷 من آدا",
        "Приглашение",
        "=?utf-8?q?Not_a_word?=",
        "A" * 200,
        "word " * 60,
    ],
)
def test_a_subject_and_a_name_may_be_in_any_script(subject: str) -> None:
    sent = message_of(letter(subject=subject, name=subject[:60]), Mailbox("a@b.c", subject))
    head = raw(sent.content)

    assert decoded(head["Subject"]) == one_line(subject)
    name, address = parseaddr(head["To"].replace("\r\n", ""))
    assert (decoded(name), address) == (one_line(subject[:60]), "ada@example.org")
    assert all(len(line) <= 78 for line in sent.content.partition(b"List-")[0].split(b"\r\n"))


@example(HIDDEN, HIDDEN, HIDDEN)
@given(subject=OF_ALL, name=OF_ALL, brand=OF_ALL)
def test_nothing_in_a_name_or_a_subject_becomes_a_header(
    subject: str, name: str, brand: str
) -> None:
    sent = message_of(letter(subject=subject, name=name), Mailbox("shop@example.com", brand))
    head = raw(sent.content)

    assert head.keys() == HEADERS
    assert decoded(head["Subject"]) == one_line(subject)
    assert parseaddr(head["To"].replace("\r\n", ""))[1] == "ada@example.org"
    assert parseaddr(head["From"].replace("\r\n", ""))[1] == "shop@example.com"
    known = email.message_from_bytes(sent.content, policy=email.policy.default)
    (to,) = known["To"].addresses
    assert to.addr_spec == "ada@example.org"
    assert b"\n" not in sent.content.replace(b"\r\n", b"")
    assert sent.content.isascii()


ATTACKS = [
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example\n",
    "a@b.example\0",
    "a@b.example, c@d.example",
    "a@b.example;c",
    "<a@b.example>",
    "Ada <a@b.example>",
    "a b@c.example",
    '"a b"@c.example',
    "a@b@c.example",
    "a@[127.0.0.1]",
    "a@-b.example",
    "a@b..example",
    "a@b.example ",
    "a@",
    "@b",
    "a",
    "",
    "a\u202e@b.example",
    "a\u00a0b@c.example",
    "x" * 250 + "@b.example",
]


@pytest.mark.parametrize("address", ATTACKS)
def test_an_address_is_one_address_or_is_refused(address: str) -> None:
    with pytest.raises(AddressNotSendable):
        message_of(letter(to=address), SENDER)
    with pytest.raises(AddressNotSendable):
        sendable(address)
    assert "Reply-To" not in raw(message_of(letter(reply_to=address), SENDER).content)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ada+tulips@example.org", "ada+tulips@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
        ("straße@example.org", "straße@example.org"),
        ("ada@localhost", "ada@localhost"),
    ],
)
def test_a_domain_goes_out_in_ascii_and_stays_itself(address: str, sent: str) -> None:
    assert sendable(address) == sent
    message = message_of(letter(to=address), SENDER)
    assert message.recipient == sent
    assert message.is_international == (not sent.isascii())


@pytest.mark.parametrize("name", ["1042.pdf", "ü.pdf", 'a"; b.pdf', "x\r\nBcc: x@evil.example"])
def test_a_file_goes_along_whole(name: str) -> None:
    content = bytes(range(256)) * 50
    files = (Attachment(name, "application/pdf", content),)

    sent = message_of(msgspec.structs.replace(letter(), attachments=files), SENDER)

    read = email.message_from_bytes(sent.content, policy=email.policy.default)
    (file,) = read.iter_attachments()
    assert (file.get_content_type(), file.get_content()) == ("application/pdf", content)
    assert file.get_filename() == one_line(name)
    assert "bcc" not in {header.lower() for part in read.walk() for header, _ in part.items()}
    assert max(map(len, sent.content.splitlines())) < 998
    text = read.get_body(("plain",))
    assert text is not None
    assert "From here on, ü." in text.get_content()


def test_answers_go_to_nobody_whom_not_everybody_can_write_to() -> None:
    sent = message_of(letter(reply_to="straße@example.org"), SENDER)

    assert "Reply-To" not in raw(sent.content)
    assert not sent.is_international


@pytest.mark.parametrize(
    "url",
    ["https://x\r\nBcc: a@b.c", "https://x y", "https://x>", "javascript:1", "https://ü.example"],
)
def test_an_address_to_unsubscribe_at_is_one(url: str) -> None:
    with pytest.raises(HeaderNotSafe):
        message_of(letter(unsubscribe_url=url), SENDER)


@pytest.mark.parametrize("field", ["kind", "language"])
def test_no_header_ends_too_early(field: str) -> None:
    with pytest.raises(HeaderNotSafe):
        message_of(letter(**{field: "en\r\nBcc: a@b.example"}), SENDER)


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("shop@example.com", Mailbox("shop@example.com")),
        ("Ada's Tulips <shop@example.com>", Mailbox("shop@example.com", "Ada's Tulips")),
        ('"Tulips, Ltd" <shop@example.com>', Mailbox("shop@example.com", "Tulips, Ltd")),
        (" <shop@example.com> ", Mailbox("shop@example.com")),
    ],
)
def test_who_letters_are_from_is_read(text: str, mailbox: Mailbox) -> None:
    assert read_mailbox(text) == mailbox


@pytest.mark.parametrize("text", ["", "Ada", "Ada <>", "<a@b.c> Ada", "a@b.c <a@b.c> x", "A <a b>"])
def test_who_letters_cannot_be_from_is_refused(text: str) -> None:
    with pytest.raises(AddressNotSendable):
        read_mailbox(text)


def test_a_letter_of_the_mailer_is_from_whom_the_settings_name(tmp_path: Path) -> None:
    mailer = Mailer(tmp_path, public_url="http://127.0.0.1", mail_from="Tulips <t@x.example>")
    sent = message_of(mailer.write(sample_of("trial"), "en", to="a@b.c"), mailer.sender)

    assert raw(sent.content)["From"] == '"Tulips" <t@x.example>'
