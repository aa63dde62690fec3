"""Templates: a package's own beside those of the house. They escape what they show."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

from guilder.http import PAGE_HEADERS, Response, headers_of
from guilder.kernel import Problem

from .assets import address_of

if TYPE_CHECKING:
    from jinja2 import Environment

HOUSE: Final = Path(__file__).parent / "house"
HTML: Final = b"text/html; charset=utf-8"


@final
class Templates:
    """The templates of one folder, and those of the house that they build on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def render(self, name: str, **values: Any) -> str:
        """A template with what it is to show. A value that is missing is an error."""
        return self._environment.get_template(name).render(**values)

    @cached_property
    def _environment(self) -> "Environment":
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - for pages

        environment = Environment(
            loader=FileSystemLoader([self._folder, HOUSE]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["asset"] = address_of
        return environment


def page(
    templates: Templates,
    name: str,
    *,
    status: int = 200,
    refused: Problem | None = None,
    **values: Any,
) -> Response:
    """A whole page; one that tells what was refused says so to programs as its document does."""
    text = templates.render(name, **values)
    answer = Response(status, text.encode(), content_type=HTML, common=PAGE_HEADERS)
    if refused is not None:
        answer.status, answer.headers = refused.status, headers_of(refused)
    return answer
