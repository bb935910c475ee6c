"""The checks' own test, for every exercise of the course."""

import pytest

from coursekit.authoring.exercise_quality import (
    MISTAKES_NEEDED,
    RIGHT_ANSWERS_NEEDED,
    examine,
)
from coursekit.exercises import Exercise, find, names, tiny


@pytest.mark.parametrize("name", names())
def test_checks_keep_their_promises(name):
    problems = examine(find(name)).problems
    assert not problems, "\n".join(problems)


def broken(**changes):
    """An exercise with one promise broken."""
    exercise = Exercise(
        "double(x)",
        unit="99",
        title="Double",
        reference=changes.get("reference", lambda x: 2 * x),
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
        variants=False,
    )

    @exercise.cases
    def cases(rng):
        yield tiny("three", 3, expected=changes.get("expected", 6))
        if changes.get("larger", True):
            yield from (tiny("more", 5),) if changes.get("only_tiny") else ()
            from coursekit.exercises import case

            if not changes.get("only_tiny"):
                yield case("a random number", float(rng.standard_normal()))

    for i in range(changes.get("mistakes", MISTAKES_NEEDED)):
        exercise.mistake(f"Off by {i + 1}.")(lambda x, i=i: 2 * x + i + 1)
    for i in range(changes.get("rights", RIGHT_ANSWERS_NEEDED)):
        exercise.also_right(f"way {i}")(lambda x: x + x)
    if "extra_mistake" in changes:
        exercise.mistake("An extra mistake.")(changes["extra_mistake"])
    if "extra_right" in changes:
        exercise.also_right("an extra way")(changes["extra_right"])
    return exercise


def test_a_sound_exercise_has_no_problems():
    assert examine(broken()).problems == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reference": lambda x: 3 * x}, "the reference does not pass"),
        ({"expected": 7}, "reference and stored answer differ"),
        ({"only_tiny": True}, "no case is larger than tiny"),
        ({"extra_mistake": lambda x: 2 * x}, "a known mistake passes"),
        ({"extra_mistake": lambda x: 2 * x + 1}, "a known mistake is not named"),
        ({"extra_right": lambda x: 2 * x + 0.5}, "a right answer is refused"),
        ({"mistakes": 2}, "2 known mistakes"),
        ({"rights": 1}, "1 unusual right answers"),
    ],
)
def test_each_broken_promise_is_noticed(changes, words):
    assert any(words in p for p in examine(broken(**changes)).problems)
