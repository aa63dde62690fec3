"""Facts that were put aside, from an operator's shell."""

from pathlib import Path

from tests.cli.house import Up, command, told
from tests.cli.ready import begun

PUT_ASIDE = """
    insert into events.skipped (tenant_id, consumer, event_id, reason)
    select tenant_id, 'identity.count_facts', id, 'RuntimeError: no'
    from events.event where type = 'tenant.created'
"""


def test_a_fact_that_was_put_aside_is_seen_retried_and_dropped(tmp_path: Path, shelf: Path) -> None:
    folder = begun(tmp_path / "data", shelf=shelf)
    data = ("--data", str(folder))
    with Up(folder) as up:
        tenant = told("tenants", "create", "--name", "Kept", *data)
        key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*", *data)
        counted = facts_counted(up, key["secret"])
        assert command("psql", *data, "-c", PUT_ASIDE).returncode == 0

        (skipped,) = told("events", "skipped", *data)
        assert command("events", "retry", skipped["event_id"], *data).stdout == "It is taken.\n"
        again = command("events", "retry", skipped["event_id"], *data)
        assert facts_counted(up, key["secret"]) == counted + 1

        assert command("psql", *data, "-c", PUT_ASIDE).returncode == 0
        assert command("events", "drop", skipped["event_id"], *data).stdout == "It is dropped.\n"
        assert told("events", "skipped", *data) == []
        assert facts_counted(up, key["secret"]) == counted + 1

    assert (skipped["consumer"], skipped["type"]) == ("identity.count_facts", "tenant.created")
    assert (skipped["tenant_id"], skipped["position"]) == (tenant["id"], 1)
    assert (again.returncode, again.stderr) == (
        1,
        "guilder: This fact is not put aside, or not for this consumer.\n",
    )


def facts_counted(up: Up, secret: str) -> int:
    """How many of the tenant's two facts were counted, once they all were."""
    while True:
        quotas = {one["name"]: one["used"] for one in up.get("/v1/quotas", secret)["data"]}
        if (used := int(quotas["facts_per_day"])) >= 2:
            return used
