"""A problem is named by its class, titled by its docstring, detailed by its fields."""

from guilder.kernel import Problem
from guilder.kernel.problem import REGISTRY


class NoMoreTulips4U(Problem, status=409, retry_after_seconds=60):
    """The field is empty.

    And more, which is not the title.
    """

    left: int


def test_its_parts() -> None:
    problem = NoMoreTulips4U(left=0)

    assert (problem.status, problem.code, problem.title) == (
        409,
        "no_more_tulips4_u",
        "The field is empty.",
    )
    assert (problem.details, problem.retry_after_seconds) == ({"left": 0}, 60)
    assert REGISTRY["no_more_tulips4_u"] is NoMoreTulips4U


def test_it_is_raised_to_each_anew() -> None:
    problem = NoMoreTulips4U(left=3)
    again = problem.again()

    assert again is not problem
    assert (type(again), again.details) == (NoMoreTulips4U, {"left": 3})


def test_every_title_is_one_sentence() -> None:
    crooked = {
        code: problem.title
        for code, problem in REGISTRY.items()
        if not (problem.title.endswith(".") and problem.title[0].isupper())
    }
    assert crooked == {}
