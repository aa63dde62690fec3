"""The second factor's API: put on, taken off, and its recovery codes."""

import msgspec

from guilder.db import Tx
from guilder.http import OWN, Caller, delete, get, post
from guilder.identity.proof import PROOF_PROBLEMS
from guilder.identity.sessions import SessionNotFound
from guilder.identity.sessions.views import show_renewed
from guilder.identity.users import Passwords
from guilder.identity.users.api import own_home, own_id
from guilder.kernel import Actor

from .changes import begin_with_password, put_on, take_off, with_new_codes
from .factor import Factors, FactorState
from .factors import (
    FactorNotBegun,
    FactorNotConfirmed,
    FactorNotOn,
    FactorOn,
    PasswordNeeded,
    SecondFactorNeeded,
    SecondFactorRefused,
    Shown,
    state_of,
)
from .views import (
    FactorBeginning,
    FactorConfirmation,
    FactorConfirmed,
    FactorDraft,
    FactorRemoval,
    NewCodes,
    RecoveryCodes,
)


@get("/v1/me/second-factor", OWN)
async def show_second_factor(tx: Tx, actor: Actor) -> FactorState:
    """See whether one's second factor is asked for."""
    return await state_of(tx, own_id(actor))


@post("/v1/me/second-factor", OWN, problems=(*PROOF_PROBLEMS, FactorOn, PasswordNeeded))
async def begin_second_factor(
    caller: Caller,
    actor: Actor,
    body: FactorBeginning,
    *,
    passwords: Passwords,
    factors: Factors,
) -> FactorDraft:
    """Begin with a second factor, with the password.

    The secret comes to an authenticator, and counts once a code of it is confirmed.
    """
    draft = await begin_with_password(
        caller, passwords, factors, home=own_home(actor), password=body.password
    )
    return FactorDraft(**msgspec.structs.asdict(draft))


@post(
    "/v1/me/second-factor/confirmations",
    OWN,
    problems=(FactorNotBegun, FactorNotConfirmed, FactorOn, SessionNotFound),
)
async def confirm_second_factor(
    tx: Tx, actor: Actor, body: FactorConfirmation, *, factors: Factors
) -> FactorConfirmed:
    """Put the second factor on.

    From now on it is asked for at sign-in. The recovery codes stand in for a lost device. All
    other sessions end.
    """
    codes, opened = await put_on(tx, factors, actor, code=body.code)
    return FactorConfirmed(recovery_codes=codes, session=show_renewed(opened))


@delete(
    "/v1/me/second-factor",
    OWN,
    problems=(*PROOF_PROBLEMS, FactorNotOn, SecondFactorNeeded, SecondFactorRefused),
)
async def remove_second_factor(
    caller: Caller,
    actor: Actor,
    body: FactorRemoval,
    *,
    passwords: Passwords,
    factors: Factors,
) -> FactorState:
    """Take the second factor off, with the password and a last code.

    All other sessions end.
    """
    shown = Shown(body.code, body.recovery_code)
    home = own_home(actor)
    await take_off(caller, passwords, factors, home=home, password=body.password, shown=shown)
    return FactorState(is_on=False, confirmed_at=None, recovery_codes_left=0)


@post(
    "/v1/me/second-factor/recovery-codes",
    OWN,
    problems=(*PROOF_PROBLEMS, FactorNotOn),
)
async def replace_recovery_codes(
    caller: Caller, actor: Actor, body: NewCodes, *, passwords: Passwords
) -> RecoveryCodes:
    """Make new recovery codes. Those of before open nothing any more."""
    codes = await with_new_codes(caller, passwords, own_home(actor), password=body.password)
    return RecoveryCodes(recovery_codes=codes)


ENDPOINTS = (
    show_second_factor,
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    replace_recovery_codes,
)
