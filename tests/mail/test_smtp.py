"""Letters over SMTP, to a server of another make: taken, refused for good, or not now."""

import asyncio
import email
import email.policy
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from guilder.jobs import Hopeless
from guilder.mail import LetterRefused, Mailer, MailUnavailable, message_of, sample_of
from guilder.mail.smtp import Carrier, SmtpServer, read_smtp_url
from guilder.settings import SettingsNotValid
from tests.mail.postbox import Postbox, make_certificate

FROM = "Ädas Tulips <shop@example.com>"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this process trusts."""
    file = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with Postbox() as postbox:
        yield postbox


def mailer(url: str, folder: Path) -> Mailer:
    return Mailer(folder, public_url="https://pay.example.com", smtp_url=url, mail_from=FROM)


async def send(to: Mailer, recipient: str = "ada@example.org") -> str:
    return await to.send(to.write(sample_of("verify_email"), "de", to=recipient, name="Ada"))


async def test_a_letter_arrives(postbox: Postbox, tmp_path: Path) -> None:
    message_id = await send(mailer(postbox.url, tmp_path))

    (envelope,) = postbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@example.com", ["ada@example.org"])
    found = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert found["Message-ID"] == message_id
    assert found["Subject"] == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert found.get_body(("plain",)).get_content().startswith("Guten Tag Ada,")
    assert not (tmp_path / "outbox").exists()


async def test_a_server_that_offers_tls_is_spoken_to_in_private(
    certificate: Path, tmp_path: Path
) -> None:
    with Postbox(certificate, wants_password=True) as postbox:
        await send(mailer(postbox.url, tmp_path))

    assert postbox.secured == [True]


async def test_a_server_named_without_tls_is_not_asked_for_it(tmp_path: Path) -> None:
    """A relay of one's own may offer what nobody vouches for."""
    with Postbox(make_certificate(tmp_path)) as postbox:
        await send(mailer(postbox.url + "?tls=off", tmp_path))

    assert postbox.secured == [False]


async def test_tls_may_begin_at_once(certificate: Path, tmp_path: Path) -> None:
    with Postbox(certificate, is_tls_at_once=True) as postbox:
        await send(mailer(postbox.url, tmp_path))

    assert postbox.secured == [True]


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_server_that_nobody_vouches_for_gets_nothing(
    tmp_path: Path, *, at_once: bool
) -> None:
    unknown = make_certificate(tmp_path)
    with (
        Postbox(unknown, is_tls_at_once=at_once) as postbox,
        pytest.raises(MailUnavailable, match="certificate verify failed"),
    ):
        await send(mailer(postbox.url, tmp_path))

    assert postbox.taken == []


async def test_another_machine_is_never_spoken_to_without_tls(
    postbox: Postbox, tmp_path: Path
) -> None:
    """Whoever sits between would take the offer of TLS away, and read all tokens."""
    writer = mailer(postbox.url, tmp_path)
    message = message_of(writer.write(sample_of("trial"), "en", to="a@b.example"), writer.sender)
    elsewhere = msgspec.structs.replace(read_smtp_url(postbox.url), tls="needed")

    with pytest.raises(MailUnavailable, match="offers no TLS"):
        await Carrier(elsewhere).deliver(message)
    assert postbox.taken == []


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", "553 5.1.8 no such sender"),
        ("RCPT", "550 5.1.1 <ada@example.org> no such user"),
        ("DATA", "554 5.7.1 this looks like spam"),
    ],
)
async def test_what_a_server_refuses_for_good_is_hopeless(
    postbox: Postbox, tmp_path: Path, *, step: str, answer: str
) -> None:
    postbox.answers[step] = answer

    with pytest.raises(LetterRefused) as refused:
        await send(mailer(postbox.url, tmp_path))
    assert isinstance(refused.value, Hopeless)
    assert str(refused.value) == answer.replace("<ada@example.org>", "…")
    assert "ada" not in str(refused.value)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", "451 4.3.0 later"),
        ("MAIL", "530 5.7.0 who are you"),
        ("RCPT", "450 4.2.1 <ada@example.org> try again"),
        ("RCPT", "421 4.7.0 too many"),
        ("DATA", "452 4.3.1 no room"),
    ],
)
async def test_what_a_server_refuses_for_now_is_tried_again(
    postbox: Postbox, tmp_path: Path, *, step: str, answer: str
) -> None:
    postbox.answers[step] = answer

    with pytest.raises(MailUnavailable) as failed:
        await send(mailer(postbox.url, tmp_path))
    assert not isinstance(failed.value, Hopeless)
    assert str(failed.value).startswith(answer[:9])
    assert "ada" not in str(failed.value)


async def test_a_letter_that_was_taken_is_sent_however_the_server_leaves(
    postbox: Postbox, tmp_path: Path
) -> None:
    postbox.answers["QUIT"] = ""

    await send(mailer(postbox.url, tmp_path))
    assert len(postbox.taken) == 1


async def test_a_server_that_takes_nothing_from_us_says_nothing_of_the_letter(
    tmp_path: Path,
) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.7.1 not from you\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailUnavailable, match=r"554 5\.7\.1 not from you"):
            await send(mailer(f"smtp://127.0.0.1:{port}", tmp_path))


async def test_a_wrong_password_is_mended_by_an_operator_and_costs_no_letter(
    certificate: Path, tmp_path: Path
) -> None:
    with Postbox(certificate, wants_password=True) as postbox:
        wrong = postbox.url.replace("p%40ss", "other")
        with pytest.raises(MailUnavailable, match="535"):
            await send(mailer(wrong, tmp_path))


async def test_an_address_beyond_ascii_goes_where_it_is_understood(tmp_path: Path) -> None:
    with Postbox() as postbox:
        await send(mailer(postbox.url, tmp_path), "straße@example.org")
    (envelope,) = postbox.taken
    assert envelope.rcpt_tos == ["straße@example.org"]
    assert "SMTPUTF8" in envelope.mail_options
    assert "straße@example.org".encode() in envelope.content

    with Postbox(knows_utf8=False) as postbox:
        with pytest.raises(LetterRefused):
            await send(mailer(postbox.url, tmp_path), "straße@example.org")
        await send(mailer(postbox.url, tmp_path), "ada@straße.example")
    assert [one.rcpt_tos for one in postbox.taken] == [["ada@xn--strae-oqa.example"]]


async def test_nobody_who_listens_is_a_failure_that_passes(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(MailUnavailable, match="ConnectionRefusedError"):
            await send(mailer(f"smtp://127.0.0.1:{taken.getsockname()[1]}", tmp_path))


@pytest.fixture
async def silent() -> AsyncIterator[SmtpServer]:
    """A server that greets, and then says nothing any more."""
    gone = asyncio.Event()

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 postbox.test\r\n")
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield SmtpServer(host="127.0.0.1", port=port, tls="off")
        gone.set()


async def test_a_server_that_says_nothing_is_not_waited_for(
    silent: SmtpServer, tmp_path: Path
) -> None:
    writer = mailer("smtp://127.0.0.1", tmp_path)
    message = message_of(writer.write(sample_of("trial"), "en", to="a@b.example"), writer.sender)

    with pytest.raises(MailUnavailable, match="in time"):
        await Carrier(silent, seconds=0.1).deliver(message)


async def test_a_delivery_that_is_called_off_frees_its_place(
    silent: SmtpServer, tmp_path: Path
) -> None:
    writer = mailer("smtp://127.0.0.1", tmp_path)
    message = message_of(writer.write(sample_of("trial"), "en", to="a@b.example"), writer.sender)
    carrier = Carrier(silent)
    for _ in range(3):
        under_way = [asyncio.create_task(carrier.deliver(message)) for _ in range(4)]
        await asyncio.wait(under_way, timeout=0.05)
        for one in under_way:
            one.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    threads = carrier._threads

    await asyncio.wait_for(asyncio.to_thread(threads.shutdown, wait=True), 5)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer(host="mail.example", port=587)),
        (
            "smtp://mail.example:25?tls=off",
            SmtpServer(host="mail.example", port=25, tls="off"),
        ),
        ("smtp://localhost:1025", SmtpServer(host="localhost", port=1025, tls="offered")),
        ("smtp://[::1]", SmtpServer(host="::1", port=587, tls="offered")),
        (
            "smtps://a%40b:p%3Aw@mail.example/",
            SmtpServer(host="mail.example", port=465, user="a@b", password="p:w", tls="at_once"),
        ),
    ],
)
def test_a_server_is_named_by_its_address(url: str, server: SmtpServer) -> None:
    assert read_smtp_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example/path",
        "smtp://user@mail.example",
        "smtp://u:secret@mail.example?tls=off",
        "smtps://mail.example?tls=off",
        "smtp://mail.example?tls=of",
        "smtp://mail.example?verify=no",
        "smtp://u:pässword@mail.example",
    ],
)
def test_what_is_no_server_is_refused_without_telling_its_secret(url: str) -> None:
    with pytest.raises(SettingsNotValid) as refused:
        read_smtp_url(url)
    assert "secret" not in str(refused.value)


def test_a_server_is_shown_without_its_password(tmp_path: Path) -> None:
    server = read_smtp_url("smtp://tulip:verysecret@mail.example")

    assert repr(server) == "SmtpServer(mail.example:587)"
    with pytest.raises(SettingsNotValid, match="GUILDER_MAIL_FROM is missing"):
        Mailer(tmp_path, public_url="", smtp_url="smtp://mail.example")
    with pytest.raises(SettingsNotValid, match="mail_from cannot be used"):
        Mailer(tmp_path, public_url="", mail_from="nobody")
