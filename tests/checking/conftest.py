"""An exercise small enough to see through, for the tests of the machinery."""

import numpy as np
import pytest

from coursekit.exercises import Exercise, case, same, tiny


def make_halve() -> Exercise:
    halve = Exercise(
        "halve(x, times=1)",
        unit="99",
        title="Half of everything",
        reference=lambda x, times=1: np.asarray(x) / 2**times,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("Divide.", "Divide by two.", "`x / 2`, as often as `times` says."),
        seconds=0.5,
    )

    @halve.cases
    def cases(rng):
        yield case("a larger picture", rng.standard_normal((14, 15)))
        yield tiny("two numbers", np.array([2, 5]), expected=[1, 2.5])
        yield case("twice", rng.standard_normal((3, 4)), times=2)

    @halve.holds("Halving a sum is the sum of the halves.")
    def additive(answer, rng):
        x = rng.standard_normal(4)
        return same(np.asarray(answer(x + 1)), np.asarray(answer(x)) + 0.5)

    @halve.mistake("You doubled: halving divides.")
    def doubles(x, times=1):
        return x * 2**times

    @halve.mistake("`times` is ignored.")
    def ignores_times(x, times=1):
        return x / 2

    @halve.mistake("You write into `x`.")
    def in_place(x, times=1):
        answer = x / 2**times
        x[:] = 0
        return answer

    return halve


@pytest.fixture
def halve():
    return make_halve()
