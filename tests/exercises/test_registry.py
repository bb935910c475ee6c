"""Finding exercises, the course's and an instructor's."""

import sys
from pathlib import Path

import pytest

from coursekit import check, load_exercises
from coursekit.errors import CourseError
from coursekit.exercises import Exercise, UnknownExercise, find, in_unit, names, registry, units

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own_exercises.py"


@pytest.fixture(autouse=True)
def only_the_courses_own(monkeypatch):
    monkeypatch.setattr(registry, "_own", {})
    monkeypatch.setattr(registry, "_loaded_from_environment", set())


def test_every_unit_names_its_files():
    folder = Path(registry.__file__).parent
    for unit in units():
        files = {p.stem for p in (folder / f"unit{unit}").glob("*.py") if p.stem[0] != "_"}
        assert files == {e.name for e in in_unit(unit)}
        assert all(e.unit == unit for e in in_unit(unit))


def test_names_are_unique():
    assert len(set(names())) == len(names())


def test_looking_up_one_exercise_imports_only_that_one():
    code = (
        "import sys; from coursekit.exercises import find; find('conv_output_size');"
        "print([m for m in sys.modules if m.startswith('coursekit.exercises.unit') "
        "and m.count('.') == 3 and '._' not in m])"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['coursekit.exercises.unit02.conv_output_size']"


def test_unknown_names_and_units():
    with pytest.raises(UnknownExercise, match="Did you mean pad2d"):
        find("pad2")
    with pytest.raises(UnknownExercise, match="No unit 77"):
        in_unit(77)


def test_the_worked_example_is_loaded_and_checked():
    (exercise,) = load_exercises(EXAMPLE)
    assert find("brightness_histogram") is exercise
    assert in_unit("90") == [exercise]
    assert "brightness_histogram" in names()

    def brightness_histogram(image, bins):
        import numpy as np

        return np.histogram(image, bins=bins)[0]

    result = check(brightness_histogram)
    assert "picture's own darkest to brightest" in result.diagnosis


def test_the_environment_names_files(monkeypatch):
    monkeypatch.setenv(registry.ENVIRONMENT, str(EXAMPLE))
    assert find("brightness_histogram").unit == "90"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No file of exercises"),
        ("x = 1\n", "defines no Exercise"),
        ("import numpy\nnumpy.nothing\n", r":2: AttributeError"),
        ("def f(:\n", r":1: SyntaxError"),
        (
            "from coursekit.exercises import Exercise\n"
            "e = Exercise('pad2d(x)', unit='02', title='t', reference=abs, points=1, minutes=1,"
            " difficulty=1, hints=('a', 'b', 'c'))\n",
            "redefines pad2d",
        ),
    ],
)
def test_files_that_cannot_be_used(tmp_path, content, words):
    path = tmp_path / "mine.py"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CourseError, match=words):
        load_exercises(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signature": "halve x"}, "a signature reads"),
        ({"signature": "halve(x,,)"}, "not valid Python"),
        ({"unit": "2"}, "two digits"),
        ({"difficulty": 6}, "from 1 to 5"),
        ({"hints": ("one",)}, "at least three hints"),
    ],
)
def test_impossible_exercises_are_refused(changes, words):
    given = {
        "signature": "halve(x)",
        "unit": "99",
        "title": "t",
        "reference": abs,
        "points": 1,
        "minutes": 1,
        "difficulty": 1,
        "hints": ("a", "b", "c"),
    } | changes
    with pytest.raises(ValueError, match=words):
        Exercise(given.pop("signature"), **given)


def test_an_exercise_without_cases_says_so():
    exercise = Exercise(
        "f(x)",
        unit="99",
        title="t",
        reference=abs,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )
    with pytest.raises(ValueError, match="no cases"):
        exercise.make_cases(0)
