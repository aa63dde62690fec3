"""Tenants from an operator's shell."""

from pathlib import Path

from tests.cli.house import Up, command, told
from tests.cli.ready import begun


def test_the_operator_changes_suspends_resumes_and_cancels_a_tenant(
    tmp_path: Path, shelf: Path
) -> None:
    folder = begun(tmp_path / "data", shelf=shelf)
    data = ("--data", str(folder))
    with Up(folder) as up:
        made = told("tenants", "create", "--name", "Tulips", "--tier", "free", *data)["id"]
        secret = told("keys", "create", "--tenant", made, "--scope", "*", *data)["secret"]

        def most_members() -> object:
            quotas = up.get("/v1/quotas", secret)["data"]
            return next(each["maximum"] for each in quotas if each["name"] == "members")

        before = most_members()
        changed = told("tenants", "change", made, "--tier", "pro", *data)
        after = most_members()
        standing = [
            told("tenants", word, made, *data)["status"] for word in ("suspend", "resume", "cancel")
        ]
        is_open = up.serves(secret)
        again = command("tenants", "resume", made, *data)
        unknown = command("tenants", "change", made, "--tier", "golden", *data)

    assert (before, changed["subscription_tier"], after) == (5, "pro", 50)
    assert (standing, is_open) == (["suspended", "active", "cancelled"], False)
    assert again.returncode == 1
    assert again.stderr.endswith("does not allow this. (move resume, state cancelled)\n")
    assert unknown.returncode != 0
