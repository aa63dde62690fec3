"""The only package that knows the driver.

It lends out transactions of one tenant, or of the system, and nothing else:
what a verb receives is a `Tx`, which cannot be had without naming whose it is.
"""

from .batch import MAX_BATCH, Batch
from .connection import as_json
from .migrations import (
    Migration,
    MigrationRefused,
    migrate,
    migrations_in,
    pending,
    refuse_another_schema,
)
from .pool import Connections, Pool, Share, open_pool
from .problems import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseUnavailable,
    TooMuchContention,
    TooSlow,
)
from .roles import (
    APP_ROLE,
    AnotherPassword,
    RoleCouldBypass,
    app_password,
    as_app_role,
    ensure_app_role,
    is_app_role,
    refuse_a_role_that_could_bypass,
    refuse_a_stranger,
)
from .rows import plain_type
from .signals import Bell, Signals
from .statements import STATEMENTS, NotExactlyOneRow, Statement, sql
from .transactions import (
    CommitRefused,
    system_statement,
    system_transaction,
    tenant_transaction,
    transact,
)
from .turns import Turns
from .tx import Tx

__all__ = [
    "APP_ROLE",
    "MAX_BATCH",
    "STATEMENTS",
    "AnotherPassword",
    "Batch",
    "Bell",
    "CommitRefused",
    "Connections",
    "DatabaseBusy",
    "DatabaseFull",
    "DatabaseUnavailable",
    "Migration",
    "MigrationRefused",
    "NotExactlyOneRow",
    "Pool",
    "RoleCouldBypass",
    "Share",
    "Signals",
    "Statement",
    "TooMuchContention",
    "TooSlow",
    "Turns",
    "Tx",
    "app_password",
    "as_app_role",
    "as_json",
    "ensure_app_role",
    "is_app_role",
    "migrate",
    "migrations_in",
    "open_pool",
    "pending",
    "plain_type",
    "refuse_a_role_that_could_bypass",
    "refuse_a_stranger",
    "refuse_another_schema",
    "sql",
    "system_statement",
    "system_transaction",
    "tenant_transaction",
    "transact",
]
