"""Events: what is told of a dispute, in the shape in which the API shows it."""

from typing import ClassVar, Self

from guilder.kernel import Fact

from .dispute import Dispute
from .views import DisputeView, show


class DisputeFact(Fact, frozen=True):
    """Something that happened to a dispute, with the dispute as the API shows it."""

    name: ClassVar[str] = "dispute.changed"
    data: DisputeView

    @classmethod
    def of(cls, dispute: Dispute) -> Self:
        """The fact about this dispute as it is now."""
        return cls(dispute.id, show(dispute))


class DisputeOpened(DisputeFact, frozen=True):
    """A buyer objects to a payment."""

    name: ClassVar[str] = "dispute.opened"


class DisputeUpdated(DisputeFact, frozen=True):
    """A dispute has come further."""

    name: ClassVar[str] = "dispute.updated"


class DisputeDecided(DisputeFact, frozen=True):
    """A dispute was won or lost."""

    name: ClassVar[str] = "dispute.closed"
