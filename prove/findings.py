"""Findings: what the fuzzing leaves behind for the proof."""

from typing import Final

import msgspec

JOURNAL: Final = "GUILDER_PROVE_JOURNAL"
MOST_TOLD: Final = 4


class Finding(msgspec.Struct, frozen=True):
    """What is wrong with an operation, and the request that shows it."""

    operation: str
    wrong: str
    curl: str


class Findings(msgspec.Struct, frozen=True):
    """Everything that is wrong, and how often each operation was answered with which status."""

    found: list[Finding]
    answers: dict[str, dict[str, int]]

    def __add__(self, other: "Findings") -> "Findings":
        return Findings([*self.found, *other.found], self.answers | other.answers)

    @property
    def requests(self) -> int:
        return sum(sum(counts.values()) for counts in self.answers.values())

    @property
    def never_done(self) -> list[str]:
        """Operations that were refused each time, and mostly how."""
        return [
            f"{name}: {', '.join(sorted(counts, key=counts.__getitem__, reverse=True)[:MOST_TOLD])}"
            for name, counts in sorted(self.answers.items())
            if min(counts) >= "4"
        ]
