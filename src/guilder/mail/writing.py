"""Writing: an occasion becomes a letter, in the reader's language.

Each text stands once, in `texts/<language>/<kind>.jinja`, and is set twice: as plain text, and
as HTML in which every value is escaped. So the two halves of a letter cannot say different things.
"""

import functools
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from .letter import Letter, language_of
from .occasions import OCCASIONS, Occasion
from .wording import greeted, masked, moment, one_line, visible

if TYPE_CHECKING:
    from jinja2 import Environment, Template

TEXTS: Final = Path(__file__).parent / "texts"
WIDTH: Final = 72
LINES_OF_ITS_OWN: Final = {"message"}
"""Values that may have several lines."""

NOTHING: Final[dict[str, Any]] = dict.fromkeys(
    field.name for one in OCCASIONS.values() for field in msgspec.structs.fields(one)
)
"""What no occasion says: a text may ask for what others have."""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who is written to, and how."""

    to: str
    name: str | None
    language: str | None
    reply_to: str | None = None
    unsubscribe_url: str | None = None


def write(occasion: Occasion, reader: Reader, *, brand: str, public_url: str) -> Letter:
    """The letter about an occasion."""
    language = language_of(reader.language)
    values = NOTHING | {name: _safe(name, one) for name, one in _values(occasion).items()}
    values |= {
        "to": one_line(reader.to),
        "name": greeted(reader.name),
        "language": language,
        "brand": one_line(brand),
        "public_url": public_url,
        "unsubscribe_url": reader.unsubscribe_url,
        "link": f"{public_url}{occasion.page}{occasion.query}" if occasion.page else None,
    }
    name = f"{language}/{occasion.kind}.jinja"
    plain, marked = (_texts(is_html=is_html).get_template(name) for is_html in (False, True))
    return Letter(
        kind=occasion.kind,
        to=reader.to,
        name=values["name"],
        language=language,
        subject=one_line(_subject(plain, values)),
        text=_set_as_text(plain.render(values)),
        html=marked.render(values),
        reply_to=reader.reply_to,
        unsubscribe_url=reader.unsubscribe_url,
    )


def _values(occasion: Occasion) -> dict[str, Any]:
    return msgspec.structs.asdict(occasion)


def _safe(name: str, value: Any) -> Any:
    """A value without what would be read as something else than a part of its line."""
    if isinstance(value, str):
        return visible(value).strip() if name in LINES_OF_ITS_OWN else one_line(value)
    if isinstance(value, tuple):
        return tuple(one_line(each) for each in value)
    return value


@functools.cache
def _texts(*, is_html: bool) -> "Environment":
    """The texts, and the form in which they are set."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - for letters

    form = "html" if is_html else "txt"
    texts = Environment(
        loader=FileSystemLoader(TEXTS),
        autoescape=is_html,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts.filters |= {
        "masked": masked,
        "moment": moment,
        "wrapped": wrapped,
        "quoted": lambda text: textwrap.indent(text, "> ", lambda _: True),
    }
    texts.globals["layout"] = f"layout.{form}"
    texts.globals["zip"] = zip
    texts.globals["parts"] = texts.get_template(f"parts.{form}").module
    return texts


def _subject(template: "Template", values: dict[str, Any]) -> str:
    return "".join(template.blocks["subject"](template.new_context(values)))


def wrapped(text: str) -> str:
    """A paragraph in lines that are easily read; what is longer, like a link, is left whole."""
    return textwrap.fill(one_line(text), WIDTH, break_long_words=False, break_on_hyphens=False)


def _set_as_text(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
