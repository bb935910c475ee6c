"""Assignments of one's own: the example and the skeleton work, broken ones are refused."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from typer.testing import CliRunner

from coursekit.authoring import advice as advising
from coursekit.authoring.advice import Program, advice
from coursekit.authoring.assignment import build_assignment, check_assignment
from coursekit.authoring.assignment_source import read_source
from coursekit.authoring.home_checks import home_checks, storable
from coursekit.authoring.mutations import mutations
from coursekit.checking import check
from coursekit.checking.ladder import climb
from coursekit.cli.assignment import app
from coursekit.errors import CourseError
from coursekit.exercises import Exercise, case, find, given, load_exercises, registry, tiny
from coursekit.grading.assignments import (
    AssignmentError,
    HandQuestion,
    load_assignment,
    unit_assignment,
)

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "retouching"


@pytest.fixture(autouse=True)
def no_other_exercises(monkeypatch):
    monkeypatch.setattr(registry, "_own", {})


@pytest.fixture
def example(tmp_path):
    return Path(shutil.copytree(EXAMPLE, tmp_path / "retouching"))


@pytest.fixture
def small(tmp_path):
    """The skeleton."""
    assert run("new", "small", "--in", str(tmp_path)).exit_code == 0
    return tmp_path / "small"


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


# The example and the skeleton.


def test_the_example_has_no_weak_spot(example):
    assignment, findings = check_assignment(example)
    assert findings.problems == []
    assert findings.notes == []
    assert [e.name for e in assignment.exercises] == [
        "stretch",
        "bounding_box",
        "contact_sheet",
        "despeckle",
    ]
    assert [q.name for q in assignment.by_hand] == ["before_and_after", "why_median"]
    assert assignment.points == 17
    assert assignment.late.due.year == 2027


def test_the_example_is_built_whole(example):
    written, findings = build_assignment(example, advise=False)
    assert findings.problems == []
    assert sorted(str(p.relative_to(example)) for p in written) == [
        "release/retouching.ipynb",
        "release/retouching_checks.py",
        "solution/retouching.ipynb",
        "solution/retouching_checks.py",
    ]
    release = nbformat.read(example / "release" / "retouching.ipynb", 4)
    nbformat.validate(release)
    metadata = {c.id: c.metadata.get("coursekit") for c in release.cells}
    assert metadata["answer-stretch"] == {"exercise": "stretch"}
    assert metadata["question-why_median"] == {"question": "why_median"}
    assert metadata["question-before_and_after"] == {"question": "before_and_after"}
    assert release.metadata.coursekit == {"assignment": "retouching"}
    assert not any(c.get("outputs") for c in release.cells)
    text = json.dumps(release)
    for secret in ("brightest ==", "RUBRIC", "SOLUTION", "1 point:", "A mean is drawn", "rng."):
        assert secret not in text
    assert "3 points" in text and "Hint 1 of 3" in text and "read and marked" in text
    by_id = {c.id: c.source for c in release.cells}
    assert by_id["question-why_median"] == "*Your answer here.*"
    assert by_id["question-before_and_after"] == "# Your code here."
    assert by_id["answer-stretch"].endswith("    raise NotImplementedError")

    solution = nbformat.read(example / "solution" / "retouching.ipynb", 4)
    verdicts = [str(c.outputs) for c in solution.cells if c.id.startswith("check-")]
    assert len(verdicts) == 4
    assert all("Right on" in v for v in verdicts)
    assert any("image/png" in str(c.get("outputs")) for c in solution.cells)
    assert "1 point:" not in json.dumps(solution)


def test_building_again_changes_no_byte_of_the_release(small):
    build_assignment(small, advise=False)
    first = {p: p.read_bytes() for p in (small / "release").iterdir()}
    build_assignment(small, advise=False)
    assert {p: p.read_bytes() for p in (small / "release").iterdir()} == first


def test_checks_at_home_say_what_the_instructors_do(example, tmp_path):
    """With data alone: the same rung, message and diagnosis for every known answer."""
    exercises = load_exercises(example / "exercises.py")
    text = home_checks(exercises)
    home = tmp_path / "home_checks.py"
    home.write_text(text, encoding="utf-8")
    stored = {e.name: e for e in load_exercises(home)}
    assert len(text) < 100_000
    for exercise in exercises:
        at_home = stored[exercise.name]
        answers = [*exercise.mistakes, *exercise.right_answers]
        for known in (a for a in answers if not getattr(a, "needs", "")):
            real, here = (climb(e, known.answer, 0) for e in (exercise, at_home))
            if real.rung == "properties" or exercise.properties:
                real.message = here.message = real.message.partition("\nAlso tested")[0]
            assert (here.rung, here.message, here.diagnosis) == (
                real.rung,
                real.message,
                real.diagnosis,
            ), known.name


def test_a_student_at_home_reads_what_is_wrong(small, tmp_path):
    build_assignment(small, advise=False)
    student = tmp_path / "student_checks.py"
    shutil.copy(small / "release" / "small_checks.py", student)
    load_exercises(student)

    def steps_up(x, least=0.0):
        return np.diff(np.asarray(x, float))

    result = check(steps_up)
    assert result.rung == "tiny"
    assert result.diagnosis == "Steps down are negative in your answer; they count as 0."
    source = student.read_text(encoding="utf-8")
    assert "def " not in source and "diff" not in source


def test_the_skeleton_passes_at_once(small):
    done = run("check", str(small))
    assert done.exit_code == 0, done.output
    assert "note" not in done.output
    assert "steps_up" in done.output


def test_new_never_overwrites(small):
    assert isinstance(run("new", "small", "--in", str(small.parent)).exception, CourseError)
    assert isinstance(run("new", "a b", "--in", str(small.parent)).exception, CourseError)
    assert [p.name for p in small.parent.iterdir()] == ["small"]


def test_no_folder_is_a_users_mistake(tmp_path):
    assert isinstance(run("check", str(tmp_path / "nowhere")).exception, CourseError)


# Loading.


def test_what_is_loaded(small):
    assignment = load_assignment(small)
    assert (assignment.name, assignment.title) == ("small", "A title of your own")
    assert assignment.packages == ("numpy", "scipy")
    assert assignment.uses == ()
    assert (assignment.limits.seconds, assignment.limits.memory) == (5, 1024)
    assert assignment.late is None
    assert assignment.folder == small
    assert assignment.givens is None
    rubric = "- 1 point: the first number has no step."
    question = HandQuestion("one_fewer", "One number fewer", 1, rubric, "markdown")
    assert assignment.by_hand == (question,)


def test_a_unit_is_an_assignment_too():
    unit = unit_assignment("4")
    assert unit.name == "unit 04"
    assert "conv2d_forward" in [e.name for e in unit.exercises]
    assert (unit.source, unit.givens, unit.by_hand) == (None, None, ())


def test_makers_stand_in_givens(small):
    edit(small / "exercises.py", "import Exercise,", "import maker, Exercise,")
    with pytest.raises(AssignmentError, match=r"exercises\.py:5: `maker` .* givens\.py"):
        load_assignment(small)


def test_givens_reach_the_cases_and_the_students(small, tmp_path):
    (small / "givens.py").write_text(
        "from coursekit.exercises import maker\n\n\n"
        "@maker\ndef doubling_of_small(n):\n    return lambda x: 2 * x + n\n"
    )
    assert load_assignment(small).givens == small / "givens.py"
    exercise = Exercise(
        "apply(f, x)",
        unit="90",
        title="Apply",
        reference=lambda f, x: f(x),
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )
    exercise.cases(lambda rng: [tiny("one", given("doubling_of_small", 1), 2.0, expected=5.0)])
    home = tmp_path / "with_givens.py"
    home.write_text(home_checks([exercise], (small / "givens.py").read_text()))
    (stored,) = load_exercises(home)
    assert climb(stored, lambda f, x: f(x)).passed
    assert not climb(stored, lambda f, x: f(x) + 1).passed


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("assignment.toml", 'name = "small"', 'name = "../x"', "name = "),
        ("assignment.toml", "memory", "memry", r"no setting 'memry'"),
        ("assignment.toml", "seconds = 5", "seconds = -5", "seconds is a number above 0"),
        ("assignment.toml", '["numpy", "scipy"]', '"numpy"', "packages is a list"),
        ("assignment.toml", '# uses = ["coursekit.filters"]', 'uses = ["torch"]', "packages"),
        ("assignment.toml", "# [late]\n# due", "[late]\ndie", "late"),
        ("assignment.py", "# %% [markdown] by_hand", "# %% [raw] by_hand", "a cell begins with"),
        ("assignment.py", "    ### END SOLUTION\n", "", "do not come in pairs"),
        ("exercises.py", "import numpy as np", "import numpy as", "exercises.py:3: not Python"),
    ],
)
def test_what_cannot_be_loaded_is_said(small, file, old, new, words):
    edit(small / file, old, new)
    with pytest.raises(CourseError, match=words):
        load_assignment(small)


# What is refused.


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("assignment.toml", "# points = 4", "points = 5", "points = 5, but the questions add up"),
        ("assignment.py", " points=1", "", "one_fewer: points=… is missing"),
        ("assignment.py", "# - 1 point: the first number has no step.\n", "", "has no rubric"),
        ("assignment.py", "<!-- card: steps_up -->", "", "steps_up: no text cell has its card"),
        ("assignment.py", "check(steps_up)", "steps_up", r"steps_up: no cell reads `check\("),
        ("assignment.py", "least=0.0):", "least=1.0):", "should read `def steps_up"),
        ("assignment.py", "steps_up(x", "stepsup(x", "no exercise of this name"),
        ("assignment.py", "steps_up(x", "stepsup(x", "no cell of assignment.py defines it"),
        ("assignment.py", "load_exercises(", "print(", "no cell reads `load_exercises"),
        ("assignment.py", 'by_hand="one_fewer"', 'by_hand="steps_up"', "2 cells of assignment.py"),
        (
            "assignment.py",
            "(steps >= least)",
            "(steps > least)",
            "the solution in assignment.py does not pass",
        ),
        (
            "assignment.py",
            "# %%\ncheck(steps_up)",
            "# %% [markdown]\n# steps = np.diff(np.asarray(x, float), axis=-1)\n# return "
            "np.where((steps > 0) & (steps >= least), steps, 0)\n\n# %%\ncheck(steps_up)",
            "steps_up: its solution stands in the release",
        ),
        (
            "exercises.py",
            "return steps * (steps > least)",
            "return steps * (steps >= least)",
            "steps_up: a known mistake passes .* more than least",
        ),
        (
            "exercises.py",
            "steps * (steps >= least)\n\n\n@steps_up.mistake(\"`least`",
            "steps_by_slices(x, least)\n\n\n@steps_up.mistake(\"`least`",
            "steps_up: a known mistake passes .* takes the size",
        ),
        (
            "exercises.py",
            "return steps_by_slices(x, least).tolist()",
            "return (steps_by_slices(x, least) + 1).tolist()",
            "steps_up: a right answer is refused .* a list",
        ),
        ("exercises.py", "expected=[2, 0, 0, 3]", "expected=[2, 0, 0, 4]", "five numbers"),
        ("exercises.py", '"steps_up(x, least=0.0)"', '"pad2d(x, least=0.0)"', "course has"),
        ("exercises.py", 'counts_for("least")', 'counts_for("leest")', "counts for 'leest'"),
    ],
)  # fmt: skip
def test_what_is_refused(small, file, old, new, words):
    edit(small / file, old, new)
    done = run("build", str(small))
    assert re.search(words, done.output.replace("\n", " ")), done.output
    assert done.exit_code == 1
    assert not (small / "release").exists()


def test_a_release_must_run_untouched(small):
    edit(small / "assignment.py", "check(steps_up)", "check(steps_up)\n\n# %%\nsteps_up([1, 2])")
    written, findings = build_assignment(small, advise=False)
    assert written == []
    assert "untouched release" in findings.problems[0]
    assert "NotImplementedError" in findings.problems[0]
    assert not (small / "release").exists()


def test_what_passes_by_chance_is_refused(small):
    lucky = """

@steps_up.mistake("Numbers above 2.2 are cut.")
def lucky(x, least=0.0):
    x = np.asarray(x, float)
    return steps_by_slices(np.minimum(x, 2.2) if x.size == 20 and np.ptp(x) < 50 else x, least)
"""
    file = small / "exercises.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + lucky, encoding="utf-8")
    done = run("check", "--no-advice", str(small))
    assert done.exit_code == 1
    assert "a known mistake passes" in done.output
    exercise = load_exercises(file)[0]
    seeds = [s for s in range(10) if climb(exercise, exercise.mistakes[-1].answer, s).passed]
    assert 0 < len(seeds) < 10


@pytest.mark.parametrize("name", ["linear_backward", "hill_climb", "train_epoch", "LeNet"])
def test_any_kind_of_exercise_can_be_stored(name):
    """Several returned values, functions and objects as arguments, what a call changes, classes."""
    exercise = find(name)
    scope = {}
    exec(home_checks([exercise]), scope)
    for mistake in exercise.mistakes[:2]:
        real, here = (climb(e, mistake.answer, 0) for e in (exercise, scope[name]))
        assert (here.rung, here.diagnosis) == (real.rung, real.diagnosis), mistake.name


def test_few_mistakes_and_unnamed_ones_are_notes_only(small):
    for sentence in (
        "`least` is ignored.",
        "You take the size of each step: steps down count as 0.",
    ):
        edit(small / "exercises.py", f'@steps_up.mistake("{sentence}")\n', "")
    _, findings = check_assignment(small, advise=False)
    assert findings.problems == []
    assert findings.notes == ["steps_up: 4 known mistakes; at least 5 are needed"]


def test_a_comparison_of_ones_own_stays_with_the_grader(small):
    edit(
        small / "exercises.py",
        "    # comparison=Comparison(whole=True)",
        '    comparison=Comparison(outputs=("y",), differences={"y": lambda a, b: abs(a - b)}),\n'
        "    # comparison=Comparison(whole=True)",
    )
    edit(small / "exercises.py", "import Exercise,", "import Comparison, Exercise,")
    written, findings = build_assignment(small, advise=False)
    assert written and "cannot be checked at home" in findings.notes[0]
    release = nbformat.read(written[0], 4)
    assert "check-steps_up" not in [c.id for c in release.cells]


# Reading sources.


def test_options_lines_and_headers(tmp_path):
    file = tmp_path / "a.py"
    file.write_text(
        "# ---\n# jupyter:\n#   x: y\n# ---\n\n"
        '# %% A title [markdown] by_hand="why" points=1.5 title="It\'s \\"so\\""\n'
        "# Text\n#\n# more\n\n# %%\n\n\nx = 1\n"
    )
    one, two = read_source(file)
    assert (one.kind, one.text, one.line) == ("markdown", "Text\n\nmore", 7)
    assert one.options == {"by_hand": "why", "points": 1.5, "title": 'It\'s "so"'}
    assert (two.kind, two.text, two.line) == ("code", "x = 1", 14)


# Advice.


def threshold(cases, reference=None, also=()):
    def at_least(x, level=0.5):
        return np.asarray(x) >= level

    exercise = Exercise(
        "at_least(x, level=0.5)",
        unit="90",
        title="Where x reaches the level",
        reference=reference or at_least,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )
    exercise.cases(cases)
    return exercise


SOLUTION_TEXT = "def at_least(x, level=0.5):\n    return np.asarray(x) >= level\n"
ANSWER = Program(SOLUTION_TEXT, "assignment.py", 10, {"np": np}, "at_least")


def test_advice_names_the_operator_that_no_case_tells():
    def cases(rng):
        yield tiny("two", np.array([0.25, 0.75]), expected=[False, True])
        yield case("square", rng.standard_normal((4, 4)))

    said = advice(threshold(cases), ANSWER)
    wanted = "no case tells `return np.asarray(x) >= level` from `return np.asarray(x) > level`"
    line = next(s for s in said if wanted in s)
    assert "(line 11 of assignment.py)" in line
    assert line.endswith("they differ when `x` has numbers equal to `level`.")
    assert any("`level` has its default, 0.5, in all cases" in s for s in said)
    assert any("`x` never has both even and odd lengths" in s for s in said)
    assert any("takes `level` for 0.5 always" in s for s in said)
    assert any("keeps its first result" in s for s in said)


def test_advice_is_silent_about_strong_checks():
    def cases(rng):
        yield tiny("three", np.array([0.25, 0.5, 0.75]), expected=[False, True, True])
        yield tiny("bytes", np.array([0, 3, 3], np.uint8), 3, expected=[False, True, True])
        yield case("wide", rng.standard_normal((4, 7)) * 300)
        yield case("wide again", rng.standard_normal((4, 7)) * 300)
        yield case("a column", rng.standard_normal((3, 1)), -0.25)
        yield case("high", np.array([255.0, 256, 300, 400]), 300)
        yield case("one", np.array([1.0, 1.5, 1.5, 2]), 1.5)

    assert advice(threshold(cases), ANSWER) == []


def test_advice_names_right_answers_that_are_refused():
    def cases(rng):
        yield tiny("three", np.array([0.25, 0.5, 0.75]), expected=[False, True, True])

    exercise = threshold(cases)

    @exercise.holds("The first is first.")
    def first(answer, rng):
        kind = answer(np.ones((2, 2))).flags.f_contiguous
        return "It lies in Fortran order." if kind else None

    assert any("returns arrays in Fortran order is refused" in s for s in advice(exercise, ANSWER))


def test_advice_waits_for_no_endless_loop(monkeypatch):
    monkeypatch.setattr(advising, "BUDGET", 2.0)

    def cases(rng):
        yield tiny("ten", 10, expected=45)
        yield case("some", 17)

    exercise = Exercise(
        "total(n)",
        unit="90",
        title="Sum",
        reference=lambda n: n * (n - 1) // 2,
        points=1,
        minutes=1,
        difficulty=1,
        hints=("a", "b", "c"),
    )
    exercise.cases(cases)
    text = (
        "def total(n):\n    i = t = 0\n    while i < n:\n        t += i\n        i += 1\n"
        "    return t\n"
    )
    said = advice(exercise, Program(text, "assignment.py", 1, {}, "total"))
    assert not any("no case tells" in s for s in said), said


def test_mutations_are_programs_that_differ():
    text = "def f(x, k=3):\n    y = x[1:, ::2] - k\n    return y.mean(axis=0, keepdims=True)\n"
    made = list(mutations(text))
    changes = {(m.line, m.after) for m in made}
    assert (2, "y = x[2:, ::2] - k") in changes
    assert (2, "y = x[1:, ::2] + k") in changes
    assert (2, "y = x[1:, :] - k") in changes
    assert (2, "") in changes
    assert (3, "return y.mean(axis=1, keepdims=True)") in changes
    assert (3, "return y.mean(axis=0)") in changes
    assert (3, "return y.sum(axis=0, keepdims=True)") in changes
    assert all(m.before != m.after for m in made)
    assert len({m.code.co_code + repr(m.code.co_consts).encode() for m in made}) > 1


def test_what_is_no_data_cannot_be_stored():
    exercise = threshold(lambda rng: [tiny("odd", object(), expected=1)])
    assert "no plain data" in storable(exercise)
    assert storable(threshold(lambda rng: [tiny("odd", np.ones(2), expected=[True, True])])) == ""
