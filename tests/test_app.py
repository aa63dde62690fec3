"""What the packages hand to the composition root fits together."""

from collections import Counter

from guilder.app import PACKAGES
from guilder.http import OWN
from guilder.kernel import Fact


def test_every_endpoint_asks_for_a_permission_that_somebody_declares() -> None:
    declared = {one for package in PACKAGES for one in package.permissions}
    asked = {
        endpoint.permission
        for package in PACKAGES
        for endpoint in package.endpoints
        if endpoint.permission not in {None, OWN}
    }
    assert asked == declared


def test_facts_have_names_of_their_own_and_are_all_declared() -> None:
    declared = {fact for package in PACKAGES for fact in package.facts}
    ours = {fact for fact in _leaves(Fact) if fact.__module__.startswith("guilder.")}

    assert declared == ours
    assert max(Counter(fact.name for fact in declared).values()) == 1


def test_jobs_schedules_and_consumers_have_names_of_their_own() -> None:
    for names in (
        [handler.job.name for package in PACKAGES for handler in package.handlers],
        [schedule.name for package in PACKAGES for schedule in package.schedules],
        [consumer.name for package in PACKAGES for consumer in package.consumers],
    ):
        assert len(names) == len(set(names))


def _leaves(kind: type[Fact]) -> set[type[Fact]]:
    """The facts that are emitted: those that no other fact is a kind of."""
    below = kind.__subclasses__()
    return set().union(*map(_leaves, below)) if below else {kind}
