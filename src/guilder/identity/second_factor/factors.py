"""Second factors: begun, confirmed, shown at each sign-in, and taken off."""

from typing import Final, NamedTuple

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.identity.letters import tell
from guilder.identity.users import Credentials, Home, UserId, own_credentials
from guilder.kernel import Problem, TenantId
from guilder.mail import SecondFactorChange, SecondFactorChanged

from .factor import Draft, Factor, Factors, FactorState
from .recovery import count_codes, replace_codes, use_code
from .totp import step_of


class SecondFactorNeeded(Problem, status=401):
    """The password is right. Send your authenticator's code as well, or a recovery code."""


class SecondFactorRefused(Problem, status=401):
    """This code is not right, or was used before. Send the next one."""


class FactorOn(Problem, status=409):
    """A second factor is on already. Take it off before another one is put on."""


class FactorNotOn(Problem, status=409):
    """No second factor is on."""


class FactorNotBegun(Problem, status=409):
    """There is no second factor to be confirmed. Begin with one."""


class FactorNotConfirmed(Problem, status=422):
    """This is not the code of the moment. Perhaps the clock of the device is wrong."""


class PasswordNeeded(Problem, status=409):
    """Whoever has no password is signed in by somebody else, who asks for a second factor."""


class Shown(NamedTuple):
    """What somebody shows beside their password."""

    code: str | None = None
    recovery_code: str | None = None


NOTHING_SHOWN: Final = Shown()


async def state_of(tx: Tx, user_id: UserId) -> FactorState:
    """Whether a second factor is asked for."""
    found = await find_factor(tx, tenant_id=tx.tenant_id, user_id=user_id)
    confirmed_at = found.confirmed_at if found else None
    left = await count_codes(tx, tenant_id=tx.tenant_id, user_id=user_id)
    return FactorState(
        is_on=confirmed_at is not None, confirmed_at=confirmed_at, recovery_codes_left=left
    )


async def begin(tx: Tx, factors: Factors, user_id: UserId) -> Draft:
    """Make a secret, which counts once it is confirmed. One that never was is replaced."""
    home = Home(tx.tenant_id, user_id)
    known = await require_own_password(tx, user_id)
    secret = factors.new()
    begun = await begin_factor(tx, user_id=user_id, secret_sealed=factors.seal(secret, home))
    if begun is None:
        raise FactorOn
    return factors.draft(secret, known.user.email or str(user_id))


async def require_own_password(tx: Tx, user_id: UserId) -> Credentials:
    """Refuse whoever has no password, beside which a second factor could be shown."""
    known = await own_credentials(tx, user_id)
    if known is None or known.password_hash is None:
        raise PasswordNeeded
    return known


async def confirm(tx: Tx, factors: Factors, user_id: UserId, *, code: str) -> list[str]:
    """Have it asked for from now on, since the device shows the right code.

    Answers the recovery codes.
    """
    found = await find_factor(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if found is None:
        raise FactorNotBegun
    if found.confirmed_at is not None:
        raise FactorOn
    if not await _is_right(tx, factors, found, user_id=user_id, code=code):
        raise FactorNotConfirmed
    if await confirm_factor(tx, tenant_id=tx.tenant_id, user_id=user_id) is None:
        raise FactorOn
    codes = await replace_codes(tx, user_id)
    await _note(tx, user_id, "enabled")
    return codes


async def require_factor(tx: Tx, factors: Factors, user_id: UserId, *, shown: Shown) -> bool:
    """Refuse who does not show the second factor, where there is one; answers whether there is."""
    found = await find_factor(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if found is None or found.confirmed_at is None:
        return False
    if shown.code is not None:
        if not await _is_right(tx, factors, found, user_id=user_id, code=shown.code):
            raise SecondFactorRefused
    elif shown.recovery_code is not None:
        if not await use_code(tx, user_id, shown.recovery_code):
            raise SecondFactorRefused
        await _note(tx, user_id, "code_used")
    else:
        raise SecondFactorNeeded
    return True


async def remove(tx: Tx, factors: Factors, user_id: UserId, *, shown: Shown) -> None:
    """Ask for it no more. It is shown a last time for that."""
    if not await require_factor(tx, factors, user_id, shown=shown):
        raise FactorNotOn
    await delete_factor(tx, tenant_id=tx.tenant_id, user_id=user_id)
    await _note(tx, user_id, "disabled")


async def forget_factor(tx: Tx, user_id: UserId) -> None:
    """Ask for it no more, also whoever could not show it, since it was put on by somebody else."""
    is_on = (await state_of(tx, user_id)).is_on
    await delete_factor(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if is_on:
        await _note(tx, user_id, "disabled")


async def renew_codes(tx: Tx, user_id: UserId) -> list[str]:
    """New recovery codes, instead of those that were used or seen by others."""
    if not (await state_of(tx, user_id)).is_on:
        raise FactorNotOn
    codes = await replace_codes(tx, user_id)
    await _note(tx, user_id, "codes_replaced")
    return codes


async def _is_right(
    tx: Tx, factors: Factors, factor: Factor, *, user_id: UserId, code: str
) -> bool:
    secret = factors.open(factor, Home(tx.tenant_id, user_id))
    step = step_of(secret, code, now=await tx.now())
    if step is None:
        return False
    spent = await spend_step(
        tx,
        tenant_id=tx.tenant_id,
        user_id=user_id,
        step=step,
        secret_sealed=factor.secret_sealed,
    )
    return spent is not None


ACTIONS: Final[dict[SecondFactorChange, str]] = {
    "enabled": "second_factor.enabled",
    "disabled": "second_factor.disabled",
    "codes_replaced": "recovery_codes.replaced",
    "code_used": "recovery_code.used",
}


async def _note(tx: Tx, user_id: UserId, change: SecondFactorChange) -> None:
    address = tx.actor.address if tx.actor else None
    told = SecondFactorChanged(at=await tx.now(), address=address, change=change)
    await tell(tx, Home(tx.tenant_id, user_id), told)
    await audit.record(tx, ACTIONS[change], type="user", id=user_id)


@sql
async def find_factor(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> Factor | None: ...


@sql
async def begin_factor(tx: Tx, *, user_id: UserId, secret_sealed: bytes) -> UserId | None: ...


@sql
async def confirm_factor(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> UserId | None: ...


@sql
async def spend_step(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, step: int, secret_sealed: bytes
) -> UserId | None: ...


@sql
async def delete_factor(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> None: ...
