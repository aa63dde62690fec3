"""The entrance: how people come in.

Whoever signs up founds a tenant; whoever signs in shows a password, and their second
factor where they have one. Who guesses has to wait.
"""

from guilder.identity.brakes import Brake, TooManyAttempts, release, require_pace

from .sign_in import Entered, SignIn, SignInRefused, enter, sign_in
from .sign_out import sign_out, sign_out_at, sign_out_everywhere
from .sign_up import Begun, SignUp, sign_up

__all__ = [
    "Begun",
    "Brake",
    "Entered",
    "SignIn",
    "SignInRefused",
    "SignUp",
    "TooManyAttempts",
    "enter",
    "release",
    "require_pace",
    "sign_in",
    "sign_out",
    "sign_out_at",
    "sign_out_everywhere",
    "sign_up",
]
