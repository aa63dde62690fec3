"""A tenant's accounts at its gateways: which it uses, in what order, with which credentials.

Secrets come in and never go out: they are sealed for their place, and what is
shown of one is its last four characters.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.kernel import Problem, TenantId, Vault

HINT_CHARACTERS: Final = 4

SEVERAL_CAPTURES: Final = "several_captures"
"""A setting of Stripe: `yes` where Stripe has allowed the account to capture in parts."""


class GatewayNotKnown(Problem, status=404):
    """There is no such gateway."""

    known: list[str]


class GatewayNotConfigured(Problem, status=404):
    """This gateway was not configured."""


class GatewaySettingsNotValid(Problem, status=422):
    """A gateway takes its own settings and secrets, and needs all of them to be enabled."""

    not_known: list[str]
    missing: list[str]


class GatewayInUse(Problem, status=409):
    """Attempts at this gateway are open: it stays until it is known what became of them."""

    open_attempts: int


class Needs(msgspec.Struct, frozen=True):
    """What a gateway has to know of a tenant's account."""

    settings: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


KNOWN: Final[dict[str, Needs]] = {
    "sandbox": Needs(),
    "stripe": Needs(
        secrets=frozenset({"secret_key", "webhook_secret"}),
        optional=frozenset({"publishable_key", SEVERAL_CAPTURES}),
    ),
    "paypal": Needs(
        settings=frozenset({"client_id", "webhook_id"}),
        secrets=frozenset({"client_secret"}),
    ),
}


class GatewayAccount(msgspec.Struct, frozen=True):
    """A gateway as a tenant has set it up."""

    name: str
    is_enabled: bool
    position: int
    settings: dict[str, str]
    secrets: bytes | None
    secret_hints: dict[str, str]
    created_at: datetime
    updated_at: datetime


async def configure(
    tx: Tx,
    vault: Vault,
    name: str,
    *,
    is_enabled: bool,
    position: int | UnsetType,
    settings: dict[str, str] | UnsetType,
    secrets: dict[str, str],
) -> GatewayAccount:
    """Set up a gateway. What is not given again stays as it was, and each secret for itself.

    One that is switched off is asked for what is still open, and needs all of it.
    """
    needs = KNOWN.get(name)
    if needs is None:
        raise GatewayNotKnown(known=sorted(KNOWN))
    before = await find_account(tx, tenant_id=tx.tenant_id, name=name)
    if settings is UNSET:
        settings = before.settings if before else {}
    if position is UNSET:
        position = before.position if before else 0
    kept = _open(vault, tx.tenant_id, before) | secrets
    _refuse_what_does_not_fit(needs, settings, kept, is_enabled=is_enabled)
    sealed = vault.seal(msgspec.json.encode(kept), place=_place(tx.tenant_id, name))
    account = await put_account(
        tx,
        name=name,
        is_enabled=is_enabled,
        position=position,
        settings=settings,
        secrets=sealed,
        secret_hints={key: secret[-HINT_CHARACTERS:] for key, secret in sorted(kept.items())},
    )
    await audit.record(
        tx,
        "gateway.configured",
        type="tenant",
        id=tx.tenant_id,
        before=_told(before) if before else None,
        after={**_told(account), "given_anew": sorted(secrets)},
    )
    return account


async def account_named(tx: Tx, name: str) -> GatewayAccount:
    """A gateway of the tenant."""
    if name not in KNOWN:
        raise GatewayNotKnown(known=sorted(KNOWN))
    found = await find_account(tx, tenant_id=tx.tenant_id, name=name)
    if found is None:
        raise GatewayNotConfigured
    return found


async def forget(tx: Tx, name: str) -> None:
    """Take a gateway away, with its secrets. What was paid through it stays.

    What is open needs the secrets, so nobody may begin anything there meanwhile.
    """
    if name not in KNOWN:
        raise GatewayNotKnown(known=sorted(KNOWN))
    held = await lock_account(tx, tenant_id=tx.tenant_id, name=name)
    account = await find_account(tx, tenant_id=tx.tenant_id, name=name) if held else None
    if account is None:
        raise GatewayNotConfigured
    if count := await count_open_attempts(tx, tenant_id=tx.tenant_id, gateway=name):
        raise GatewayInUse(open_attempts=count)
    await delete_account(tx, tenant_id=tx.tenant_id, name=name)
    await audit.record(tx, "gateway.removed", type="tenant", id=tx.tenant_id, before=_told(account))


def secrets_of(vault: Vault, tenant_id: TenantId, account: GatewayAccount) -> dict[str, str]:
    """The credentials, for the adapter alone."""
    return _open(vault, tenant_id, account)


def missing_in(account: GatewayAccount, secrets: dict[str, str]) -> frozenset[str]:
    """What an account still needs before its gateway can be asked for anything."""
    needs = KNOWN[account.name]
    return (needs.settings - account.settings.keys()) | (needs.secrets - secrets.keys())


def _told(account: GatewayAccount) -> dict[str, Any]:
    """An account without its credentials."""
    return {
        "gateway": account.name,
        "is_enabled": account.is_enabled,
        "position": account.position,
        "settings": account.settings,
    }


def _open(vault: Vault, tenant_id: TenantId, account: GatewayAccount | None) -> dict[str, str]:
    if account is None or account.secrets is None:
        return {}
    plain = vault.open(account.secrets, place=_place(tenant_id, account.name))
    return msgspec.json.decode(plain, type=dict[str, str])


def _place(tenant_id: TenantId, name: str) -> bytes:
    return f"gateway {tenant_id} {name}".encode()


def _refuse_what_does_not_fit(
    needs: Needs, settings: dict[str, str], secrets: dict[str, str], *, is_enabled: bool
) -> None:
    not_known = (settings.keys() - needs.settings - needs.optional) | (
        secrets.keys() - needs.secrets
    )
    missing = (needs.settings - settings.keys()) | (needs.secrets - secrets.keys())
    if not_known or (missing and is_enabled):
        raise GatewaySettingsNotValid(
            not_known=sorted(not_known), missing=sorted(missing if is_enabled else ())
        )


@sql
async def accounts(tx: Tx, *, tenant_id: TenantId) -> list[GatewayAccount]: ...


@sql
async def find_account(tx: Tx, *, tenant_id: TenantId, name: str) -> GatewayAccount | None: ...


@sql
async def put_account(
    tx: Tx,
    *,
    name: str,
    is_enabled: bool,
    position: int,
    settings: dict[str, Any],
    secrets: bytes,
    secret_hints: dict[str, Any],
) -> GatewayAccount: ...


@sql
async def hold_accounts(tx: Tx, *, tenant_id: TenantId, names: list[str]) -> list[str]: ...


@sql
async def lock_account(tx: Tx, *, tenant_id: TenantId, name: str) -> str | None: ...


@sql
async def count_open_attempts(tx: Tx, *, tenant_id: TenantId, gateway: str) -> int: ...


@sql
async def delete_account(tx: Tx, *, tenant_id: TenantId, name: str) -> None: ...
