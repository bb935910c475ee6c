"""Cells as Python: what Jupyter would run, and a plain word on what nobody can run."""

import contextlib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.grading.python_code import python_of

LIMIT = settings(
    deadline=1000, max_examples=150, suppress_health_check=[HealthCheck.too_slow], database=None
)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("%matplotlib inline\nx = 1", "run_line_magic('matplotlib', 'inline')"),
        ("!pip install numpy\nx = 1", "system('pip install numpy')"),
        ("files = !ls\nx = 1", "getoutput('ls')"),
        ("x = 1\nx?", "run_line_magic('pinfo', 'x')"),
        ("?x\nx = 1", "run_line_magic('pinfo', 'x')"),
        ("if True:\n    %cd ..\nx = 1", "    get_ipython().run_line_magic('cd', '..')"),
        ("x = 1\n!echo (\n!ls (\n%cd /", "run_line_magic('cd', '/')"),
        ("x = 1\n!echo \"it's\"\n%cd /\ny = 'a'", "run_line_magic('cd', '/')"),
    ],
)
def test_magics_become_calls(source, holds):
    found = python_of(source)
    assert found.problem == ""
    assert holds in found.text
    assert "x" in found.definitions
    assert "no effect" in found.notes[0]


def test_a_cell_magic_of_another_language_binds_nothing():
    found = python_of("%%bash\nx=1\nls")
    assert "run_cell_magic('bash'" in found.text
    assert not found.definitions


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%prun -l 5", "\n%%time\n%%capture"])
def test_the_body_of_a_timed_cell_counts(magic):
    found = python_of(f"{magic}\ndef f(x):\n    return x\n")
    assert "f" in found.definitions
    assert "run_cell_magic" not in found.text


def test_a_timed_line_counts():
    found = python_of("%time f = 3\n  \nfor i in [1]:\n    %time g = 4\n")
    assert {"f", "g"} <= found.definitions.keys()


def test_an_indented_cell_and_prompts_are_read_as_jupyter_does():
    assert "f" in python_of("    f = 1\n    g = 2\n").definitions
    assert "f" in python_of(">>> f = 1\n>>> g = 2\n").definitions


@pytest.mark.parametrize(
    "source", ["x = (7\n  %  2)", 's = """\n%cd\n!ls\n"""', "x = 5 if 1 else 2"]
)
def test_python_stays_as_it_is(source):
    found = python_of(source)
    assert found.text == source
    assert found.notes == ()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1\ny = (2", "line 2"),
        ("print 'x'", "line 1"),
        ("x = 1\0", "null byte"),
        ("(" * 100_000, ""),
        ("x = " + "(" * 250 + ")" * 250, ""),
        ("-" * 100_000 + "1", ""),
        ("a" + ".b" * 100_000, ""),
        ("x = " + "9" * 100_000, "digits"),
        ("x = " + "1+" * 90_000 + "1", ""),
        ("x = " + "[" * 199_000, ""),
        ("\n".join(" " * n + "if 1:" for n in range(150)), ""),
        ("%%%%%" * 10, None),
        ("%a\n" * 30_000, "line 1"),
        ("%a\n" + "a.b" * 6_000 + "?", "line 1"),
        ("=======\nx = 1", "line 1"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_bombs_and_mistakes_are_said(source, words):
    start = time.process_time()
    found = python_of(source)
    assert time.process_time() - start < 3
    if words is not None:
        assert found.problem
        assert words in found.problem
        assert len(found.problem) < 400
        assert not found.text


def test_many_magics_take_little_time():
    """IPython's own transformation reads the whole cell again for each of them: seconds."""
    start = time.process_time()
    found = python_of("x = 1\n" * 1500 + "%cd\n" * 900)
    assert found.problem == ""
    assert found.text.count("get_ipython") == 900
    assert time.process_time() - start < 1


def test_warnings_of_students_stay_with_them(recwarn):
    python_of("x = '\\d'\nif x is 3:\n    pass\n")
    assert not recwarn.list


def test_the_lines_of_a_definition():
    source = "import a\n\n@a.b\ndef f(x):\n    return x\n\nf = g = 3\n"
    found = python_of(source).definitions
    assert (found["f"].first, found["f"].last) == (7, 7)
    found = python_of(source.replace("f = g", "g")).definitions
    assert (found["f"].first, found["f"].last) == (3, 5)


special_lines = st.lists(
    st.sampled_from(
        [
            "x = 1",
            "%cd",
            "!ls 'a",
            "y = %who",
            "z?",
            '"""',
            "(",
            "    def f():",
            "%%time",
            "\\",
            "\t",
        ]
    )
    | st.text(max_size=8),
    max_size=12,
)


@given(special_lines.map("\n".join))
@LIMIT
def test_arbitrary_code(source):
    found = python_of(source)
    assert bool(found.problem) != bool(found.text) or not source.strip()
    if not found.problem:
        with contextlib.suppress(SyntaxError):  # "return" outside of a function: found when run
            compile(found.text, "<cell>", "exec", dont_inherit=True)
