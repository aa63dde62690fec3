"""`demo`: the whole system, with a tenant to try it on."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from guilder.settings import read_settings

from .options import Data, Host, Port
from .up import run_everything

if TYPE_CHECKING:
    from guilder.app import System

NAME: Final = "demo.json"


class Demo(msgspec.Struct):
    """What a newcomer needs to try the system."""

    base_url: str
    tenant_id: str
    secret_key: str


def demo(*, data: Data = None, port: Port = None, host: Host = None) -> None:
    """Run everything, with a demo tenant whose key is printed and kept in demo.json."""
    settings = read_settings(data=data, port=port, host=host)
    path = settings.data / NAME

    async def prepare(system: "System", address: str) -> str:
        known = _known(path) or await _found(system)
        known.base_url = address
        _keep(path, known)
        return (
            f"\n  Try it:\n\n"
            f"  curl -H 'Authorization: Bearer {known.secret_key}' {address}/v1/tenant\n\n"
            f"  The key and the address are in {path}.\n"
        )

    run_everything(settings, prepare)


def _known(path: Path) -> Demo | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Demo)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


async def _found(system: "System") -> Demo:
    """Found the demo tenant, with some keys whose story fills its log of events."""
    from guilder import identity  # noqa: PLC0415 - loaded while the database starts
    from guilder.db import tenant_transaction  # noqa: PLC0415

    from .operator import found_tenant, operator  # noqa: PLC0415

    tenant = await found_tenant(system.pool, name="Tulip & Sons", tier=identity.Tier.ENTERPRISE)
    async with tenant_transaction(system.pool, tenant.id, operator(tenant.id)) as tx:
        maker = operator(tenant.id)
        issued = await identity.create_api_key(tx, maker, name="Demo", scopes=["*"])
        await identity.create_api_key(tx, maker, name="Shop server", scopes=["api_keys:read"])
        old = await identity.create_api_key(tx, maker, name="Old laptop", scopes=["events:read"])
        await identity.revoke(tx, old.key.id)
    return Demo(base_url="", tenant_id=str(tenant.id), secret_key=issued.secret)


def _keep(path: Path, known: Demo) -> None:
    """Write the file so that nobody else can read the key."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(known), indent=2) + b"\n")
