"""`./run` makes its own environment anywhere, once, and then steps out of the way."""

import ast
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
UNENDING = "touch uv.started; exec sleep 60"
NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes OS users: needs root")
REACHABLE_PYTHON = Path("/usr/bin/python3")
TELL = """
import json, os, sys, probe
print(json.dumps([sys.argv[1:], os.getcwd(), os.getpid(), probe.VERSION, os.environ["PYTHONPATH"]]))
sys.exit(int(os.environ.get("CODE", "0")))
"""
# Stands in for uv, which no test can download: unpacks what the lock names.
SYSTEM_PATH = "/usr/bin:/bin"
UV = """
echo "$@" > uv.log
exec "$4" -m zipfile -e wheels/probe-*.whl "$4/../../lib/python{}.{}/site-packages"
""".format(*sys.version_info)


class Checkout:
    """A small project: the real `run`, locks of one wheel, and a program that tells on itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = Path(sys.executable)
        self.knows_uv = True
        (folder / "src/guilder").mkdir(parents=True)
        (folder / "prove").mkdir()
        (folder / "wheels").mkdir()
        shutil.copy(ROOT / "run", folder)
        (folder / "tools").mkdir()
        self.uv(UV)
        for package in ("src/guilder", "prove"):
            (folder / package / "__main__.py").write_text(TELL)
        (folder / "tools.lock").touch()
        self.lock("1.0")

    def lock(self, version: str, *, digest: str = "") -> None:
        """Have both locks ask for this version of the wheel."""
        wheel = make_wheel(self.folder / "wheels", version)
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        text = f"--no-index\n--find-links wheels\nprobe=={version} --hash=sha256:{digest}\n"
        for name in ("requirements.lock", "requirements-dev.lock"):
            (self.folder / name).write_text(text)

    def uv(self, script: str) -> None:
        (self.folder / "tools/uv").write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / "tools/uv").chmod(0o755)

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        options = {"cwd": "/", "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        path = f"{self.folder / 'tools'}:{SYSTEM_PATH}" if self.knows_uv else SYSTEM_PATH
        fixed = {"PATH": path, "HOME": str(self.folder)}
        environment = {**fixed, **options.pop("env", {})}
        command = [*options.pop("before", ()), self.python, self.folder / "run", *arguments]
        return subprocess.Popen(command, text=True, env=environment, **options)

    def run(self, *arguments: str, **options: Any) -> "Outcome":
        process = self.start(*arguments, **options)
        output, told = process.communicate(timeout=120)
        return Outcome(process.pid, process.returncode, output, told)


class Outcome:
    """What one `./run` came to."""

    def __init__(self, pid: int, code: int, output: str, told: str) -> None:
        self.pid, self.code, self.told = pid, code, told
        answer: list[Any] = json.loads(output) if output else [None] * 5
        self.arguments, self.cwd, self.seen_pid, self.version, self.pythonpath = answer


def make_wheel(folder: Path, version: str) -> Path:
    for old in folder.iterdir():
        old.unlink()
    about = f"probe-{version}.dist-info"
    files = {
        # Of another size: what was compiled in the same second would be taken for the same.
        "probe.py": f"VERSION = {version!r}\n{'#' * int(float(version))}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: probe\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"probe-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
        wheel.writestr(f"{about}/RECORD", "".join(f"{name},,\n" for name in files))
    return path


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose environment is made, for tests that leave it as it is."""
    checkout = Checkout(tmp_path_factory.mktemp("a checkout") / "with späces")
    assert checkout.run().version == "1.0"
    return checkout


@pytest.fixture
def fresh(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


def until(ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not ask():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.002)


def test_the_first_use_sets_up_and_the_second_is_silent(fresh: Checkout) -> None:
    first, second = fresh.run(), fresh.run()

    assert first.told.splitlines()[0] == "Setting up .venv (once)"
    assert ": ready in " in first.told.splitlines()[1]
    assert (first.version, second.version) == ("1.0", "1.0")
    assert second.told == ""


def test_the_command_takes_our_place(ready: Checkout) -> None:
    seen = ready.run("up", "--data", "a b", env={"CODE": "7"})

    assert seen.arguments == ["up", "--data", "a b"]
    assert seen.code == 7
    assert seen.pid == seen.seen_pid
    assert seen.cwd == "/"
    assert seen.pythonpath == str(ready.folder / "src")


def test_it_can_be_called_through_a_link(ready: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "guilder"
    link.symlink_to(ready.folder / "run")

    called = subprocess.run([link, "x"], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert json.loads(called.stdout)[:2] == [["x"], str(tmp_path)]


def test_a_development_command_runs_in_the_project(fresh: Checkout) -> None:
    seen = fresh.run("prove", "a", "b")

    assert seen.arguments == ["a", "b"]
    assert seen.cwd == str(fresh.folder)
    assert seen.pythonpath == f"{fresh.folder / 'src'}:{fresh.folder}"
    assert fresh.run().told == "", "what development needs includes what Guilder needs"


def test_what_the_caller_has_set_does_not_disturb(ready: Checkout) -> None:
    odd = {"PYTHONPATH": "/nowhere", "PYTHONHOME": "", "PIP_USER": "1", "VIRTUAL_ENV": "/nowhere"}

    assert ready.run(env=odd).version == "1.0"


def test_a_changed_lock_is_installed(fresh: Checkout) -> None:
    fresh.run()
    (fresh.folder / ".venv/kept").touch()
    fresh.lock("2.0")

    assert fresh.run().version == "2.0"
    assert (fresh.folder / ".venv/kept").exists()


def test_a_moved_checkout_makes_its_environment_anew(fresh: Checkout) -> None:
    fresh.run()
    (fresh.folder / ".venv/old").touch()
    fresh.folder = fresh.folder.rename(fresh.folder.with_name("moved"))

    assert fresh.run().version == "1.0"
    assert not (fresh.folder / ".venv/old").exists()


def test_a_python_that_is_gone_makes_the_environment_anew(fresh: Checkout) -> None:
    fresh.run()
    for name in ("python", "python3"):
        (fresh.folder / ".venv/bin" / name).unlink()
        (fresh.folder / ".venv/bin" / name).symlink_to("/nowhere/python3")

    assert fresh.run().version == "1.0"


def test_an_interrupted_set_up_is_done_again(fresh: Checkout) -> None:
    fresh.uv(UNENDING)
    interrupted = fresh.start(start_new_session=True)
    until((fresh.folder / "uv.started").exists)
    os.killpg(interrupted.pid, signal.SIGKILL)
    interrupted.communicate()
    (fresh.folder / ".venv/half made").touch()
    fresh.uv(UV)

    assert fresh.run().version == "1.0"
    assert not (fresh.folder / ".venv/half made").exists()


def test_ctrl_c_ends_it_without_a_traceback(fresh: Checkout) -> None:
    fresh.uv(UNENDING)
    interrupted = fresh.start()
    until((fresh.folder / "uv.started").exists)
    interrupted.send_signal(signal.SIGINT)
    _, told = interrupted.communicate()

    assert interrupted.returncode == 130
    assert "Traceback" not in told


def test_two_at_once_set_up_one_environment(fresh: Checkout) -> None:
    started = [fresh.start() for _ in range(2)]
    told = [process.communicate()[1] for process in started]

    assert [process.returncode for process in started] == [0, 0]
    assert sum("ready in" in each for each in told) == 1
    assert sum("Waiting for another ./run" in each for each in told) == 1


def test_a_wrong_hash_is_refused_in_one_sentence(fresh: Checkout) -> None:
    fresh.knows_uv = False
    fresh.lock("1.0", digest="0" * 64)

    seen = fresh.run()

    assert seen.code == 1
    assert seen.version is None
    assert seen.told.splitlines()[-1] == ("Guilder could not install what requirements.lock lists.")
    assert "DO NOT MATCH THE HASHES" in seen.told
    assert "Traceback" not in seen.told
    fresh.lock("1.0")
    assert fresh.run().version == "1.0"


def test_a_missing_lock_is_told_in_one_sentence(fresh: Checkout) -> None:
    (fresh.folder / "requirements.lock").unlink()

    assert fresh.run().told == "requirements.lock cannot be read: No such file or directory.\n"


def test_uv_on_the_path_is_used(fresh: Checkout) -> None:
    assert fresh.run().version == "1.0"
    python = fresh.folder / ".venv/bin/python"
    assert (fresh.folder / "uv.log").read_text() == (
        f"pip install --python {python} --require-hashes --only-binary :all: -r requirements.lock\n"
    )


def test_a_uv_that_fails_gives_way_to_pip(fresh: Checkout) -> None:
    fresh.uv("exit 2")

    assert fresh.run().version == "1.0"


def without(*modules: str) -> list[str]:
    """Hide parts of Python from one process, as a distribution may have left them out."""
    places = [Path(sysconfig.get_path("stdlib")) / "ensurepip"]
    places += [places[0].parent / "site-packages/pip", Path("/usr/lib/python3/dist-packages/pip")]
    hidden = [place for place in places if place.name in modules and place.is_dir()]
    script = "".join(f"mount -t tmpfs none '{place}' && " for place in hidden) + 'exec "$@"'
    before = ["unshare", "--mount", "sh", "-c", script, "-"]
    trial = [*before, "true"]
    if subprocess.run(trial, check=False, capture_output=True).returncode:
        pytest.skip("hiding a part of Python needs root and mount namespaces")
    return before


def test_without_pip_the_one_that_python_brings_is_used(fresh: Checkout) -> None:
    fresh.knows_uv = False

    assert fresh.run(before=without("pip")).version == "1.0"


def test_without_pip_a_uv_will_do(fresh: Checkout) -> None:
    assert fresh.run(before=without("pip", "ensurepip")).version == "1.0"


def test_without_any_pip_one_sentence_says_what_to_do(fresh: Checkout) -> None:
    fresh.knows_uv = False

    seen = fresh.run(before=without("pip", "ensurepip"))

    assert seen.code == 1
    assert seen.told.splitlines()[-1] == (
        "Guilder needs pip or uv to set itself up: install python3-pip, or uv."
    )


def reachable_python() -> Path:
    """A Python that an OS user without a home can run."""
    if not REACHABLE_PYTHON.exists():
        pytest.skip("there is no system Python")
    asked: list[str | Path] = [
        REACHABLE_PYTHON,
        "-c",
        "import sys, venv, pip; assert sys.version_info >= (3, 11)",
    ]
    if subprocess.run(asked, check=False, capture_output=True).returncode:
        pytest.skip("the system's Python is too old, or has no pip")
    return REACHABLE_PYTHON


@pytest.fixture
def plain_place() -> Iterator[Path]:
    place = Path("/tmp/guilder checkout of a plain user")  # noqa: S108 - that user must reach it
    shutil.rmtree(place, ignore_errors=True)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@needs_root
def test_a_plain_user_with_a_python_that_its_distribution_manages(plain_place: Path) -> None:
    checkout = Checkout(plain_place)
    checkout.knows_uv = False
    checkout.python = reachable_python()
    for each in (plain_place, *plain_place.rglob("*")):
        os.chown(each, 65534, 65534)

    seen = checkout.run(**NOBODY)

    assert seen.version == "1.0", seen.told


@needs_root
def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(plain_place: Path) -> None:
    checkout = Checkout(plain_place)
    checkout.python = reachable_python()

    seen = checkout.run(**NOBODY)

    assert seen.code == 1
    assert seen.told.splitlines()[-1] == (
        f"Guilder cannot set up its environment: {plain_place}/.venv: Permission denied."
    )
    assert "Traceback" not in seen.told


def test_an_old_python_can_still_read_what_it_is_told() -> None:
    tree = ast.parse((ROOT / "run").read_text("utf-8"), feature_version=(3, 6))

    check = next(number for number, node in enumerate(tree.body) if isinstance(node, ast.If))
    assert all(isinstance(node, ast.Expr | ast.Import) for node in tree.body[:check])


def test_nothing_but_the_standard_library_is_imported() -> None:
    imported = {
        name.name
        for node in ast.walk(ast.parse((ROOT / "run").read_text("utf-8")))
        if isinstance(node, ast.Import)
        for name in node.names
    }

    assert imported <= sys.stdlib_module_names
