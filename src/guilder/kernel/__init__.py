"""The words every package speaks. Pure: no I/O, no clock, no settings."""

from .actor import Actor, ActorKind, CallLimit
from .currency import Currency, CurrencyNotKnown, currency, exponents
from .cursor import CursorNotValid, CursorSeal
from .fact import Fact
from .ids import TenantId
from .legible import is_legible, legible
from .lifecycle import IllegalMove, Lifecycle, Move
from .metadata import MOST_KEYS, Metadata
from .money import MAX_MINOR, AmountNotReadable, AmountTooLarge, Money
from .networks import Network, is_in, networks
from .problem import Problem, reason_of
from .token import TokenName, hash_of, new_token, read_token
from .tool import Tool, tools_in
from .vault import SealBroken, Vault

__all__ = [
    "MAX_MINOR",
    "MOST_KEYS",
    "Actor",
    "ActorKind",
    "AmountNotReadable",
    "AmountTooLarge",
    "CallLimit",
    "Currency",
    "CurrencyNotKnown",
    "CursorNotValid",
    "CursorSeal",
    "Fact",
    "IllegalMove",
    "Lifecycle",
    "Metadata",
    "Money",
    "Move",
    "Network",
    "Problem",
    "SealBroken",
    "TenantId",
    "TokenName",
    "Tool",
    "Vault",
    "currency",
    "exponents",
    "hash_of",
    "is_in",
    "is_legible",
    "legible",
    "networks",
    "new_token",
    "read_token",
    "reason_of",
    "tools_in",
]
