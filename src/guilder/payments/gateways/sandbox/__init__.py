"""The sandbox: a gateway in this process, deterministic, with books of its own.

Its tokens are those people know from others, and what each of them does never
changes. What needs no waiting it answers within the caller's transaction.
"""

from .adapter import SandboxGateway, charges_at_once, enter_charges
from .book import Line
from .cards import CARDS, Card
from .orders import SandboxTold, answer_within

__all__ = [
    "CARDS",
    "Card",
    "Line",
    "SandboxGateway",
    "SandboxTold",
    "answer_within",
    "charges_at_once",
    "enter_charges",
]
