"""What the payment page does with a checkout that a buyer has the link of."""

from .links import session_of_link
from .payments import NothingToCallOff, Told, call_off_payment, language_of, pay_as_told
from .renewals import CodeNotTaken, NoWayThere, Renewal, renew
from .standing import Stage, Standing, is_test, standing_of

__all__ = [
    "CodeNotTaken",
    "NoWayThere",
    "NothingToCallOff",
    "Renewal",
    "Stage",
    "Standing",
    "Told",
    "call_off_payment",
    "is_test",
    "language_of",
    "pay_as_told",
    "renew",
    "session_of_link",
    "standing_of",
]
