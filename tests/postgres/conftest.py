"""Data folders, and servers that are gone when the test ends."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from guilder.postgres import Server, open_server
from tests.postgres.machine import copy

Opener = Callable[..., Server]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has been used once and is never used again, only copied."""
    folder = tmp_path_factory.mktemp("made") / "data"
    server = open_server(folder)
    server.wait_ready()
    server.stop()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A data folder with a cluster; pytest closes the folders above it to everybody else."""
    return copy(made, tmp_path / "data")


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Open a server, wait until it is ready, and stop it when the test ends."""
    servers: list[Server] = []

    def open_ready(folder: Path, **options: Any) -> Server:
        server = open_server(folder, **options)
        servers.append(server)
        server.wait_ready()
        return server

    yield open_ready
    for server in servers:
        server.stop()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every OS user can reach, unlike pytest's own."""
    place = Path(tempfile.mkdtemp(prefix="guilder test ü "))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)
