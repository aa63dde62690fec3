"""A life is the list of its arrows, and nothing else is walked."""

from enum import StrEnum, auto

import pytest

from guilder.kernel import IllegalMove, Lifecycle, Move


class Light(StrEnum):
    RED = auto()
    GREEN = auto()
    BROKEN = auto()


class LightLife(Lifecycle, column="street.light.status", listed=False):
    """Red and green in turns, until it breaks."""

    go = Move(Light.RED, to=Light.GREEN)
    stop = Move(Light.GREEN, to=Light.RED)
    fail = Move(Light.RED, Light.GREEN, to=Light.BROKEN)


@pytest.mark.parametrize("move", LightLife.moves, ids=lambda move: move.name)
@pytest.mark.parametrize("state", Light)
def test_a_move_is_drawn_or_refused(move: Move[Light], state: Light) -> None:
    if state in move.sources:
        assert move(state) is move.target
    else:
        with pytest.raises(IllegalMove) as refused:
            move(state)
        assert refused.value.details == {"move": move.name, "state": state}


def test_its_edges_are_its_arrows() -> None:
    assert LightLife.edges() == {
        ("red", "green"),
        ("green", "red"),
        ("red", "broken"),
        ("green", "broken"),
    }
