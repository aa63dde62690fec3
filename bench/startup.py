"""Starting: from the command to the block that says that it is ready."""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRIALS = 5


def seconds_until_ready(folder: str) -> float:
    """Start everything, wait for the block, and stop."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GUILDER_")
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [ROOT / "run", "up", "--port", "0", "--data", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"ready" in line:
            break
    took = time.perf_counter() - began
    process.terminate()
    process.communicate()
    return took


def main() -> None:
    """Start in a new data folder, and again in the same."""
    cold, warm = [], []
    for _ in range(TRIALS):
        with tempfile.TemporaryDirectory(prefix="guilder-bench-") as folder:
            cold.append(seconds_until_ready(folder))
            warm.append(seconds_until_ready(folder))
    print(f"  with a new data folder  {statistics.median(cold):5.2f} s (goal: at most 4)")
    print(f"  warm                    {statistics.median(warm):5.2f} s (goal: at most 1.5)")
