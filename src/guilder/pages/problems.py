"""Problems as pages: what a person reads where a program reads a document."""

from pathlib import Path
from typing import Final

from guilder.kernel import Problem

from .templates import Templates

TEMPLATES: Final = Templates(Path(__file__).parent / "house")
BUG: Final = 500

HEADINGS: Final = {
    401: "Sign in first",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This cannot be done here",
    408: "That took too long",
    409: "This does not go together with what is there",
    410: "This is gone",
    413: "That is too much",
    429: "Too many requests",
    500: "Something went wrong",
}
NOT_NOW: Final = "Not just now"
NOT_UNDERSTOOD: Final = "This was not understood"

WORDS: Final = {
    "not_found": "The address may be misspelled, or what was there has been taken away.",
    "method_not_allowed": "The address is right, but a browser opens it in another way.",
    "internal_error": "It is our fault, and nothing that you did. Try again in a while.",
}
"""What a person is told in place of what a program is."""


def problem_page(
    problem: Problem, path: str, request_id: str, *, of_buyers: tuple[str, ...] = ()
) -> bytes:
    """A problem, and what somebody can do now.

    Our first page is for who sells. Whoever came to a path of buyers is not led there, where
    they would be asked to sign in.
    """
    is_ours = problem.status >= BUG
    text = TEMPLATES.render(
        "problem.html",
        heading=HEADINGS.get(problem.status, NOT_NOW if is_ours else NOT_UNDERSTOOD),
        told=WORDS.get(problem.code, problem.title),
        wait=_seconds(problem),
        request_id=request_id,
        is_ours=is_ours,
        leads_on=not path.startswith(of_buyers),
    )
    return text.encode()


def _seconds(problem: Problem) -> int | None:
    """After how many seconds it is worth another try, if that is known."""
    told = problem.details.get("retry_after", problem.retry_after_seconds)
    return told if isinstance(told, int) else None
