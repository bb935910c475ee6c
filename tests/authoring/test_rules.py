"""Every rule for sources and built notebooks, broken once."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from coursekit.authoring.rules import check_built, check_sources


def test_a_good_unit_breaks_no_rule(unit):
    assert check_sources([unit]) == []


@pytest.mark.parametrize(
    ("which", "old", "new", "line", "words"),
    [
        ("lecture", "# A picture", "# " + "word " * 20 + "picture", 4, "columns; at most 80"),
        ("lecture", "print(counts)", "print(counts);", 20, "trailing `;`"),
        ("lecture", "## Counting", "#### Counting", 14, "level 4 follows one of 2"),
        ("lecture", "# ## Counting", "# # Counting", 1, "2 titles"),
        ("lecture", "import numpy as np", "x = 1", 11, "at most 5 lines, all imports"),
        ("lecture", "counts = np", "counts = = np", 19, "not Python"),
        ("lecture", "print(counts)", "1\n" + "# %%\n1\n" * 40, 1, "cells; at most 40"),
        ("exercises", "(image, bins):", "(image, bins=3):", 19, "should read `def"),
        ("exercises", '    """Counts', '    text = """Counts', 19, "docstring"),
        ("exercises", "# <!-- card: brightness_histogram -->", "#", 19, "card"),
        ("exercises", "# <!-- hints: brightness_histogram -->", "# words", 19, "hints"),
        ("exercises", "check(brightness_histogram)", "1 + 1", 19, "no cell `check("),
        ("exercises", "def brightness_histogram", "def other", 1, "asks for"),
        ("exercises", "### END SOLUTION", "", 19, "do not come in pairs"),
        ("exercises", "hints: brightness_histogram", "hints: nothing", 1, "No exercise is called"),
    ],
)
def test_each_rule(unit, which, old, new, line, words):
    path = getattr(unit, which)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = [p for p in check_sources([unit]) if words in p.says]
    assert found
    assert found[0].path == path
    assert found[0].line == line


def test_a_long_first_line_may_stand_on_several(unit):
    text = unit.exercises.read_text(encoding="utf-8")
    broken = text.replace("(image, bins):", "(\n    image, bins\n):", 1)
    assert broken != text
    unit.exercises.write_text(broken, encoding="utf-8")
    assert check_sources([unit]) == []


def built(*outputs, **changes):
    cell = new_code_cell("1", id="a", execution_count=1, outputs=list(outputs))
    cell.update(changes)
    return new_notebook(cells=[cell])


def html(text):
    return new_output("display_data", data={"text/html": text})


GOOD_ALT = '<img alt="Two bars, the second twice as high" src="data:,">'


def test_a_good_notebook_breaks_no_rule():
    assert list(check_built("n", built(html(GOOD_ALT)))) == []
    assert list(check_built("n", built(html(GOOD_ALT + GOOD_ALT)))) == []


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        (built(execution_count=None), "has not been executed"),
        (built(metadata={"execution": {"iopub.status.busy": "2026-01-01"}}), "timings"),
        (built(new_output("error", ename="ValueError", evalue="", traceback=[])), "an error"),
        (built(new_output("display_data", data={"image/png": "AAAA"})), "without alt text"),
        (built(html('<img src="data:,">')), "says too little"),
        (built(html('<img alt="plot" src="data:,">')), "says too little"),
        (built(html(GOOD_ALT), html(GOOD_ALT.replace("data:,", "data:,B"))), "share an alt text"),
        (NotebookNode(cells=[new_code_cell("1", id="a", execution_count=1)] * 2), "share an id"),
    ],
)
def test_each_rule_for_built_notebooks(notebook, words):
    assert any(words in problem for problem in check_built("n", notebook))
