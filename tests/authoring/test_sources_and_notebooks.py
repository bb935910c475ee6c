"""Sources to cells to notebooks, without executing anything."""

import pytest

from coursekit.authoring.course import NotACheckout, find_root, find_units
from coursekit.authoring.directives import reading_minutes
from coursekit.authoring.markers import SOLUTION, STUB, unmarked, without
from coursekit.authoring.notebooks import dumps, make_notebook
from coursekit.authoring.sources import SourceError, read_cells
from coursekit.errors import CourseError

ANSWER = '''def f(x):
    """Doc."""
    y = x
    ### BEGIN SOLUTION
    y = 2 * y

    return y
    ### END SOLUTION'''


def test_cells_remember_their_lines(unit):
    cells = read_cells(unit.lecture)
    assert [c.kind for c in cells] == ["markdown", "code", "markdown", "code"]
    lines = unit.lecture.read_text(encoding="utf-8").splitlines()
    for cell in cells:
        first = cell.text.splitlines()[0]
        assert lines[cell.line - 1].removeprefix("# ") == first


def test_solutions_become_stubs():
    assert without(ANSWER, SOLUTION, STUB) == (
        'def f(x):\n    """Doc."""\n    y = x\n    raise NotImplementedError'
    )
    assert "SOLUTION" not in unmarked(ANSWER, SOLUTION)
    assert "return y" in unmarked(ANSWER, SOLUTION)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: the file must begin with a cell"),
        ("x = 1\n# %%\ny = 2\n", ":1: the file must begin with a cell"),
        ("# %%\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n", ":2: .* do not come in pairs"),
        (
            "# %%\ndef f():\n    ### END SOLUTION\n    ### BEGIN SOLUTION\n",
            ":2: .* do not come in pairs",
        ),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", "stands in no function"),
    ],
)
def test_sources_that_cannot_be_read(tmp_path, text, words):
    path = tmp_path / "lecture.py"
    path.write_text(text)
    with pytest.raises(SourceError, match=words):
        read_cells(path)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        read_cells(tmp_path / "lecture.py")


def test_exercises_hold_stub_card_and_hints(unit):
    notebook, lines = make_notebook(unit, "exercises")
    text = "\n".join(c.source for c in notebook.cells)
    assert len(lines) == len(notebook.cells)
    assert "raise NotImplementedError" in text
    assert "np.histogram" not in text
    assert "*2 points · about 10 minutes · difficulty 2 of 5*" in text
    assert text.count("<details>") == 3


def test_solutions_hold_the_answer_and_no_hints(unit):
    notebook, _ = make_notebook(unit, "solutions")
    text = "\n".join(c.source for c in notebook.cells)
    assert text.startswith("# 90 · Brightness: solutions")
    assert "np.histogram" in text
    assert "SOLUTION" not in text
    assert "<details>" not in text


def test_ids_say_what_a_cell_is_and_stay_when_others_come(unit):
    before = {c.source: c.id for c in make_notebook(unit, "exercises")[0].cells}
    assert "answer-brightness_histogram" in before.values()
    assert "check-brightness_histogram" in before.values()
    text = unit.exercises.read_text(encoding="utf-8")
    more = text.replace("# One function.", "# One function.\n\n# %%\n1 + 1\n\n# %%\n1 + 1", 1)
    unit.exercises.write_text(more, encoding="utf-8")
    after = make_notebook(unit, "exercises")[0].cells
    assert all(c.id == before[c.source] for c in after if c.source in before)
    ids = [c.id for c in after]
    assert len(set(ids)) == len(ids)


def test_the_text_of_a_notebook_is_always_the_same(unit):
    assert dumps(make_notebook(unit, "lectures")[0]) == dumps(make_notebook(unit, "lectures")[0])


def test_minutes_grow_with_words_and_code(unit):
    cells = read_cells(unit.lecture)
    assert reading_minutes(cells) == 5
    assert reading_minutes(cells * 60) > 5
    assert reading_minutes(cells * 60) % 5 == 0


def test_roots_and_units_are_found(course, tmp_path_factory):
    assert find_root(course / "sources" / "90_brightness") == course
    assert [u.slug for u in find_units(course, ["90"])] == ["90_brightness"]
    with pytest.raises(CourseError, match=r"no unit '3'. There are: 90"):
        find_units(course, ["3"])
    with pytest.raises(NotACheckout):
        find_root(tmp_path_factory.mktemp("elsewhere"))
    (course / "sources" / "Bad Name").mkdir()
    with pytest.raises(CourseError, match="named like 02_some_words"):
        find_units(course)
