"""Commands that come at once, and a log that nobody reads."""

import asyncio
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cli.house import GUILDER, Up, command, environment, told


def test_several_commands_may_be_the_first(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    with ThreadPoolExecutor(4) as together:
        tenants = together.map(
            lambda n: told("tenants", "create", "--name", f"T{n}", *data), range(4)
        )
        slugs = {tenant["slug"] for tenant in tenants}

    assert slugs == {"t0", "t1", "t2", "t3"}


def test_a_command_may_come_while_everything_starts(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ThreadPoolExecutor(1) as together:
        starting = together.submit(Up, folder)
        while not (folder / "guilder.lock").exists():
            os.sched_yield()
        tenant = told("tenants", "create", "--name", "Early", "--data", str(folder))
        with starting.result() as up:
            assert up.get("/readyz") == {"status": "ready"}
            assert up.stop() == 0
    assert tenant["slug"] == "early"


async def test_a_log_that_nobody_reads_holds_up_nothing(tmp_path: Path) -> None:
    """A pipe holds 64 KiB; more than that is logged here."""
    process = subprocess.Popen(  # noqa: ASYNC220 - it starts before anything waits
        [*GUILDER, "up", "--port", "0", "--data", str(tmp_path / "data")],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        address = next(line for line in lines if line.startswith("  address")).split()[1]
        host, _, port = address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(1000):
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            await asyncio.wait_for(reader.readuntil(b'{"status":"alive"}'), 5)
        writer.close()
        process.terminate()
        assert await asyncio.to_thread(process.wait, 15) == 0
    finally:
        process.kill()
        process.communicate()


def test_ids_are_never_cut_off(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    tenant = told("tenants", "create", "--name", "A name of some length" * 3, *data)

    assert command("tenants", "list", *data).stdout.startswith(f"{tenant['id']}\t")


def test_a_lost_secret_is_not_replaced_by_another(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    told("tenants", "create", "--name", "Kept", *data)
    (tmp_path / "data" / "secret.key").unlink()

    refused = command("tenants", "list", *data)

    assert refused.returncode == 1
    assert "secret.key is missing" in refused.stderr
    assert not (tmp_path / "data" / "secret.key").exists()
