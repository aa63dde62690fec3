"""What schemathesis is told of us: who asks, from where, and about what that exists.

It loads this module as its hooks. What it made up is sent as it is, except that some of it is
replaced by what leads further in: ids that exist, the right password, tokens of the sandbox.
"""

import atexit
import json
import os
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec
import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from prove.cast import Cast
from prove.findings import JOURNAL, Finding, Findings
from prove.pages import FORM
from prove.stage import STAGE, Stage

MENDED: Final = frozenset({"put_gateway", "delete_gateway", "put_routing"})
"""After these nobody could pay any more."""


class Journal:
    """What was found, for whoever started this."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[tuple[str, str], Finding] = {}
        self._answers: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def count(self, operation: str, answer: str) -> None:
        """One more answer."""
        self._answers[operation][answer] += 1

    def blame(self, operation: str, wrong: str, curl: str) -> None:
        """Something is wrong: told once for each operation."""
        kind = operation, wrong[:60]
        if kind not in self._found:
            self._found[kind] = Finding(operation, wrong, curl)

    def close(self) -> None:
        """Leave it where it is looked for."""
        answers = {name: dict(counts) for name, counts in self._answers.items()}
        written = Findings(list(self._found.values()), answers)
        self._path.write_bytes(msgspec.json.encode(written))


cast = Cast(msgspec.json.decode(Path(os.environ[STAGE]).read_bytes(), type=Stage))
journal = Journal(Path(os.environ[JOURNAL]))
atexit.register(journal.close)


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Say who asks, and name what exists."""
    del kwargs
    headers = _headed(case)
    path = case.operation.path
    if case.path_parameters and cast.is_lucky:
        found = cast.known.values_for(path, cast.random)
        case.path_parameters = {**case.path_parameters, **found}
        if "session_id" in case.path_parameters and cast.person:
            case.path_parameters["session_id"] = cast.person.elsewhere or uuid4().hex
    if isinstance(case.query, dict):
        case.query = cast.fitted(case.query, path=path)
    if isinstance(case.body, dict | list):
        case.body = cast.fitted(case.body, path=path)
    if isinstance(case.body, dict):
        case.body = cast.settled(case.body, path)
    if case.media_type == FORM and isinstance(case.body, dict) and cast.is_lucky:
        headers["Cookie"], case.body["form_token"] = cast.form()
    case.headers = headers  # type: ignore[assignment]


def _headed(case: Case[Any]) -> dict[str, Any]:
    """What was made up to stand at the head, with who asks, and from where."""
    headers: dict[str, Any] = dict(case.headers or {})
    if not case.operation.path.startswith("/outbox"):  # which is shown to this machine only
        headers["X-Forwarded-For"] = cast.address()
    headers.pop("Authorization", None)
    token = cast.token_for(_permission_of(case), case.operation.path)
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if tenant := cast.tenant():
        headers["Guilder-Tenant"] = tenant
    if headers.get("Idempotency-Key") and cast.is_lucky:
        headers["Idempotency-Key"] = uuid4().hex
    return headers


@schemathesis.hook
def after_call(_: HookContext, case: Case[Any], response: Response) -> None:
    """Count and learn from what was answered."""
    status, body = response.status_code, None
    with suppress(ValueError):
        body = json.loads(response.content)
    if case.method.upper() == case.operation.method.upper():
        code = body.get("code", "") if isinstance(body, dict) and status >= 400 else ""
        journal.count(_label(case), f"{status} {code}".strip())
    cast.hear(case.formatted_path, status, body)
    if status < 300 and case.operation.definition.raw.get("operationId") in MENDED:
        cast.mend()


@schemathesis.hook
def filter_failure(_: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Write down what was wrong, and keep it in the other's report too."""
    told = " ".join((failure.message or failure.title).split())[:300]
    curl = case.as_curl_command(headers=dict(case.headers or {}))
    journal.blame(_label(case), f"{response.status_code} {failure.title}: {told}", curl)
    return True


def _permission_of(case: Case[Any]) -> str | None:
    security = case.operation.definition.raw.get("security")
    return security[0]["key"][0] if security else None


def _label(case: Case[Any]) -> str:
    return f"{case.method.upper()} {case.operation.path}"
