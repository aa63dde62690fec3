"""Speech: what the page says, in the language of its buyer."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from guilder.mail import LANGUAGES
from guilder.storefront.tongue import Tongue, accepted_in, placed

TEXTS: Final = Path(__file__).parent / "texts"


class Speech(Tongue, frozen=True):
    """A tongue, and the page's sentences in it."""

    def __call__(self, key: str, **values: Any) -> str:
        """A sentence in this language."""
        return texts_in(self.language)[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in texts_in(self.language)


def speech_for(wanted: str | None, accepted: str) -> Speech:
    """The speech that is asked for by name, or else the first that a browser accepts."""
    wishes = accepted_in(accepted)
    return Speech.of(placed(wanted, wishes) if wanted in LANGUAGES else "", *wishes)


@cache
def texts_in(language: str) -> dict[str, str]:
    """All sentences of a language."""
    return tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))
