"""What the log tells, and what it never does."""

import json
import subprocess
import sys

from tests.cli.house import environment

SCRIPT = """
import asyncio, logging, msgspec, structlog
from guilder.logs import start_logging, tell, without_requests

class Line(msgspec.Struct):
    status: int

def fail(token):
    body = {"card": "4242424242424242"}
    raise ValueError("it broke")

async def main():
    start_logging("info", FORM)
    log = structlog.get_logger()
    tell("request", Line(201))
    with without_requests():
        tell("request", Line(202))
    tell("request", Line(203))
    log.debug("not told")
    log.info("told", number=1)
    logging.getLogger("asyncpg").warning("from a library")
    try:
        fail("gk_live_secret")
    except ValueError:
        log.exception("failed")

asyncio.run(main())
"""


def logged(form: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("FORM", repr(form))],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr


def test_each_line_is_json_with_its_time() -> None:
    lines = [json.loads(line) for line in logged("json").splitlines()]

    events = ["request", "request", "told", "from a library", "failed"]
    assert [line["event"] for line in lines] == events
    assert [line["level"] for line in lines] == ["info", "info", "info", "warning", "error"]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert (lines[0]["status"], lines[2]["number"], lines[3]["logger"]) == (201, 1, "asyncpg")
    assert lines[4]["exception"][0]["exc_value"] == "it broke"


def test_what_is_told_often_can_be_left_out_for_a_while() -> None:
    lines = [json.loads(line) for line in logged("json").splitlines()]

    assert [line["status"] for line in lines if line["event"] == "request"] == [201, 203]


def test_no_form_of_it_shows_what_variables_held() -> None:
    for form in ("json", "pretty"):
        said = logged(form)
        assert "it broke" in said
        assert "gk_live_secret" not in said.replace('fail("gk_live_secret")', "")
        assert "4242424242424242" not in said
