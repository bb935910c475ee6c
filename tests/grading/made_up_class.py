"""A class that nobody taught: records with the variety of a real one, for pages and reports."""

import functools
import inspect
import textwrap

import numpy as np

from coursekit.checking.ladder import climb
from coursekit.exercises import find
from coursekit.grading.records import ByHand, CheckMark, Kind, QuestionMark, Record, Status
from coursekit.grading.shown import to_json

EXERCISES = ("conv_output_size", "pad2d", "cross_correlate2d", "sobel_gradient", "softmax")
NAMES = "Ada Alan Barbara Chen Dilek Edsger Frances Grace Hedy Ines Joan Kofi Lin Mary Noor Omar"
FAMILIES = "Lovelace Turing Liskov Ming Yılmaz Dijkstra Allen Hopper Lamarr Nygård Clarke Mensah"


def source_of(function):
    """A function's own text, without decorators, as a notebook would have it."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "class ")))
    return "".join(lines[start:])


@functools.cache
def checked(name, mistake):
    """What the notebook's check says of a known mistake, or (None) of the reference."""
    exercise = find(name)
    answers = {m.name: m.answer for m in exercise.mistakes} | {None: exercise.reference}
    return climb(exercise, answers[mistake])


def question(name, *, mistake=None, status=Status.PASSED, hidden="", source="", slowest=0.01):
    """One question: right, with a known mistake, wrong on a hidden input only, or not there."""
    exercise = find(name)
    points = float(exercise.points)
    rest = dict(source=source, slowest=slowest, seconds=3 * slowest)
    if status in (Status.UNTOUCHED, Status.MISSING):
        checks = (
            CheckMark("right values", 0.8 * points, 0.0, "There is no answer."),
            CheckMark("in any form", 0.2 * points, 0.0, "There is no answer."),
        )
        return QuestionMark(name, exercise.title, "v1", points, 0.0, status, checks, "attempted")
    result = checked(name, mistake)
    values = 0.0 if mistake else 0.8
    form = 0.0 if mistake or hidden else 0.2
    checks = (
        CheckMark(
            "right values", 0.8 * points, values * points, result.diagnosis if mistake else ""
        ),
        CheckMark(
            "in any form",
            0.2 * points,
            form * points,
            hidden or ("Values first." if mistake else ""),
        ),
    )
    right = not mistake and not hidden
    return QuestionMark(
        name,
        exercise.title,
        "v1",
        points,
        (values + form) * points,
        Status.PASSED if right else Status.FAILED,
        checks,
        result.rung,
        "" if result.passed else result.message,
        result.diagnosis,
        result.mistake,
        None if result.passed else to_json(result),
        cell=7,
        **rest,
    )


def record(student, questions, **changes):
    """A graded record of these questions."""
    told = dict(
        assignment="unit 02",
        student=student,
        submission=f"{student}/02_convolution_and_filters.ipynb",
        digest="3f" * 32,
        kind=Kind.GRADED,
        graded="2026-11-21T00:24:05+00:00",
        submitted="2026-11-20T23:41:10+01:00",
        seed=7,
        level="full",
        questions=tuple(questions),
    )
    return Record(**(told | changes))


def good_student():
    """Nearly everything right."""
    asked = [question(name) for name in EXERCISES[:-1]]
    asked.append(
        question("softmax", hidden="The result changes when the input is in single precision.")
    )
    by_hand = (ByHand("explain", "Why does a blur commute with a shift?", 3.0, text="Because …"),)
    return record("ada", asked, by_hand=by_hand)


def struggling_student():
    """Two answers wrong, one missing, one not begun, one right; a cell that never ended."""
    first = find("cross_correlate2d").mistakes[0].name
    return record(
        "grace",
        [
            question("conv_output_size"),
            question("pad2d", mistake=find("pad2d").mistakes[0].name),
            question("cross_correlate2d", mistake=first, slowest=1.24),
            question("sobel_gradient", status=Status.MISSING),
            question("softmax", status=Status.UNTOUCHED),
        ],
        notes=(
            "Cell 9 was skipped: it ran longer than 10 s.",
            "Cell 12 was skipped: it asks for input, and nobody is there to answer.",
        ),
        attempt=2,
        by_hand=(ByHand("explain", "Why does a blur commute with a shift?", 3.0, text=""),),
    )


def unreadable_student():
    """A file that stops in the middle."""
    return record(
        "omar",
        (),
        kind=Kind.UNREADABLE,
        problem="The file is not a whole notebook: it ends in the middle of a text (line 814).",
    )


def ungraded_student():
    """The grader itself failed."""
    return record(
        "noor", (), kind=Kind.INFRASTRUCTURE, problem="The sandbox did not start: EAGAIN."
    )


@functools.cache
def sources(name):
    """Texts of right answers of an exercise, and of its mistakes by name."""
    exercise = find(name)
    right = [source_of(exercise.reference)] + [source_of(a.answer) for a in exercise.right_answers]
    return right, {m.name: source_of(m.answer) for m in exercise.mistakes}


def a_class(count=60, seed=0):
    """Records of a class: two attempts here and there, all kinds of answers."""
    rng = np.random.default_rng(seed)
    names, families = NAMES.split(), FAMILIES.split()
    records = []
    for number in range(count):
        student = f"{names[number % len(names)]} {families[number * 7 % len(families)]} {number:02}"
        skill = rng.beta(3, 1.6)
        asked = [_answered(name, skill, rng) for name in EXERCISES]
        notes = []
        if rng.random() < 0.15:
            notes.append(f"Cell {rng.integers(3, 15)} was skipped: it ran longer than 10 s.")
        if rng.random() < 0.08:
            notes.append("Cell 4 was skipped: NameError: name 'image' is not defined.")
        by_hand = (ByHand("explain", "Why does a blur commute with a shift?", 3.0, text="As …"),)
        whole = record(student, asked, notes=tuple(notes), by_hand=by_hand)
        if rng.random() < 0.15:
            begun = [question(name, status=Status.UNTOUCHED) for name in EXERCISES]
            records.append(record(student, begun))
            whole = record(student, asked, notes=tuple(notes), attempt=2, by_hand=by_hand)
        records.append(whole)
    return [*records, unreadable_student(), ungraded_student()]


def _answered(name, skill, rng):
    exercise = find(name)
    right, wrong = sources(name)
    slowest = float(rng.lognormal(-4, 1.3))
    luck = rng.random()
    if luck < skill:
        return question(name, source=right[rng.integers(len(right))], slowest=slowest)
    if luck > 0.97:
        return question(name, status=Status.MISSING)
    if luck > 0.9:
        return question(name, status=Status.UNTOUCHED)
    if rng.random() < 0.2:
        says = "The result changes when the input is in single precision."
        return question(name, hidden=says, source=right[0], slowest=slowest)
    chosen = exercise.mistakes[min(int(rng.exponential(2)), len(exercise.mistakes) - 1)].name
    return question(name, mistake=chosen, source=wrong[chosen], slowest=slowest)
