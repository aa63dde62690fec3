"""One PostgreSQL for the whole run, and a tenant of its own for each test.

It is the embedded one, or that of the binaries in GUILDER_TEST_POSTGRES, or the
server at GUILDER_DATABASE_URL.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from guilder import db, postgres
from guilder.app import System, put_together
from guilder.settings import MIGRATIONS, Settings
from tests.world import SECRET, World

OWNER = "GUILDER_TEST_OWNER_URL"
APP = "GUILDER_TEST_APP_URL"
BINARIES = "GUILDER_TEST_POSTGRES"
LOOPBACK = ("127.", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    """Start the database in the process that starts the others, and bring it up to date."""
    sys.addaudithook(_refuse_the_network)
    # httpcore looks for it at each of its locks, in every folder, and never finds it.
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    if hasattr(config, "workerinput"):
        return
    if url := os.environ.get("GUILDER_DATABASE_URL"):
        os.environ[OWNER] = url
        os.environ[APP] = db.as_app_role(url, db.app_password(SECRET))
        password: str | None = db.app_password(SECRET)
    else:
        config.guilder_folder = Path(tempfile.mkdtemp(prefix="guilder-tests-"))
        config.guilder_server = postgres.open_server(
            config.guilder_folder,
            settings={"fsync": "off", "max_connections": "200"},
            binaries=Path(os.environ[BINARIES]) if BINARIES in os.environ else None,
        )
        config.guilder_server.wait_ready()
        os.environ[OWNER] = config.guilder_server.url("guilder")
        os.environ[APP] = config.guilder_server.url(db.APP_ROLE)
        password = None
    asyncio.run(db.migrate(os.environ[OWNER], MIGRATIONS, app_password=password))


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := getattr(config, "guilder_server", None):
        server.stop()
        shutil.rmtree(config.guilder_folder, ignore_errors=True)


def _refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """Tests reach this machine and nothing else."""
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test reached out to {address}")


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def owner_url() -> str:
    return os.environ[OWNER]


@pytest.fixture(scope="session")
def app_url() -> str:
    return os.environ[APP]


@pytest.fixture(scope="session")
async def system(app_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    settings = Settings(
        data=tmp_path_factory.mktemp("data"), secret_key=SECRET.decode(), password_cost=4
    )
    pool = await db.open_pool(app_url, size=10, name="guilder tests")
    pool.signals = db.Signals(app_url)
    system = put_together(settings, pool, pool.signals, url=app_url, address="http://guilder.test")
    yield system
    await pool.close()
    await system.numbers.close()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture
async def world(system: System) -> World:
    """A tenant that nobody else knows."""
    return await World.found(system)


@pytest.fixture
async def other(system: System) -> World:
    """Another tenant, for what one must not see of the other."""
    return await World.found(system)


@pytest.fixture
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A program of the tenant, which may do anything."""
    async with world.program("*") as client:
        yield client
