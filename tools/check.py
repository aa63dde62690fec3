"""`./run check`: style, types, layers, SQL and the rules of the house."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
BIN: Final = Path(sys.executable).parent
PYTHON_FOLDERS: Final = ("src", "tests", "bench", "prove", "tools", "run")

CHECKS: Final[dict[str, list[str | Path]]] = {
    "style": [BIN / "ruff", "check", "--quiet", *PYTHON_FOLDERS],
    "format": [BIN / "ruff", "format", "--check", "--quiet", *PYTHON_FOLDERS],
    "types": [BIN / "mypy"],
    "layers": [BIN / "lint-imports", "--no-logo"],
    "sql": [BIN / "sqlfluff", "lint", "--processes", "2", "src"],
    "house": [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "tests/test_house.py",
        "tests/test_doors.py",
    ],
}


def main() -> None:
    """Run every check, and show what those say that fail."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    failed = []
    for name, command in CHECKS.items():
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:8} {verdict:7} {time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    sys.exit(bool(failed))


main()
