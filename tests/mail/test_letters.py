"""Letters: whole in every language, the same in both halves, and nothing but what they say."""

import itertools
import re
from datetime import UTC, datetime
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from guilder.mail import (
    LANGUAGES,
    OCCASIONS,
    EmailChanged,
    Invitation,
    Letter,
    Mailer,
    NewSignIn,
    Occasion,
    OwnershipTransferred,
    ResetPassword,
    SecondFactorChange,
    SecondFactorChanged,
    VerifyEmail,
    language_of,
    sample_of,
)
from tests.reference.test_docs import CONTRAST, VOID, contrast

AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
KINDS = (
    "verify_email", "change_email", "email_changed", "reset_password", "password_changed",
    "invitation", "new_sign_in", "second_factor_changed", "api_key_created",
    "ownership_transferred", "order_receipt", "trial",
)  # fmt: skip
FORMS: list[Occasion] = [
    *(sample_of(kind) for kind in KINDS),
    *(SecondFactorChanged(at=AT, change=one) for one in get_args(SecondFactorChange)),
    OwnershipTransferred(at=AT, tenant="Tulip", new_owner="Grace", is_yours=False),
    EmailChanged(at=AT, new_email="a@b.example"),
    NewSignIn(at=AT),
    ResetPassword(token="gt_1", expires_at=AT),
    Invitation(token="gi_1", expires_at=AT, tenant="Tulip", inviter="Grace"),
]


class Tags(HTMLParser):
    """The tags of a letter's HTML, each closed, and what they lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: set[str] = set()
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]
        self.links |= {value or "" for name, value in attrs if name == "href"}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture
def mailer(tmp_path: Path) -> Mailer:
    return Mailer(tmp_path, public_url="https://pay.example.com", mail_from="Tulips <t@x.example>")


def seen_in(html: str) -> str:
    """What a reader sees of it."""
    return unescape(
        re.sub(r"<style>.*?</style>|<title>.*?</title>|<[^>]+>", "", html, flags=re.DOTALL)
    )


def letters_of(text: str) -> str:
    return re.sub(r"\W", "", text)


def test_there_is_a_letter_for_every_occasion() -> None:
    assert tuple(OCCASIONS) == KINDS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", FORMS, ids=lambda one: one.kind)
def test_a_letter_is_whole_and_its_halves_say_the_same(
    mailer: Mailer, occasion: Occasion, language: str
) -> None:
    letter = mailer.write(occasion, language, to="ada@example.com", name="Ada")

    assert (letter.kind, letter.language, letter.to) == (occasion.kind, language, "ada@example.com")
    assert letter.subject
    assert f'<html lang="{language}">' in letter.html
    assert f"<title>{escape(letter.subject, quote=False)}</title>" in letter.html.replace("\n", "")
    assert letters_of("Tulips" + letter.subject + letter.text) == letters_of(seen_in(letter.html))


@pytest.mark.parametrize("occasion", FORMS, ids=lambda one: one.kind)
def test_a_letter_can_be_read_without_pictures_and_scripts(
    mailer: Mailer, occasion: Occasion
) -> None:
    letter = mailer.write(occasion, "en", to="ada@example.com")
    page = Tags(letter.html)
    place = f"{occasion.page}{occasion.query}".partition("?")[0]
    link = f"https://pay.example.com{place}" if occasion.page else None

    assert not {"img", "script", "form", "iframe", "link"} & set(page.tags)
    assert "url(" not in letter.html
    assert {one.partition("?")[0] for one in page.links} == ({link} if link else set())
    assert all(line in letter.text.splitlines() for line in page.links)


@pytest.mark.parametrize("kind", KINDS)
def test_each_language_has_words_of_its_own(mailer: Mailer, kind: str) -> None:
    letters = [mailer.write(sample_of(kind), one, to="ada@example.com") for one in LANGUAGES]

    for one, other in itertools.combinations(letters, 2):
        assert one.subject != other.subject
        mine = re.findall(r"^(?!> |Tulips ).{30,}\.$", one.text, re.MULTILINE)
        assert not set(mine) & set(other.text.splitlines())


def test_a_link_carries_its_token_where_no_server_logs_it(mailer: Mailer) -> None:
    letter = mailer.write(
        VerifyEmail(token="gt_5f0c", expires_at=AT), "de-AT", to="ada@example.com"
    )

    assert "\nhttps://pay.example.com/verify-email?token=gt_5f0c\n" in letter.text
    assert "bis 14. März 2026, 09:26 UTC" in " ".join(letter.text.split())
    assert letter.text.startswith("Guten Tag,\n\n")
    assert letter.text.endswith("\n")


def test_a_value_is_never_a_tag_and_never_another_line(mailer: Mailer) -> None:
    evil = '</p><script>alert("1")</script>\r\n\r\nhttp://evil.example\u2028\x0b\x00<b>'
    letter = mailer.write(
        Invitation(
            token="gi_1",
            expires_at=AT,
            tenant=evil,
            inviter=evil,
            roles=(evil,),
            message="Join us\r\n-- \nhttp://evil.example\n<b>now</b>",
        ),
        "en",
        to="ada@example.com",
        name=evil,
    )
    plain = mailer.write(
        Invitation(token="gi_1", expires_at=AT, tenant="T", inviter="I", roles=("r",), message="m"),
        "en",
        to="ada@example.com",
    )

    assert Tags(letter.html).tags == Tags(plain.html).tags
    assert Tags(letter.html).links == Tags(plain.html).links
    assert "\n" not in letter.subject
    assert [one for one in letter.text.splitlines() if one.startswith("http://evil")] == []
    assert "> -- \n> http://evil.example\n" in letter.text
    assert letter.text.startswith("Hello,\n")


@pytest.mark.parametrize(
    "name",
    ["Ada", "Jean-Luc O'Neil", "Dr. Ada Lovelace", "J. R. R. Tolkien", "山田 太郎", "محمد", "Ðân"],
)
def test_somebody_is_greeted_by_name(mailer: Mailer, name: str) -> None:
    letter = mailer.write(sample_of("trial"), "es", to="ada@example.com", name=name)

    assert letter.text.startswith(f"Hola, {name}:\n")
    assert letter.name == name


@pytest.mark.parametrize(
    "name",
    ["win.example.com", "http://x", "see www.x", "a/b", "x@y", "Evil.com", "A" * 61, " ", None],
)
def test_a_name_that_would_be_a_link_greets_nobody(mailer: Mailer, name: str | None) -> None:
    """Who signs up with another's address could otherwise write to them in our name."""
    letter = mailer.write(sample_of("verify_email"), "en", to="ada@example.com", name=name)

    assert letter.text.startswith("Hello,\n")
    assert letter.name is None


def test_the_new_address_is_told_to_the_old_one_in_part(mailer: Mailer) -> None:
    occasion = EmailChanged(at=AT, new_email="mallory@evil.example")
    letter = mailer.write(occasion, "en", to="ada@example.com")

    assert "ma…@evil.example" in letter.text
    assert "mallory" not in letter.text + letter.html


def test_a_letter_that_may_be_ended_says_how(mailer: Mailer) -> None:
    url = "https://pay.example.com/unsubscribe?of=1&x=2"
    letter = mailer.write(
        sample_of("trial"), "fr", to="ada@example.com", unsubscribe_url=url, reply_to="g@x.example"
    )

    assert f"Ne plus recevoir de tels messages: {url}\n" in letter.text
    assert url in Tags(letter.html).links
    assert letter.reply_to == "g@x.example"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("de", "de"), ("de-AT", "de"), ("FR_ca", "fr"), ("nl", "en"), ("", "en"), (None, "en")],
)
def test_everybody_is_written_to_in_some_language(wanted: str | None, found: str) -> None:
    assert language_of(wanted) == found


def test_what_a_letter_needs_cannot_be_left_out() -> None:
    with pytest.raises(TypeError):
        VerifyEmail(token="gt_1")
    for kind in KINDS:
        sample = sample_of(kind)
        assert type(sample) is OCCASIONS[kind]
        assert [one for one in msgspec.structs.asdict(sample).values() if one in (None, ())] == []


@pytest.mark.parametrize("is_dark", [False, True])
def test_every_text_of_a_letter_can_be_read(mailer: Mailer, is_dark: bool) -> None:
    letter: Letter = mailer.write(sample_of("invitation"), "en", to="ada@example.com")
    light, _, rest = letter.html.partition("@media (prefers-color-scheme: dark)")
    dark = rest.partition("@media")[0]

    def colour(of: str, kind: str) -> str:
        if is_dark:
            rule = dark.partition(f".{of} {{")[2].partition("}")[0]
            return re.search(rf"(?<![\w-]){kind}: (#\w{{6}})", rule)[1]
        style = re.search(rf'class="[^"]*\b{of}\b[^"]*"[^>]*style="([^"]*)"', light + rest)[1]
        return re.search(rf"(?<![\w-]){kind}:(#\w{{6}})", style)[1]

    for ink in ("ink", "soft", "link"):
        for paper in ("paper", "ground"):
            found = contrast(colour(ink, "color"), colour(paper, "background-color"))
            assert found >= CONTRAST, (ink, paper)
    for one in ("button", "quote"):
        assert contrast(colour(one, "color"), colour(one, "background-color")) >= CONTRAST
