"""The command line: what an operator types, on a laptop and on a server."""

from .main import main

__all__ = ["main"]
