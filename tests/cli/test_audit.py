"""Whether the record of who did what is whole, from an operator's shell."""

from pathlib import Path

from tests.cli.house import Up, command, told
from tests.cli.ready import begun

SPOIL = "update identity.audit_entry set action = 'api_key.kept' where position = 2"


def test_a_chain_is_followed_and_its_head_kept(tmp_path: Path, shelf: Path) -> None:
    folder = begun(tmp_path / "data", shelf=shelf)
    data = ("--data", str(folder))
    with Up(folder):
        spoiled, whole = (
            told("tenants", "create", "--name", name, *data)["id"] for name in ("Spoiled", "Whole")
        )
        for tenant in (spoiled, spoiled, spoiled, whole):
            told("keys", "create", "--tenant", tenant, "--scope", "*", *data)
        sound = told("audit", "verify", *data)
        (kept,) = (each["head"] for each in sound if each["tenant_id"] == spoiled)
        ends = ("--tenant", spoiled, "--head", kept)
        same = command("audit", "verify", *ends, *data)
        assert command("psql", *data, "-c", SPOIL).returncode == 0

        one = command("audit", "verify", "--tenant", spoiled, *data)
        every = command("audit", "verify", *data)
        other = command("audit", "verify", "--tenant", whole, *data)
        another = command("audit", "verify", "--tenant", whole, "--head", kept, *data)
        refused = [
            command("audit", "verify", *words, *data).stderr
            for words in (
                ("--head", kept),
                ("--tenant", spoiled, "--head", "3"),
                ("--tenant", "01a1f8b6-0000-7000-8000-000000000000"),
            )
        ]

    assert [(each["is_intact"], each["entries"]) for each in sound] == [(True, 3), (True, 1)]
    assert (same.returncode, same.stdout) == (
        0,
        f"{spoiled} is intact: 3 entries, head {kept}\n",
    )
    assert one.returncode == 1
    assert one.stdout.startswith(
        f"{spoiled} is broken at 2: this entry is not what was written; sound before it: 1 entries"
    )
    assert (every.returncode, len(every.stdout.splitlines())) == (1, 2)
    assert f"{whole} is intact: 1 entries" in every.stdout
    assert other.returncode == 0
    assert another.returncode == 1
    assert f"{whole} is broken at 2: the entries from here on are missing" in another.stdout
    assert refused == [
        "guilder: A head is one tenant's: name it with --tenant.\n",
        "guilder: A head is a position and a hash: 42:9f3c….\n",
        "guilder: There is no such tenant.\n",
    ]
