"""The house's own code, read as a text and as a tree."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "guilder"
PRAGMA = re.compile(r"#\s*(noqa|type: ignore|fmt:|pragma)")


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT)).removeprefix("src/guilder/")

    @property
    def within(self) -> str:
        """Its place in the package."""
        return str(self)

    @property
    def package(self) -> str:
        """The part of the house to which it belongs; a module at the top is its own."""
        return self.path.relative_to(SRC).parts[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def functions(self) -> Iterator[ast.AsyncFunctionDef | ast.FunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                yield node

    def comment_lines(self) -> list[str]:
        """Comments that are written for a reader, not for a tool."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [
            token.string
            for token in tokens
            if token.type == tokenize.COMMENT and not PRAGMA.match(token.string)
        ]

    def names_used(self) -> Iterator[str]:
        """Names that are read; a definition, an import and `__all__` are none."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr


def sources(folder: str) -> tuple[Source, ...]:
    """Every Python file below a folder."""
    return tuple(Source(path) for path in sorted((ROOT / folder).rglob("*.py")))
