"""`keys`: give a tenant's programs their keys, and take them back."""

from typing import Annotated
from uuid import UUID

import msgspec
from cyclopts import App, Parameter

from guilder import identity
from guilder.db import Tx, transact
from guilder.identity import ApiKey, ApiKeyId, IssuedKey, KeyMode
from guilder.kernel import TenantId
from guilder.settings import read_settings

from .operator import operator
from .options import AsJson, Data
from .reach import with_pool
from .say import say, say_json, say_table

MOST: int = 1000
TenantOption = Annotated[UUID, Parameter(name="--tenant", metavar="ID", help="The tenant's id.")]
KeyOption = Annotated[UUID, Parameter(help="The key's id, as the list shows it.")]

app = App(name="keys", help="Give a tenant's programs their keys, and take them back.")


@app.command
def create(
    *,
    tenant: TenantOption,
    scope: Annotated[
        list[str],
        Parameter(metavar="SCOPE", help="resource:action, resource:* or *; can be repeated."),
    ],
    name: Annotated[str, Parameter(metavar="NAME", help="Whose key it is.")] = "From the shell",
    mode: Annotated[KeyMode, Parameter(help="Whether it moves real money.")] = KeyMode.LIVE,
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a key. Its secret is printed this once."""
    from guilder.app import PACKAGES  # noqa: PLC0415 - only this command asks everyone

    permissions = {one for package in PACKAGES for one in package.permissions}
    identity.refuse_unknown(scope, permissions)
    tenant_id = TenantId(tenant)
    maker = operator(tenant_id)

    async def work(tx: Tx) -> IssuedKey:
        await identity.current_tenant(tx)
        return await identity.create_api_key(tx, maker, name=name, scopes=scope, mode=mode)

    issued = with_pool(
        read_settings(data=data), lambda pool: transact(pool, tenant_id, work, actor=maker)
    )
    if json:
        say_json({**msgspec.structs.asdict(issued.key), "secret": issued.secret})
    else:
        say(f"{issued.secret}\n\nThis is the only time that it is shown. Its id: {issued.key.id}")


@app.command(name="list")
def list_(*, tenant: TenantOption, json: AsJson = False, data: Data = None) -> None:
    """List a tenant's keys, newest first, without their secrets."""
    tenant_id = TenantId(tenant)

    async def work(tx: Tx) -> list[ApiKey]:
        return await identity.newest_api_keys(
            tx, tenant_id=tenant_id, mode=None, before=None, most=MOST
        )

    keys = with_pool(read_settings(data=data), lambda pool: transact(pool, tenant_id, work))
    if json:
        say_json(keys)
    else:
        say_table(
            ["id", "name", "mode", "ends in", "scopes", "revoked"],
            [
                [key.id, key.name, key.mode, key.hint, " ".join(key.scopes), key.revoked_at]
                for key in keys
            ],
        )


@app.command
def revoke(
    key: KeyOption, /, *, tenant: TenantOption, json: AsJson = False, data: Data = None
) -> None:
    """Revoke a key: it opens nothing from the next request on."""
    tenant_id = TenantId(tenant)
    revoked = with_pool(
        read_settings(data=data),
        lambda pool: transact(
            pool,
            tenant_id,
            lambda tx: identity.revoke(tx, ApiKeyId(key)),
            actor=operator(tenant_id),
        ),
    )
    if json:
        say_json(revoked)
    else:
        say(f"{revoked.name} is revoked.")
