"""The second factor: a code of the moment, from something that only its user has.

It counts once it was confirmed. Each code is good for one use, and so is each of the ten recovery
codes that stand in for it, of which only hashes are kept.
"""

from .factor import Factors, FactorState
from .factors import (
    NOTHING_SHOWN,
    FactorNotBegun,
    FactorNotOn,
    FactorOn,
    PasswordNeeded,
    SecondFactorNeeded,
    SecondFactorRefused,
    Shown,
    begin,
    confirm,
    forget_factor,
    remove,
    require_factor,
    state_of,
)
from .recovery import CODES, replace_codes

__all__ = [
    "CODES",
    "NOTHING_SHOWN",
    "FactorNotBegun",
    "FactorNotOn",
    "FactorOn",
    "FactorState",
    "Factors",
    "PasswordNeeded",
    "SecondFactorNeeded",
    "SecondFactorRefused",
    "Shown",
    "begin",
    "confirm",
    "forget_factor",
    "remove",
    "replace_codes",
    "require_factor",
    "state_of",
]
