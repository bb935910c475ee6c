"""Promises about points: what an exercise's checks are worth, and to whom."""

import numpy as np
import pytest

from coursekit.authoring.exercise_quality import examine
from coursekit.authoring.worthless import worthless
from coursekit.checking.earning import wrong_on
from coursekit.checking.runner import answered_cases
from coursekit.exercises import Comparison, Exercise, case, scripted, tiny

CHECKS = {"twice": 1, "other factors": 0.5, "in any form": 0.5}
OTHER = "other factors"


def scale(x, factor=2):
    return np.asarray(x) * factor


def sound_cases(rng):
    yield tiny("three and four", np.array([3.0, 4.0]), expected=[6, 8])
    yield case("random numbers", rng.standard_normal(5))
    yield tiny("three times", np.array([3.0, 4.0]), 3, expected=[9, 12]).counts_for(OTHER)
    yield case("random numbers, half", rng.standard_normal(5), 0.5).counts_for(OTHER)


def fixed(rng):
    yield from sound_cases(np.random.default_rng(9))
    yield case("more random numbers", rng.standard_normal(4))


def with_a_factor(factor):
    def cases(rng):
        yield from list(sound_cases(rng))[:2]
        x = rng.standard_normal(5)
        yield case("random numbers", x, factor).counts_for(OTHER)

    return cases


def ignores_the_factor(x, factor=2):
    return scale(x)


def leaves_out_twice(x, factor=2):
    return scale(x, factor) + (factor == 2)


def scaling(cases=sound_cases, checks=None, telling=ignores_the_factor, mistakes=(), rights=()):
    exercise = Exercise(
        "scale(x, factor=2)",
        unit="99",
        title="Scale",
        reference=scale,
        points=2,
        checks=checks or CHECKS,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )
    exercise.cases(cases)
    exercise.mistake("Use the factor, and always.")(telling)
    for i in range(1, 5):
        exercise.mistake(f"{i} too much.")(lambda x, factor=2, i=i: scale(x, factor) + i)
    for way in ("one", "two", "three", "four"):
        exercise.also_right(f"way {way}")(lambda x, factor=2: [v * factor for v in x])
    for mistake in mistakes:
        exercise.mistake(f"It {mistake.__name__}.")(mistake)
    for right in rights:
        exercise.also_right("an extra way")(right)
    return exercise


def test_points_that_are_divided_well_are_no_problem():
    assert examine(scaling()).problems == []


def writes_into_x(x, factor=2):
    x *= factor
    return x


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"checks": {"twice": 1.5, OTHER: 0.5}, "mistakes": [writes_into_x]},
            "a known mistake earns all points (seed 3): writes into x",
        ),
        (
            {"rights": [ignores_the_factor]},
            "a right answer (an extra way) does not earn 'other factors'",
        ),
        ({"rights": [writes_into_x]}, "a right answer (an extra way) does not earn 'in any form'"),
        (
            {"cases": lambda rng: [tiny("three", np.array([3.0]), expected=[7])]},
            "the reference does not earn 'twice'",
        ),
        ({"telling": lambda x, factor=2: 3.5}, "'other factors' divides no points"),
        ({"telling": leaves_out_twice}, "'twice' divides no points"),
        (
            {"cases": lambda rng: list(sound_cases(rng))[:3]},
            "no case that counts for 'other factors' is larger than tiny",
        ),
        (
            {"checks": {"twice": 1, OTHER: 0.5, "in any from": 0.5}},
            "no case that counts for 'in any from' is larger than tiny",
        ),
        (
            {"checks": {"twice": 1, OTHER: 0.5, "in any from": 0.5}},
            "an answer that raises an exception earns 'in any from'",
        ),
        ({"cases": fixed}, "knows the right answers of the notebook's seed by heart earns"),
        ({"cases": with_a_factor(1)}, "returns what it is given earns 'other factors'"),
        (
            {"cases": with_a_factor(0)},
            "returns zeros in the shape of what it is given earns 'other factors'",
        ),
    ],
)
def test_each_broken_promise_about_points_is_noticed(changes, words):
    assert any(words in p for p in examine(scaling(**changes)).problems)


def test_a_single_check_of_values_need_not_divide():
    checks = {"right values": 1.5, "in any form": 0.5}

    def cases(rng):
        yield from list(sound_cases(rng))[:2]

    problems = examine(scaling(cases, checks, lambda x, factor=2: 3.5)).problems
    assert not [p for p in problems if "divides" in p]


def tried(exercise):
    """What each worthless answer earns."""
    seen, asked = answered_cases(exercise, 0), answered_cases(exercise, 1)
    return {
        does: [check for check, wrong in wrong_on(exercise, answer, asked).items() if not wrong]
        for does, answer in worthless(exercise, seen, asked)
    }


def two_values(exercise_cases):
    exercise = Exercise(
        "step(w, b)",
        unit="99",
        title="Step",
        reference=lambda w, b: (w, b),
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
        comparison=Comparison(outputs=("w", "b")),
    )
    exercise.cases(exercise_cases)
    return exercise


def test_several_values_are_given_back_as_they_came():
    earned = tried(two_values(lambda rng: [case("random", rng.random(3), rng.random(2))]))
    assert {does for does, checks in earned.items() if checks} == {"returns what it is given"}
    earned = tried(two_values(lambda rng: [case("zeros", np.zeros(3), np.zeros(2))]))
    assert {does for does, checks in earned.items() if checks} == {
        "returns what it is given",
        "returns zeros in the shape of what it is given",
        "knows the right answers of the notebook's seed by heart",
    }


def layer(script, **values):
    class Layer:
        def forward(self, x):
            return x

        def count(self):
            return 0

    exercise = Exercise(
        "Layer()",
        a_class=True,
        unit="99",
        title="Layer",
        reference=Layer,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )
    exercise.cases(lambda rng: [scripted("drawn", script, **values, x=rng.random(3))])
    return exercise


def test_a_worthless_class_answers_to_every_method():
    earned = tried(layer("net = Layer()\ny = net.forward(x)\nreturn y"))
    assert {does for does, checks in earned.items() if checks} == {"returns what it is given"}
    earned = tried(layer("net = Layer()\nn = net.count()\nreturn n"))
    assert {does for does, checks in earned.items() if checks} == {
        "returns 0",
        "returns zeros in the shape of what it is given",
        "knows the right answers of the notebook's seed by heart",
    }
