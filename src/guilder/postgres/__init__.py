"""The embedded PostgreSQL: started with Guilder, gone with Guilder.

One data folder has one server. Whoever opens the folder first starts it, everybody
else is attached to it, and it never outlives the process that started it. It listens
on a socket that nobody but its own OS user (and root) can reach. Whatever prevents it
from running is told in one sentence, a `PostgresFailure`.

The data folder holds `postgres/` (the cluster, the socket in it), `postgres.log`,
`postgres.lock` (held by the server as long as any process of it lives) and
`guilder.lock` (held by the Guilder that serves the folder).
"""

from .account import NoAccount
from .binaries import BinariesUnusable, find_binaries
from .claim import AlreadyRunning, FolderLock, Holder, claim_folder, holder_of
from .cluster import OtherVersion
from .failure import DiskFull, FolderUnusable, PostgresFailure
from .server import DidNotStart, FolderBusy, Server, open_server
from .tuning import SettingRefused

__all__ = [
    "AlreadyRunning",
    "BinariesUnusable",
    "DidNotStart",
    "DiskFull",
    "FolderBusy",
    "FolderLock",
    "FolderUnusable",
    "Holder",
    "NoAccount",
    "OtherVersion",
    "PostgresFailure",
    "Server",
    "SettingRefused",
    "claim_folder",
    "find_binaries",
    "holder_of",
    "open_server",
]
