"""What an exercise is worth, and when its marks can be compared."""

import numpy as np
import pytest

from coursekit.exercises import Exercise, case, find, in_unit, tiny, units
from coursekit.grading.marking import DRAWS, REPEATED, Plan, version_of


def doubling(factor=2.0, points=5, **more):
    exercise = Exercise(
        "double(x)",
        unit="90",
        title="Doubling",
        reference=lambda x: factor * x,
        points=points,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
        **more,
    )

    @exercise.cases
    def cases(rng):
        yield tiny("one", np.array([1.0]), expected=[factor])
        yield case("many", rng.random((2, 3)))

    return exercise


def test_the_version_tells_exercises_apart_that_mark_otherwise():
    first = version_of(doubling())
    assert version_of(doubling()) == first
    assert version_of(doubling(2.1)) != first
    assert version_of(doubling(2.0 + 1e-13)) == first
    assert version_of(doubling(checks={"all": 5})) != first
    promising = doubling()
    promising.holds("It is linear.")(lambda answer, rng: None)
    assert version_of(promising) != first


def test_every_exercise_of_the_course_has_a_version_of_its_own():
    exercises = [exercise for unit in units() for exercise in in_unit(unit)]
    assert len({version_of(e) for e in exercises}) == len(exercises)


def test_random_inputs_are_drawn_several_times_and_small_ones_once():
    plan = Plan(find("pad2d"), 5)
    drawn = find("pad2d").make_cases(5)
    random = sum(not c.tiny for c in drawn)
    assert len(plan.cases) == len(drawn) + (DRAWS - 1) * random
    assert len({c.args[0].tobytes() for c in plan.cases if c.name == plan.cases[-1].name}) == DRAWS


def test_some_cases_are_called_twice_the_smallest_and_larger_ones():
    plan = Plan(find("pad2d"), 5)
    drawn = plan.cases[: len(find("pad2d").make_cases(5))]
    assert REPEATED <= len(plan.repeated) < len(drawn)
    assert plan.repeated[0] is drawn[0] and set(plan.repeated) <= set(drawn)
    assert not plan.repeated[-1].tiny


@pytest.mark.parametrize(
    ("checks", "says"),
    [
        ({"all": 4}, "add up to 4"),
        ({"all": 6, "in any form": -1}, "above 0"),
        ({"in any form": 5}, "at least one name"),
        ({}, "at least one name"),
    ],
)
def test_checks_that_do_not_add_up_are_refused(checks, says):
    with pytest.raises(ValueError, match=says):
        doubling(checks=checks)


def test_a_case_that_counts_for_nothing_known_is_named():
    exercise = doubling()
    exercise.cases(lambda rng: [tiny("one", np.ones(1), expected=[2.0]).counts_for("stride")])
    with pytest.raises(ValueError, match="counts for 'stride'"):
        exercise.make_cases(0)


def test_points_are_divided_by_default():
    assert doubling().checks == {"right values": 4, "in any form": 1}
    assert doubling(checks={"all": 5}).checks == {"all": 5, "in any form": 0}
