"""The page for people: whole, readable offline, and safe."""

import itertools
import re
from html.parser import HTMLParser

import httpx
import pytest

from guilder.app import PACKAGES
from guilder.http import Endpoint, Response, problems_of
from guilder.look import styled
from guilder.reference import PAGES, openapi, render
from tests.look.colours import CONTRAST, colours_of, contrast

ALL = [endpoint for package in PACKAGES for endpoint in package.endpoints]
ENDPOINTS = [endpoint for endpoint in ALL if endpoint.answer is not Response]
PROBLEMS = sorted({one.code for endpoint in ALL for one in problems_of(endpoint)})
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser would find on the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self.headings: list[int] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= given.keys()
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    return render(openapi(ALL, version="1.2.3"), ALL).decode()


async def test_the_page_and_its_style_are_served(api: httpx.AsyncClient, text: str) -> None:
    page = await api.get("/docs", headers={"accept": "text/html"})
    style = await api.get("/docs/docs.css", headers={"accept": "text/css"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.count("<section") >= text.count("<section")
    assert 'id="create-api-key"' in page.text
    assert 'id="ready"' in page.text
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert style.content == styled(PAGES / "docs.css")


def test_the_page_leads_nowhere_else_and_runs_nothing(text: str) -> None:
    page = Page(text)

    assert not {"script", "style", "iframe", "img"} & set(page.tags)
    assert not [name for name in page.attributes if name == "style" or name.startswith("on")]
    assert {one for one in page.links if not one.startswith("#")} == {
        "/docs/docs.css",
        "/openapi.json",
        "data:,",
    }


def test_every_link_on_the_page_arrives(text: str) -> None:
    page = Page(text)

    assert len(page.ids) == len(set(page.ids))
    assert {one[1:] for one in page.links if one.startswith("#")} <= set(page.ids)


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_has_its_anchor(text: str, code: str) -> None:
    assert f'id="problem-{code}"' in text


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_every_endpoint_is_told(text: str, endpoint: Endpoint) -> None:
    anchor = endpoint.name.replace("_", "-")
    part = text.partition(f'<article id="{anchor}"')[2].partition("</article>")[0]

    assert f"<code>{endpoint.path}</code>" in part
    assert f">{endpoint.method}</span>" in part
    needed = f"<code>{endpoint.permission}</code>" if endpoint.permission else "Needs no key"
    assert needed in part
    assert ("$GUILDER_KEY" in part) == (endpoint.permission is not None)
    query = endpoint.query_type.__struct_fields__ if endpoint.query_type else ()
    body = endpoint.body_type.__struct_fields__ if endpoint.body_type else ()
    for name in (*endpoint.path_types, *query, *body):
        assert f'<code class="name">{name}</code>' in part
    for problem in problems_of(endpoint):
        assert f'href="#problem-{problem.code}"' in part


def test_headings_never_skip_a_level(text: str) -> None:
    levels = Page(text).headings

    assert levels.count(1) == 1
    content = levels[levels.index(1) :]
    assert all(after - before <= 1 for before, after in itertools.pairwise(content))


def test_the_page_says_its_language_and_how_to_skip(text: str) -> None:
    assert '<html lang="en">' in text
    assert '<a class="skip" href="#content">' in text
    assert 'name="viewport"' in text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(theme: str) -> None:
    style = styled(PAGES / "docs.css").decode().partition("@media print")[0]
    colours = colours_of(style, theme)

    on_paper = ["ink", "ink-soft", "accent", "get", "post", "put", "patch", "delete", "required"]
    on_code = ["code-ink", "code-soft", "code-key", "code-text", "code-word"]
    pairs = [(ink, paper) for ink in on_paper for paper in ("paper", "paper-sunken")]
    pairs += [(ink, paper) for ink in on_code for paper in ("code-paper", "code-bar")]
    pairs += [("accent", "accent-soft"), ("ink", "mark"), ("accent", "mark"), ("ink-soft", "mark")]
    for ink, paper in pairs:
        assert contrast(colours[ink], colours[paper]) >= CONTRAST, (theme, ink, paper)


def test_colours_have_names() -> None:
    style = styled(PAGES / "docs.css").decode()
    without_tokens = re.sub(r"--[\w-]+: [^;]+;", "", style)

    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", without_tokens)
    assert "url(" not in style
    assert "smooth" not in style, "a link on the page arrives at once"
    for need in ("@media print", "prefers-color-scheme: dark", ":focus-visible"):
        assert need in style
