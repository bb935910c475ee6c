"""Which cell answers which exercise, and what else it needs, in notebooks in any state."""

import ast
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.checking.stubs import is_stub_definition
from coursekit.grading.answers import SOURCE_CHARACTERS, cells_to_run, find_answers
from coursekit.grading.notebooks import read_notebook
from coursekit.grading.slices import slice_for

ROOT = Path(__file__).parents[2]
RIGHT = "def f(x):\n    return x + 1"
STUB = 'def f(x):\n    """Add one."""\n    raise NotImplementedError'


def notebook(*cells):
    """Each cell: its source, or a dictionary."""
    told = [cell if isinstance(cell, dict) else {"source": cell} for cell in cells]
    whole = [{"cell_type": "code", "metadata": {}, "outputs": [], **cell} for cell in told]
    return read_notebook(json.dumps({"cells": whole}).encode())


def answer_in(*cells, name="f"):
    return find_answers(notebook(*cells), [name])[name]


def own(source, **more):
    mark = {"coursekit": {"exercise": "f"}}
    return {"source": source, "id": "answer-f", "metadata": mark, **more}


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_the_course_itself(folder):
    for path in sorted((ROOT / folder).glob("*.ipynb")):
        read = read_notebook(path)
        names = {cell.exercise: cell.number for cell in read.cells if cell.exercise}
        found = find_answers(read, names)
        assert {name: answer.cell for name, answer in found.items()} == names
        assert not any(answer.notes or answer.problem for answer in found.values())
        stubs = {answer.stub for answer in found.values()}
        assert stubs == ({True} if folder == "exercises" else {False})


def test_an_answer_in_its_cell():
    found = answer_in("import numpy", own("y = 1\n\n" + RIGHT + "\n\nprint(f(2))"))
    assert (found.cell, found.source, found.stub, found.notes, found.problem) == (
        *(2, RIGHT, False, ()),
        "",
    )
    assert answer_in(own(STUB)).stub


def test_no_trace_of_an_answer():
    assert answer_in("x = 1", "def g(f):\n    def f(): pass\n    return f") is None


@pytest.mark.parametrize(
    "source",
    [
        RIGHT,
        "async def f(x): pass",
        "class f:\n    x = 1",
        "f = lambda x: x",
        "g, (f, *h) = 1, (2, 3)",
        "f: int = 3",
        "g = f = 3",
        "from operator import add as f",
        "import f",
        "import f.g",
        "if True:\n    def f(x): return x",
        "try:\n    f = 1\nexcept Exception:\n    pass",
        "try:\n    pass\nexcept Exception:\n    pass\nfinally:\n    f = 1",
        "with open('x') as g:\n    f = 1",
        "for i in range(2):\n    f = i",
        "while True:\n    f = 1\n    break",
        "match 1:\n    case 1:\n        f = 2",
        "%time f = 2",
        "%%time\nf = 2",
        "!ls\nf = 2",
    ],
)
def test_every_kind_of_definition_counts(source):
    found = answer_in("x = 1", source)
    assert found.cell == 2
    assert not found.problem
    assert "No cell has the mark" in found.notes[0]


@pytest.mark.parametrize(
    "source", ["g.f = 1", "f[0] = 1", "f += 1", "f: int", "del f", "print(f)", "'f = 1'"]
)
def test_what_is_no_definition(source):
    assert answer_in(source) is None


def test_the_last_definition_counts():
    found = answer_in(own(RIGHT), "x = 1", "f = 3\nf = 4")
    assert found.cell == 3
    assert found.source == "f = 4"
    assert "Defined in cells 1 and 3: the last one counts." in found.notes


def test_a_stub_below_an_answer_is_pointed_out():
    found = answer_in(RIGHT, own(STUB))
    assert found.stub
    assert "still untouched and hides the answer in cell 1" in " ".join(found.notes)


def test_a_decorated_definition_is_quoted_whole():
    source = "import functools\n@functools.cache\ndef f(x):\n    return x\ny = 1"
    assert answer_in(own(source)).source == "@functools.cache\ndef f(x):\n    return x"


def test_a_long_definition_is_cut():
    lines = "".join(f"    x = x + {n}\n" for n in range(3000))
    assert len(answer_in(own("def f(x):\n" + lines)).source) == SOURCE_CHARACTERS


def test_a_marked_cell_that_defines_something_else():
    found = answer_in(own("def g(x): return x"), RIGHT)
    assert found.cell == 2
    assert "Cell 1, where the answer belongs, does not define `f`." in found.notes[0]
    alone = answer_in(own("def g(x): return x"))
    assert alone.cell == 1
    assert "does not define `f`" in alone.problem


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_in_a_text_cell_runs(kind):
    read = notebook("import numpy", own(RIGHT, cell_type=kind), {"source": "y = 1"})
    found = find_answers(read, ["f"])
    answer = found["f"]
    assert (answer.cell, answer.source, answer.retyped, answer.problem) == (2, RIGHT, True, "")
    assert "Cell 2 became a text cell" in answer.notes[0]
    assert [cell.number for cell in cells_to_run(read, found)] == [1, 2, 3]


def test_a_text_cell_is_left_alone_when_a_code_cell_answers():
    read = notebook(own(RIGHT, cell_type="markdown"), "f = 3")
    found = find_answers(read, ["f"])
    assert (found["f"].cell, found["f"].retyped) == (2, False)
    assert "became a text cell" in found["f"].notes[0]
    assert [cell.number for cell in cells_to_run(read, found)] == [2]


def test_a_text_cell_without_mark_is_no_answer():
    assert answer_in({"source": RIGHT, "cell_type": "markdown"}) is None


def test_a_text_cell_that_is_no_python():
    found = answer_in(own("My answer: *one more*.", cell_type="markdown"))
    assert "press Esc, then Y" in found.problem
    assert not found.retyped


def test_a_syntax_error_is_said_and_does_not_run():
    read = notebook(own("def f(x):\n    return (x"), "y = 1")
    found = find_answers(read, ["f"])
    assert "Cell 1 is no valid Python (line 2" in found["f"].problem
    assert [cell.number for cell in cells_to_run(read, found)] == [2]


@pytest.mark.parametrize(
    "source", ["def f(x):\n  return (", "f = (", "class f(:", "x\n  def f(: 1"]
)
def test_a_syntax_error_is_found_without_a_mark(source):
    found = answer_in("y = 1", source)
    assert found.cell == 2
    assert "no valid Python" in found.problem


def test_a_broken_copy_beside_a_right_one():
    found = answer_in(own("def f(x:"), RIGHT)
    assert (found.cell, found.problem) == (2, "")
    assert "Cell 1 is no valid Python" in found.notes[0]


def test_marks_by_id_alone():
    assert answer_in({"source": RIGHT, "id": "answer-f"}).notes == ()
    assert answer_in({"source": RIGHT, "id": "answer-f-2"}).notes == ()
    assert "No cell has the mark" in answer_in({"source": RIGHT, "id": "answer-f-x"}).notes[0]
    long = "f" * 80
    marked = {"source": f"{long} = 1", "id": f"answer-{long}"[:60]}
    assert answer_in(marked, name=long).notes == ()


def test_two_marked_cells():
    found = answer_in(own(RIGHT), own("f = 3"))
    assert found.cell == 2
    assert "The mark of this exercise is on cells 1 and 2." in found.notes


def test_each_name_gets_its_own_answer():
    found = find_answers(notebook("f = 1\ng = 2", "h = 1"), ["f", "g", "h", "i"])
    assert [found[name] and found[name].cell for name in "fghi"] == [1, 1, 2, None]


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        (STUB, True),
        ("def f(x): ...", True),
        ("def f(x):\n    pass", True),
        ("def f(x):\n    raise NotImplementedError('write me')", True),
        ("async def f(x):\n    raise NotImplementedError", True),
        ("def f(x):\n    raise ValueError", False),
        ("def f(x):\n    y = 1\n    raise NotImplementedError", False),
        ("class A:\n    '''Text'''\n    def f(self):\n        raise NotImplementedError", True),
        ("class A(B):\n    def f(self):\n        pass\n    def g(self): ...", True),
        ("class A:\n    pass", True),
        ("class A(B):\n    pass", False),
        ("class A:\n    def f(self):\n        pass\n    def g(self):\n        return 1", False),
        ("class A:\n    size = 3\n    def f(self):\n        pass", False),
        ("f = None", True),
        ("f = ...", True),
        ("f: int = None", True),
        ("f = 0", False),
        ("f = lambda x: x", False),
        ("from a import f", False),
    ],
)
def test_untouched_definitions(source, stub):
    assert is_stub_definition(ast.parse(source).body[0]) == stub


# What an answer needs


def test_the_cells_that_an_answer_uses():
    read = notebook(
        "import numpy as np\nimport math",
        "scale = 3",
        "def helper(x):\n    return x * scale",
        "while True:\n    pass",
        "def f(x):\n    return np.abs(helper(x))",
        "result = f(3)",
        "from math import *",
        {"source": "helper", "cell_type": "markdown"},
    )
    assert slice_for(read, "f") == (1, 2, 3, 5, 7)
    assert slice_for(read, "scale") == (1, 2, 7)
    assert slice_for(read, "nothing") == ()


@pytest.mark.parametrize(
    "change",
    [
        "A.b = 1",
        "A.b.c[0] += 1",
        "A[0] = 1",
        "del A[0]",
        "x, A.b = 1, 2",
        "A += [3]",
        "del A",
        "A.append(3)",
        "for A in range(3):\n    pass",
        "with open('x') as A:\n    pass",
        "if True:\n    A.b = 1",
        "def g():\n    global A\n    A = 4\ng()",
        "try:\n    pass\nexcept Exception as A:\n    pass",
        "(A := 3)",
        "import A",
        "from b import c as A",
        "class A: pass",
    ],
)
def test_every_change_of_a_name_is_needed(change):
    assert slice_for(notebook("A = []", change, "x = 2", "def f():\n    return A"), "f") == (
        1,
        2,
        4,
    )


def test_what_is_done_to_modules_is_needed_by_no_answer():
    read = notebook("import numpy as np", "np.dot = 3", "np.random.seed(1)", "f = np.abs")
    assert slice_for(read, "f") == (1, 4)


def test_changes_of_the_answer_itself_are_needed():
    assert slice_for(notebook(RIGHT, "f.cache = {}", "x = 1"), "f") == (1, 2)


def test_a_star_may_bind_anything():
    assert slice_for(notebook("from math import *\nx = 1", "f = sqrt"), "f") == (1, 2)


def test_local_names_need_nothing():
    read = notebook("x = 1\nwhile True: pass", "def f(x):\n    y = [x for x in x]\n    return y")
    assert slice_for(read, "f") == (2,)


def test_an_answer_that_builds_on_itself():
    read = notebook(RIGHT, "f.cache = {}", "f = wrap(f)", "def wrap(g):\n    return g")
    assert slice_for(read, "f") == (1, 2, 3, 4)


def test_names_in_classes_defaults_and_decorators():
    read = notebook("a = 1", "b = 2", "c = 3", "@c\nclass f(a):\n    def g(self, x=b): pass")
    assert slice_for(read, "f") == (1, 2, 3, 4)


def test_a_retyped_answer_has_its_cells_too():
    read = notebook("import a", "b = 1", own("f = b", cell_type="raw"), "c = 1")
    assert slice_for(read, "f") == (1, 2, 3)


def test_code_that_only_the_compiler_refuses():
    assert slice_for(notebook("import a", "f = 1\nreturn 3"), "f") == (1, 2)


def test_a_cell_of_many_functions_takes_little_time():
    read = notebook("\n".join(f"def f{n}(): pass" for n in range(8000)), "f = 1")
    start = time.process_time()
    assert slice_for(read, "f") == (2,)
    assert time.process_time() - start < 1.5


lines = st.sampled_from(
    [
        *(
            "f = 1",
            "def f(x):",
            "    return g(x)",
            "class f(g):",
            "    pass",
            "g.h = f",
            "import f",
        ),
        *("from f import *", "%cd", "for f in g:", "f(", "try:", "global f", "f = f", "async"),
    ]
)


@given(st.lists(st.lists(lines, max_size=5).map("\n".join), max_size=6))
@settings(max_examples=100, deadline=1000, database=None)
def test_arbitrary_notebooks_of_definitions(sources):
    read = notebook(*sources)
    answer = find_answers(read, ["f"])["f"]
    needed = slice_for(read, "f")
    assert list(needed) == sorted(set(needed))
    assert bool(needed) == bool(answer and not answer.problem)
    assert not needed or answer.cell in needed
