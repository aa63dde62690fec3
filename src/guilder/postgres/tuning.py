"""How PostgreSQL is set up for one small machine; every line can be overridden."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .failure import PostgresFailure

MEGABYTE: Final = 1 << 20
CONTROL_GROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")

TUNED: Final[Mapping[str, str]] = {
    "max_connections": "100",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    # Statements here are short; compiling them costs more than running them.
    "jit": "off",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # Queue and outbox turn their rows over quickly, and bloat hurts them first. And a table that
    # has just begun to fill is read by plans for an empty one until it is looked at.
    "autovacuum_naptime": "5s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_vacuum_insert_scale_factor": "0.1",
    "autovacuum_analyze_scale_factor": "0.05",
    "autovacuum_vacuum_cost_limit": "1000",
    # A forgotten transaction would hold locks and keep vacuum from its work.
    "idle_in_transaction_session_timeout": "60s",
    "log_min_duration_statement": "1s",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
    "cluster_name": "guilder",
    # Reachable through the socket only.
    "listen_addresses": "",
}


class SettingRefused(PostgresFailure):
    """A setting that the supervision rests on cannot be overridden."""


def settings_with(overrides: Mapping[str, str], *, socket_folder: str) -> dict[str, str]:
    """Answer all settings of the server: tuned, overridden, and those that are ours alone."""
    ours = {
        "port": "5432",
        "unix_socket_directories": socket_folder,
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
    }
    for name, value in overrides.items():
        if name.lower() in ours or name.lower() in {"data_directory", "config_file", "hba_file"}:
            raise SettingRefused(f"The PostgreSQL setting {name} is Guilder's own: remove it.")
        if "\0" in name + value or not name or "=" in name:
            raise SettingRefused(f"{name!r} is not the name of a PostgreSQL setting.")
    return {**TUNED, **_by_memory(memory_bytes()), **overrides, **ours}


def memory_bytes() -> int:
    """Answer the memory we may use: the machine's, or our control group's if that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = CONTROL_GROUP_LIMIT.read_text("ascii").strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdecimal() else machine


def _by_memory(total: int) -> dict[str, str]:
    shared = min(max(total // 8, 128 * MEGABYTE), 1024 * MEGABYTE)
    cache = max(total // 2, shared)
    return {
        "shared_buffers": f"{shared // MEGABYTE}MB",
        "effective_cache_size": f"{cache // MEGABYTE}MB",
    }
