"""Strangers: who signed up with the address of another keeps nothing, once its reader comes."""

from guilder.db import Tx
from guilder.identity.roles import revoke_all
from guilder.identity.second_factor import forget_factor
from guilder.identity.users import User


async def shut_out_stranger(tx: Tx, user: User) -> None:
    """Take away by what somebody came in who had not confirmed the address, or could again.

    Their sessions and their password end with the new one. Whoever confirmed it keeps both.
    """
    await forget_factor(tx, user.id)
    await revoke_all(tx, [user.id])
