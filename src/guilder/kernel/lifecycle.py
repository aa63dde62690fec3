"""State machines, written as the list of their arrows."""

from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from .problem import Problem

S = TypeVar("S", bound=StrEnum)


class IllegalMove(Problem, status=409):
    """The object is in a state that does not allow this."""

    move: str
    state: str


class Move(Generic[S]):
    """An arrow. Called with a state, it answers the next one or refuses."""

    name: str

    def __init__(self, *sources: S, to: S) -> None:
        self.sources = sources
        self.target = to

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __call__(self, state: S) -> S:
        if state in self.sources:
            return self.target
        raise IllegalMove(move=self.name, state=state)


class Lifecycle:
    """A namespace of moves; `column` names the column whose trigger holds the same arrows."""

    column: ClassVar[str]
    moves: ClassVar[tuple[Move[StrEnum], ...]]
    all: ClassVar[list[type["Lifecycle"]]] = []

    def __init_subclass__(cls, *, column: str, listed: bool = True) -> None:
        cls.column = column
        cls.moves = tuple(value for value in vars(cls).values() if isinstance(value, Move))
        if listed:
            Lifecycle.all.append(cls)

    @classmethod
    def edges(cls) -> set[tuple[str, str]]:
        return {(source.value, move.target.value) for move in cls.moves for source in move.sources}
