"""Building, executed for real in kernels: idempotent, incremental, and clear when it fails."""

import pytest

from coursekit.authoring.build import Job, build, make, stale
from coursekit.authoring.notebooks import loads
from coursekit.authoring.rules import check_built
from coursekit.authoring.sources import SourceError


def contents(course):
    return {p.relative_to(course): p.read_bytes() for p in course.rglob("*.ipynb")}


def test_a_build_from_nothing_and_again(course, unit):
    assert list(stale([unit]))
    lines = []
    done = build([unit], jobs=2, report=lines.append)
    assert done.failed == []
    assert len(done.written) == 4  # three notebooks and the table of checks
    assert len(lines) == 3
    assert list(stale([unit])) == []
    first = contents(course)
    assert len(first) == 3
    again = build([unit], jobs=1)
    assert again.written == []
    assert len(again.unchanged) == 4
    forced = build([unit], jobs=1, force=True)
    assert forced.written == []
    assert contents(course) == first
    for kind in ("lectures", "solutions"):
        assert list(check_built(kind, loads(unit.notebook(kind)))) == []
    lecture = loads(unit.notebook("lectures"))
    assert lecture.cells[-1].outputs[0].text == "[1 2]\n"


def test_only_what_changed_is_built(course, unit):
    build([unit], jobs=1)
    text = unit.lecture.read_text(encoding="utf-8").replace("0.95", "0.05")
    unit.lecture.write_text(text, encoding="utf-8")
    assert list(stale([unit])) == ["lectures/90_brightness.ipynb differs from its source."]
    lines = []
    done = build([unit], report=lines.append)
    assert done.written == ["lectures/90_brightness.ipynb"]
    assert lines == ["[1/1] lectures/90_brightness.ipynb written"]


def break_the_lecture(unit, code):
    text = unit.lecture.read_text(encoding="utf-8")
    text = text.replace("counts = np.histogram([0.1, 0.9, 0.95], bins=2)[0]", code)
    unit.lecture.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("counts = [\n    1 / 0,\n]", "lecture.py:20: ZeroDivisionError: division by zero"),
        ("counts = 1\nimport sys\nprint('oh', file=sys.stderr)", ":19: the cell writes to stderr"),
        ("import os\nos._exit(1)", "died"),
    ],
)
def test_a_failing_cell_names_file_and_line(unit, code, words):
    break_the_lecture(unit, code)
    with pytest.raises(SourceError, match=words):
        make(Job(unit, "lectures"))


def test_a_failing_notebook_stops_no_other_and_leaves_the_old_one(course, unit):
    old = unit.notebook("lectures")
    old.parent.mkdir()
    old.write_text("as it was")
    break_the_lecture(unit, "1 / 0")
    done = build([unit], jobs=1)
    assert len(done.failed) == 1
    assert done.failed[0].startswith("lectures/90_brightness.ipynb: sources/90_brightness/")
    assert old.read_text() == "as it was"
    assert unit.notebook("solutions").is_file()
    assert not list(course.rglob(".new-*"))


def test_an_unknown_exercise_names_the_source(unit):
    text = unit.exercises.read_text(encoding="utf-8")
    unit.exercises.write_text(text.replace("card: brightness_histogram", "card: nothing"))
    with pytest.raises(SourceError, match=r"exercises.py: No exercise is called 'nothing'"):
        make(Job(unit, "exercises"))


def test_a_notebook_may_not_be_too_large(unit):
    break_the_lecture(unit, "counts = 'x' * 1_000_000")
    with pytest.raises(SourceError, match="at most 1,000,000"):
        make(Job(unit, "lectures"))
