"""The API under everything that can be sent to it: no failure of ours, nothing undocumented.

Schemathesis writes requests from the OpenAPI document, good ones and bad ones, at and beyond
every limit, to every operation: with a key of all scopes, as people who own tenants, as visitors.
Each answer is compared with what the document says of it.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Final, NamedTuple

import msgspec

from prove.findings import JOURNAL, Finding, Findings
from prove.house import ROOT, House
from prove.owner import LOST, connected
from prove.pages import pages
from prove.stage import STAGE, Setting, Stage
from prove.streams import STREAM, look_at_streams

EXAMPLES: Final = "GUILDER_PROVE_EXAMPLES"
SEED: Final = "GUILDER_PROVE_SEED"
ONLY: Final = "GUILDER_PROVE_ONLY"
EXAMPLES_OF_A_ROUND: Final = 3
"""Made up for each operation, beside those that stand at the limits of its schema."""

PLAIN_CHECKS: Final = ("not_a_server_error", "status_code_conformance")
CHECKS: Final = (
    *PLAIN_CHECKS,
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
"""Not whether what a schema forbids is refused, and what it allows is taken: no schema says which
of two fields is wanted, and half of what is made up is replaced by what exists."""

REPORT: Final = "report.json"
RELEASE_SECONDS: Final = 0.02
SETTINGS: Final = """\
password_cost = 4
trusted_proxies = ["127.0.0.0/8"]
outbound_allow = ["127.0.0.0/8"]
stripe_url = "http://127.0.0.1:9"
paypal_url = "http://127.0.0.1:9"
"""
"""Quick hashes, requests from everywhere, and nothing that leaves this machine."""


class Asked(NamedTuple):
    """How much is to be made up, from what, and about which paths."""

    examples: int
    seed: int
    only: str | None

    @property
    def options(self) -> list[str]:
        return [
            *("--phases", "examples,coverage,fuzzing", "--max-examples", str(self.examples)),
            *("--seed", str(self.seed), "--no-shrink", "--generation-database", "none"),
            *("--exclude-path", STREAM, "--continue-on-failure", "--suppress-health-check", "all"),
            *("--no-color", "--output-sanitize", "false", "--warnings", "off"),
            *("--report", "json", "--report-json-path", REPORT),
            *(("--include-path-regex", self.only) if self.only else ()),
        ]


def prove(rounds: int) -> list[str]:
    """Fuzz every operation, and answer what was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="guilder-prove-"))
    (folder / "guilder.toml").write_text(SETTINGS)
    seed = int(os.environ.get(SEED) or SystemRandom().randrange(2**32))
    examples = int(os.environ.get(EXAMPLES) or rounds * EXAMPLES_OF_A_ROUND)
    print(f"  {SEED}={seed} {EXAMPLES}={examples}", flush=True)
    house = House(folder)
    try:
        stage = _set_stage(house, seed)
        findings = asyncio.run(_fuzz(house, stage, examples))
        faults = [*_faults(findings), *_failures_told(house)]
        if house.stop() != 0:
            faults.append("it did not stop cleanly")
    finally:
        house.kill()
    if faults:
        print(f"  the data folder is kept: {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return faults


def _set_stage(house: House, seed: int) -> Stage:
    tier = ("--tier", "enterprise")
    tenant = house.command("tenants", "create", "--name", "Prove", *tier)["id"]
    key = house.command("keys", "create", "--tenant", tenant, "--scope", "*")
    house.start()
    stage = Stage(
        address=house.address,
        tenant_id=tenant,
        key_id=key["id"],
        outbox=str(house.folder / "outbox"),
        secret=key["secret"],
        seed=seed,
    )
    return Setting(stage).set()


async def _fuzz(house: House, stage: Stage, examples: int) -> Findings:
    """Have schemathesis at the pages, and then at the API, while nobody who guesses is braked."""
    (house.folder / "stage.json").write_bytes(msgspec.json.encode(stage))
    written = house.folder / "pages.json"
    written.write_bytes(msgspec.json.encode(pages()))
    asked = Asked(examples, stage.seed, os.environ.get(ONLY))
    releasing = asyncio.create_task(_release_brakes(house))
    try:
        plain = await _run(
            house, [str(written), "--url", house.address, *_checks(PLAIN_CHECKS)], asked
        )
        api = await _run(house, [f"{house.address}/openapi.json", *_checks(CHECKS)], asked)
        streams = await asyncio.to_thread(look_at_streams, stage, examples)
    finally:
        releasing.cancel()
    return api + plain + streams


async def _run(house: House, of: list[str], asked: Asked) -> Findings:
    """Let schemathesis come to its end, in a process of its own."""
    journal = house.folder / "journal.json"
    journal.unlink(missing_ok=True)
    environment = os.environ | {
        STAGE: str(house.folder / "stage.json"),
        JOURNAL: str(journal),
        "SCHEMATHESIS_HOOKS": "prove.fuzzed",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    with (house.folder / "schemathesis.log").open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", *of, *asked.options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            cwd=house.folder,
        )
        code = await running.wait()
    if code not in {0, 1} or not journal.exists():
        raise RuntimeError(f"schemathesis ended with {code}; see {log.name}")
    report = json.loads((house.folder / REPORT).read_text())
    broken = [Finding("schemathesis", one["title"], f"see {log.name}") for one in report["errors"]]
    found = msgspec.json.decode(journal.read_bytes(), type=Findings)
    return found + Findings(broken, {})


def _checks(names: Sequence[str]) -> list[str]:
    return ["--checks", ",".join(names)]


async def _release_brakes(house: House) -> None:
    """Whoever guesses here is to be heard out."""
    with suppress(*LOST, TimeoutError):
        async with connected(house) as owner:
            while True:
                await owner.execute("delete from identity.brake")
                await asyncio.sleep(RELEASE_SECONDS)


def _faults(findings: Findings) -> list[str]:
    print(f"  {findings.requests} requests to {len(findings.answers)} operations", flush=True)
    for name in findings.never_done:
        print(f"    refused each time: {name}", flush=True)
    return [f"{one.operation}: {one.wrong}\n    {one.curl}" for one in findings.found]


def _failures_told(house: House) -> list[str]:
    """What the process itself calls a failure: in jobs too, whose failures answer nobody."""
    told: dict[str, None] = {}
    for line in (house.folder / "prove.log").read_text().splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("level") in {"error", "critical"}:
            causes = entry.get("exception") or [{}]
            last = f"{causes[0].get('exc_type', '')} {causes[0].get('exc_value', '')}"
            about = entry.get("route") or entry.get("kind") or entry.get("reason")
            told[f"{entry['event']}: {about} {last}"] = None
    return list(told)
