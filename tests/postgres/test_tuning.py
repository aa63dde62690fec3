"""Set up for the machine at hand."""

import pytest

from guilder.postgres import tuning
from guilder.postgres.tuning import MEGABYTE, memory_bytes, settings_with

GIGABYTE = 1024 * MEGABYTE


@pytest.mark.parametrize(
    ("memory", "shared", "cache"),
    [
        (512 * MEGABYTE, "128MB", "256MB"),
        (2 * GIGABYTE, "256MB", "1024MB"),
        (64 * GIGABYTE, "1024MB", "32768MB"),
    ],
)
def test_buffers_grow_with_memory_within_bounds(
    memory: int, shared: str, cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "memory_bytes", lambda: memory)

    settings = settings_with({}, socket_folder=".")

    assert settings["shared_buffers"] == shared
    assert settings["effective_cache_size"] == cache


def test_this_machine_has_memory() -> None:
    assert memory_bytes() > 128 * MEGABYTE
