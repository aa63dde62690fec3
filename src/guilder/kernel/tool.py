"""The tool: something of which a process has one, handed to whoever names its type."""

from typing import Any


class Tool:
    """Made by the composition root, and asked for by a parameter of this type."""


def tools_in(hints: dict[str, Any]) -> dict[str, type[Tool]]:
    """The tools that a function asks for, by its parameters' names."""
    return {
        name: kind
        for name, kind in hints.items()
        if isinstance(kind, type) and issubclass(kind, Tool)
    }
