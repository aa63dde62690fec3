"""Failures a caller can act on, as opposed to bugs, which crash."""

import re
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, Self, dataclass_transform

WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where one word of a name ends and the next begins."""

REGISTRY: dict[str, type["Problem"]] = {}


@dataclass_transform(eq_default=False, kw_only_default=True)
class Problem(Exception):
    """Base of every failure that leaves the process, as one RFC 9457 document.

    The class name is the code, the docstring is the title, and the fields are
    the details. A problem is declared in the file of the verb that raises it.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    retry_after_seconds: ClassVar[int | None] = None

    def __init_subclass__(
        cls, *, status: int = 409, retry_after_seconds: int | None = None
    ) -> None:
        dataclass(eq=False, kw_only=True)(cls)
        cls.status = status
        cls.retry_after_seconds = retry_after_seconds
        cls.code = WORDS.sub("_", cls.__name__).lower()
        cls.title = (cls.__doc__ or cls.code).partition("\n")[0]
        if REGISTRY.setdefault(cls.code, cls).__module__ != cls.__module__:
            raise TypeError(f"{cls.code} is another problem's code already")
        REGISTRY[cls.code] = cls

    def __str__(self) -> str:
        return self.title

    @property
    def details(self) -> dict[str, Any]:
        """The fields and their values, as they go into the document."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def again(self) -> Self:
        """The same for somebody else: one that is raised twice is changed by whoever is first."""
        return type(self)(**self.details)


def reason_of(failure: BaseException, most: int) -> str:
    """A failure in words that PostgreSQL can keep: no NUL, no half of a surrogate pair."""
    told = f"{type(failure).__name__}: {failure}".replace("\0", "")
    return told.encode("utf-8", "replace").decode()[:most]
