"""Streams never end, so they are looked at until they begin: their head is an answer like any."""

from random import Random
from typing import Any, Final
from uuid import UUID

import httpx

from prove.findings import Finding, Findings
from prove.stage import Stage

STREAM: Final = "/v1/events/stream"
OPERATION: Final = f"GET {STREAM}"
EVERY: Final = 4
"""So many for each example of another operation: nobody else tries it."""


def look_at_streams(stage: Stage, examples: int) -> Findings:
    """Open the stream with what it takes and with what it does not, and read how it begins."""
    random = Random(stage.seed)
    found: dict[str, Finding] = {}
    answers: dict[str, int] = {}
    with httpx.Client(base_url=stage.address, timeout=30) as client:
        operation = client.get("/openapi.json").json()["paths"][STREAM]["get"]
        for _ in range(examples * EVERY):
            asked = _asked(stage, random)
            with client.stream("GET", STREAM, **asked) as answer:
                status = str(answer.status_code)
                answers[status] = answers.get(status, 0) + 1
                if wrong := _wrong(answer, operation):
                    found[wrong] = Finding(OPERATION, wrong, _curl(answer.request))
    return Findings([*found.values()], {OPERATION: answers})


def _asked(stage: Stage, random: Random) -> dict[str, Any]:
    secret = random.choice([stage.secret] * 6 + [stage.publishable, "gk_live_0", "0"])
    unknown = str(UUID(int=random.getrandbits(128)))
    seen = random.choice([unknown, "0", "\xff", "x" * 300, *[None] * 6])
    headers = [("authorization", f"Bearer {secret}".encode())]
    headers += [] if seen is None else [("last-event-id", seen.encode("latin-1"))]
    accepts = random.choice((b"*/*", b"text/event-stream", b"application/json"))
    names = ("type", "limit", "type[]", "\x00")
    values = ("order.created", "", "*", "ä", "\x00", "x" * 500, "payment.*")
    count = random.choice((0, 0, 1, 1, 2))
    pairs = [(random.choice(names[:1] * 6 + names), random.choice(values)) for _ in range(count)]
    return {"headers": [*headers, ("accept", accepts)], "params": pairs}


def _wrong(answer: httpx.Response, operation: dict[str, Any]) -> str | None:
    status, told = answer.status_code, answer.headers.get("content-type", "")
    documented = operation["responses"].get(str(status))
    if status >= 500:
        return f"{status}: a failure of ours"
    if documented is None:
        return f"{status}: undocumented status"
    is_stream = status == 200
    if is_stream and not told.startswith("text/event-stream"):
        return f"{status}: undocumented content type {told}"
    return None


def _curl(request: httpx.Request) -> str:
    headers = " ".join(f"-H '{name}: {value}'" for name, value in request.headers.items())
    return f"curl -N {headers} '{request.url}'"
