"""Who serves from another's database counts calls with it, and goes on when it starts again."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from guilder import postgres
from tests.cli.house import Up, told, wait_until
from tests.cli.ready import begun


class Neighbours:
    """One process that owns the database, and one that serves from it."""

    def __init__(self, folder: Path, stack: ExitStack, *, by_address: bool) -> None:
        self.folder = folder
        self.stack = stack
        self.owner = stack.enter_context(Up(folder))
        data = ("--data", str(folder))
        tenant = told("tenants", "create", "--name", "Kept", *data)
        key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*", *data)
        self.secret: str = key["secret"]
        attached, more = folder, {}
        if by_address:
            attached = folder.parent / "elsewhere"
            more = {
                "GUILDER_DATABASE_URL": postgres.open_server(folder).url("guilder"),
                "GUILDER_SECRET_KEY": (folder / "secret.key").read_text().strip(),
            }
        self.serving = stack.enter_context(Up(attached, "serve", "--port", "0", **more))
        assert self.serving.serves(self.secret)

    def crash(self) -> None:
        """Kill the database under both; its owner starts it again."""
        self.owner.lose_database()

    def replace(self) -> None:
        """Stop the owner with its database, and start another."""
        assert self.owner.stop() == 0
        assert not self.serving.serves(self.secret)
        self.owner = self.stack.enter_context(Up(self.folder))


@pytest.fixture(params=["attached", "by address"])
def neighbours(request: pytest.FixtureRequest, tmp_path: Path, shelf: Path) -> Iterator[Neighbours]:
    folder = begun(tmp_path / "data", shelf=shelf)
    with ExitStack() as stack:
        yield Neighbours(folder, stack, by_address=request.param == "by address")


@pytest.mark.parametrize("restart", [Neighbours.crash, Neighbours.replace])
def test_serving_survives_a_restart_of_the_database(neighbours: Neighbours, restart) -> None:
    restart(neighbours)

    for one in (neighbours.owner, neighbours.serving):
        wait_until(lambda up=one: up.serves(neighbours.secret), "it did not come back")
    assert neighbours.serving.get("/readyz") == {"status": "ready"}
    assert not neighbours.serving.process.has_ended
    assert neighbours.serving.stop() == 0
    assert neighbours.owner.stop() == 0


def test_processes_count_calls_together(tmp_path: Path, shelf: Path) -> None:
    own = 0

    def is_told() -> bool:
        nonlocal own
        for _ in range(3):
            assert one.serves(secret)
        own += 1
        used = {quota["name"]: quota["used"] for quota in two.get("/v1/quotas", secret)["data"]}
        return bool(used["api_calls_per_minute"] > own)

    with ExitStack() as stack:
        neighbours = Neighbours(begun(tmp_path / "data", shelf=shelf), stack, by_address=False)
        one, two, secret = neighbours.serving, neighbours.owner, neighbours.secret
        wait_until(is_told, "the other process has not heard of these calls")
