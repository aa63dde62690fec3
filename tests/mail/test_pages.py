"""The outbox and its pages: whole letters, safely shown, and to this machine only."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import msgspec
import pytest

from guilder.app import System
from guilder.look import styled
from guilder.mail import (
    OCCASIONS,
    PAGES,
    Invitation,
    Mailer,
    Outbox,
    message_of,
    outbox_endpoints,
    sample_of,
)
from guilder.mail import outbox as outbox_file
from tests.look.colours import CONTRAST, colours_of, contrast
from tests.mail.test_letters import AT, Tags

HERE = "http://127.0.0.1:8080"
NAME = re.compile(r"/outbox/(\d{4}-\d\d-\d\d-[a-z_]+-[a-z]{16})\b")


@pytest.fixture
def mailer(tmp_path: Path) -> Mailer:
    return Mailer(tmp_path, public_url=HERE)


def browser(
    system: System, mailer: Mailer, base: str = HERE
) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """Somebody at this machine, or who says so."""
    door = msgspec.structs.replace(system, mailer=mailer).door()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url=base)


@pytest.fixture
async def local(system: System, mailer: Mailer) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(system, mailer) as client:
        yield client


async def send(mailer: Mailer, kind: str = "invitation") -> None:
    await mailer.send(mailer.write(sample_of(kind), "de", to="ada@example.com", name="Ada"))


async def test_letters_lie_in_the_outbox_whole_and_for_nobody_else(mailer: Mailer) -> None:
    await asyncio.gather(*(send(mailer, kind) for kind in OCCASIONS))

    folder = mailer.outbox.folder
    assert len(mailer.outbox.newest(100)) == len(list(folder.iterdir())) == len(OCCASIONS)
    assert {one.kind for one in mailer.outbox.newest(100)} == set(OCCASIONS)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}


async def test_the_outbox_keeps_what_is_newest(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_file, "MOST_KEPT", 3)
    for number, kind in enumerate(["trial", "invitation", "verify_email", "change_email"]):
        await send(mailer, kind)
        newest = mailer.outbox.newest(1)[0]
        os.utime(mailer.outbox.folder / f"{newest.name}.eml", ns=(number, number))
        assert newest.kind == kind

    found = [one.kind for one in mailer.outbox.newest(100)]
    assert found == ["change_email", "verify_email", "invitation"]


async def test_what_was_not_finished_is_no_letter(mailer: Mailer) -> None:
    await send(mailer)
    (path,) = mailer.outbox.folder.iterdir()
    path.with_name(f".{path.name}").write_bytes(b"Subject: half")
    path.with_name("notes.eml").write_bytes(b"Subject: another's")

    assert [one.name for one in mailer.outbox.newest(100)] == [path.stem]
    assert mailer.outbox.find("notes") is None


@pytest.mark.parametrize("name", ["../secret", "x/../../secret", "", ".", "..", "\0", "a" * 300])
def test_a_name_leads_to_a_letter_or_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.eml").write_text("Subject: x")

    assert Outbox(tmp_path).find(name) is None


async def test_the_list_shows_what_was_sent(local: httpx.AsyncClient, mailer: Mailer) -> None:
    empty = await local.get("/outbox")
    assert "Nothing was sent yet." in empty.text

    await send(mailer)
    page = await local.get("/outbox", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert "Grace Hopper lädt Sie zu Tulip &amp; Sons ein" in page.text
    assert "Ada &lt;ada@example.com&gt;" in page.text
    assert len(NAME.findall(page.text)) == 1


async def test_a_letter_is_shown_with_all_that_it_has(
    local: httpx.AsyncClient, mailer: Mailer
) -> None:
    await send(mailer)
    (name,) = NAME.findall((await local.get("/outbox")).text)
    page = (await local.get(f"/outbox/{name}")).text

    assert "<h1" in page
    assert "&gt; Will you join us?" in page
    assert '<th scope="row">Message-ID</th>' in page
    assert f'src="/outbox/{name}/html"' in page
    link = sample_of("invitation").query
    assert f'<a href="{HERE}/invitation{link}" rel="noopener noreferrer">' in page
    assert "Content-Transfer-Encoding: quoted-printable\n" in page


async def test_a_letter_in_its_frame_can_do_nothing(
    local: httpx.AsyncClient, mailer: Mailer
) -> None:
    await send(mailer)
    (name,) = NAME.findall((await local.get("/outbox")).text)
    page, frame = await local.get(f"/outbox/{name}"), await local.get(f"/outbox/{name}/html")
    policy = frame.headers["content-security-policy"]

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert frame.headers["x-content-type-options"] == "nosniff"
    assert '<base target="_blank">' in frame.text
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]


async def test_what_a_letter_holds_does_nothing_to_the_page(
    local: httpx.AsyncClient, mailer: Mailer
) -> None:
    evil = '"><script>alert(1)</script>'
    occasion = Invitation(
        token=evil, expires_at=AT, tenant=evil, inviter=evil, message=f"{evil}\njavascript:alert(1)"
    )
    await mailer.send(mailer.write(occasion, "en", to="ada@example.com"))
    listed = (await local.get("/outbox")).text
    (name,) = NAME.findall(listed)
    shown = (await local.get(f"/outbox/{name}")).text

    for page in (listed, shown):
        assert "<script" not in page
        assert not [
            one
            for one in Tags(page.replace(" src=", " data-src=")).links
            if ":" in one[:12] and not one.startswith(("http", "data:,"))
        ]


@pytest.mark.parametrize(
    "path", ["/outbox/x", "/outbox/2026-01-01-trial-aaaaaaaaaaaaaaaa", "/outbox/..%2Fsecret/html"]
)
async def test_what_is_not_there_is_not_found(local: httpx.AsyncClient, path: str) -> None:
    assert (await local.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/outbox", "/outbox/{name}", "/outbox/{name}/html"])
async def test_nobody_else_sees_the_outbox(system: System, mailer: Mailer, path: str) -> None:
    """A name that points here from a stranger's page, and a proxy, would let everybody read it."""
    await send(mailer)
    path = path.format(name=mailer.outbox.newest(1)[0].name)
    for base in ("http://evil.example", "http://127.0.0.1.evil.example", "http://10.0.0.1"):
        async with browser(system, mailer, base) as client:
            assert (await client.get(path)).status_code == 404
    async with browser(system, mailer) as client:
        assert (await client.get(path, headers={"host": "["})).status_code == 404
        for header in ("x-forwarded-for", "forwarded", "via", "x-real-ip"):
            assert (await client.get(path, headers={header: "x"})).status_code == 404
    for base in ("http://localhost:8080", "http://[::1]:8080", HERE):
        async with browser(system, mailer, base) as client:
            assert (await client.get(path)).status_code == 200


def test_the_pages_are_there_where_the_outbox_is_and_nobody_else_listens(tmp_path: Path) -> None:
    here = Mailer(tmp_path, public_url=HERE)
    known = Mailer(tmp_path, public_url="https://pay.example.com")
    sent = Mailer(
        tmp_path, public_url=HERE, smtp_url="smtp://localhost", mail_from="shop@example.com"
    )

    assert len(outbox_endpoints(here, "127.0.0.1")) == 4
    assert len(outbox_endpoints(here, "localhost")) == 4
    assert outbox_endpoints(here, "0.0.0.0") == []
    assert outbox_endpoints(here, "192.168.0.7") == []
    assert outbox_endpoints(known, "127.0.0.1") == []
    assert outbox_endpoints(sent, "127.0.0.1") == []


async def test_the_style_is_served(local: httpx.AsyncClient) -> None:
    style = await local.get("/outbox/outbox.css")

    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert style.content == styled(PAGES / "outbox.css")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_of_the_pages_can_be_read(theme: str) -> None:
    style = styled(PAGES / "outbox.css").decode()
    colours = colours_of(style, theme)

    pairs = [(ink, paper) for ink in ("ink", "ink-soft") for paper in ("paper", "paper-sunken")]
    pairs += [("accent", "paper"), ("accent", "accent-soft"), ("ink-soft", "accent-soft")]
    for ink, paper in pairs:
        assert contrast(colours[ink], colours[paper]) >= CONTRAST, (theme, ink, paper)
    assert not re.findall(r"#[0-9a-f]{3,8}\b", re.sub(r"--[\w-]+: [^;]+;", "", style))


def test_a_letter_reads_again_as_it_was_written(mailer: Mailer) -> None:
    letter = mailer.write(sample_of("invitation"), "fr", to="ada@example.com", name="Ada")
    kept = mailer.outbox.keep(message_of(letter, mailer.sender))
    found = mailer.outbox.find(kept.stem)

    assert (found.text, found.html.rstrip()) == (letter.text, letter.html.rstrip())
    assert found.kept.subject == letter.subject
    assert (found.kept.kind, found.kept.language) == ("invitation", "fr")
