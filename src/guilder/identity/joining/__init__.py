"""Joining: whoever was invited becomes a member, as the user they are or as somebody new.

Who signs in already comes with their session, and has to sign in with the address that was
invited. Who does not signs up in the same call, and is at home in the tenant that invited them:
what the mail carried has proved the address.
"""

from .acceptances import (
    Newcomer,
    SessionNotOpen,
    SignInFirst,
    Welcome,
    join_as_newcomer,
    join_as_user,
    refuse_invitation,
)

__all__ = [
    "Newcomer",
    "SessionNotOpen",
    "SignInFirst",
    "Welcome",
    "join_as_newcomer",
    "join_as_user",
    "refuse_invitation",
]
