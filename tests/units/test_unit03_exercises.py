"""The numbers in the text of unit 03's exercises: those of the first cases, and true."""

import re
from pathlib import Path

import numpy as np
import pytest

from coursekit.exercises import find, in_unit

TEXT = Path(__file__).parents[2] / "sources" / "03_learning_by_gradient" / "exercises.py"


def answer(name, *args, **kwargs):
    return find(name).reference(*args, **kwargs)


def first(name):
    return find(name).make_cases(0)[0]


def section(number):
    """The text of one exercise, up to its code."""
    text = TEXT.read_text(encoding="utf-8")
    return re.split(r"^# ## \d+ · ", text, flags=re.MULTILINE)[number].split("\n# %%\n")[0]


def equations(number):
    """What the text works out, ``1·2 + 3 = 5``: pairs of the sum and its result."""
    found = re.findall(r"([-(\d][-+·/\d.() ]*)= +(-?\d+(?:\.\d+)?)", section(number))
    return [(sum_.strip(), float(result)) for sum_, result in found]


def results(number):
    return [result for _, result in equations(number)]


def test_nine_functions():
    introduction = section(0)
    assert "nine short functions" in introduction and len(in_unit("03")) == 9
    assert [e.name for e in in_unit("03")][-2:] == ["numerical_gradient", "hill_climb"]


@pytest.mark.parametrize(("number", "count"), [(1, 3), (3, 4), (4, 3), (7, 4), (8, 2)])
def test_what_is_worked_out_in_the_text(number, count):
    assert len(equations(number)) == count
    for sum_, result in equations(number):
        assert eval(sum_.replace("·", "*")) == pytest.approx(result), sum_


@pytest.mark.parametrize("exercise", in_unit("03"), ids=lambda e: e.name)
def test_the_worked_example_comes_first(exercise):
    case = exercise.make_cases(0)[0]
    assert case.tiny and case.has_expected


@pytest.mark.parametrize("exercise", in_unit("03"), ids=lambda e: e.name)
def test_layouts_are_tried_on_an_array_with_several_axes(exercise):
    larger = next(c for c in exercise.make_cases(0) if not c.tiny)
    arrays = [v for v in larger.args if isinstance(v, np.ndarray)]
    assert any(a.ndim >= 2 and min(a.shape) > 1 for a in arrays)


def rows_of_table(number):
    rows = [line.strip("# |").split(" | ") for line in section(number).splitlines() if "|" in line]
    return rows[2:]


@pytest.mark.parametrize(("number", "name"), [(1, "sigmoid_backward"), (2, "relu_backward")])
def test_tables_of_slopes(number, name):
    dout, kept = first(name).args
    rows = rows_of_table(number)
    assert len(rows) == len(dout)
    for row, d, value, dx in zip(rows, dout, kept, first(name).expected, strict=True):
        shown = [float(cell.replace("−", "-")) for cell in (row[0], row[1], row[3])]
        assert shown == [d, value, dx]
        slope = float(row[2].split("=")[-1])
        assert slope * d == pytest.approx(dx)


def test_layer_of_neurons():
    text = section(3)
    x, w, b = first("linear_forward").args
    assert "x = 1 2  0      w = 1 0  2      b = 10 20\n#     0 1 -1          3 1 -1\n" in text
    assert (x.tolist(), w.tolist()) == ([[1, 2, 0], [0, 1, -1]], [[1, 0, 2], [3, 1, -1]])
    assert b.tolist() == [10, 20]
    out = np.array(first("linear_forward").expected)
    shown = re.findall(r"out\[(\d), (\d)\] = .*= +(\d+)", text)
    assert len(shown) == 4
    for i, j, value in shown:
        assert out[int(i), int(j)] == float(value)
    assert re.search(r"out = 11 25\n# .* {6,}8 22\n", text)
    assert out.tolist() == [[11, 25], [8, 22]]


def test_back_through_a_layer_of_neurons():
    text = section(4)
    dout, x, w = first("linear_backward").args
    assert dout.tolist() == [[1, 2], [3, -1]]
    assert (x.tolist(), w.tolist()) == tuple(
        a.tolist() for a in first("linear_forward").args[:2]
    ), "the layer is the one of exercise 3"
    dx, dw, db = first("linear_backward").expected
    drawn = (
        "x = 1 2  0     w = 1 0  2     dout = 1  2\n#     0 1 -1         3 1 -1            3 -1\n"
    )
    for line in (drawn, "dx = 7  2 0     dw = 1 5 -3", "0 -1 7          2 3  1", "db = 4 1"):
        assert line in text
    assert dx == [[7, 2, 0], [0, -1, 7]] and dw == [[1, 5, -3], [2, 3, 1]] and db == [4, 1]
    places = re.findall(r"(dx\[0, 0\]|dw\[0, 1\]|db\[0\]) +=", text)
    assert places == ["dx[0, 0]", "dw[0, 1]", "db[0]"]
    assert results(4) == [dx[0][0], dw[0][1], db[0]]


def test_softmax_of_logarithms():
    assert "e^s = 1 2 3      p = 1/6 1/3 1/2\n#       3 1 1          0.6 0.2 0.2\n" in section(5)
    (scores,) = first("softmax").args
    assert np.allclose(np.exp(scores), [[1, 2, 3], [3, 1, 1]])
    assert np.allclose(first("softmax").expected, [[1 / 6, 1 / 3, 1 / 2], [0.6, 0.2, 0.2]])
    assert np.allclose(answer("softmax", np.array([[1000.0] * 2, [-1000.0] * 2])), 0.5)
    assert np.exp(-1000.0) == 0
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(1000.0))


def test_cross_entropy_of_logarithms():
    scores, labels = first("cross_entropy").args
    assert np.allclose(np.exp(scores), [[1, 2, 1], [3, 1, 1]])
    assert labels.tolist() == [1, 2]
    loss, dscores = first("cross_entropy").expected
    assert f"{loss:.4f}" == "1.1513"
    assert loss == pytest.approx((-np.log(0.5) - np.log(0.2)) / 2)
    assert dscores == [[0.125, -0.25, 0.125], [0.3, 0.1, -0.4]]
    for line in (
        "e^s = 1 2 1    p = 0.25 0.5 0.25    dscores = 0.125 -0.25 0.125",
        "      3 1 1        0.6  0.2 0.2               0.3    0.1  -0.4",
        "loss = (-log 0.5 - log 0.2) / 2 = 1.1513",
    ):
        assert line in section(6)
    assert np.allclose(answer("softmax", scores), [[0.25, 0.5, 0.25], [0.6, 0.2, 0.2]])


def test_a_small_number_in_the_logarithm_is_no_help():
    loss, _ = answer("cross_entropy", np.array([[1000.0, 0.0]]), np.array([1]))
    assert loss == 1000 and "# has a loss of 1000," in section(6)
    assert "# with `1e-12` the loss would be 27.6." in section(6)
    p = answer("softmax", np.array([[1000.0, 0.0]]))[0, 1]
    assert p == 0 and f"{-np.log(p + 1e-12):.1f}" == "27.6"


def test_one_step_with_momentum():
    case = first("sgd_momentum_step")
    w, dw, v, rate = case.args
    assert (w.tolist(), dw.tolist(), v.tolist()) == ([1, -2], [2, 1], [10, 4])
    assert (rate, case.kwargs) == (0.1, {"momentum": 0.5})
    assert case.expected == ([0.3, -2.3], [7, 3])
    assert "w = 1 -2    dw = 2 1    v = 10 4" in section(7)
    assert results(7) == [*case.expected[1], *case.expected[0]]


def test_measured_slopes():
    case = first("numerical_gradient")
    f, x = case.args[0].make(), case.args[1]
    assert (x.tolist(), case.kwargs) == ([2, 5], {"h": 1.0})
    rows = re.findall(r"\(f\((.+)\) - f\((.+)\)\) / 2 = \((\d+) - (\d+)\) / 2", section(8))
    moved = [[[3, 5], [1, 5]], [[2, 6], [2, 4]]]
    assert [[[int(n) for n in p.split(", ")] for p in row[:2]] for row in rows] == moved
    assert [[float(v) for v in row[2:]] for row in rows] == [
        [f(np.array(place)) for place in places] for places in moved
    ]
    assert results(8) == case.expected
    assert f(np.array([3, 5])) - f(x) == 5, "a step up alone"
    assert "# gives 5 for the first slope, which is 4." in section(8)


def test_an_array_of_whole_numbers_cannot_move():
    x = np.array([3])
    x[0] = x[0] + 0.00001
    assert x[0] == 3


def test_learning_by_trying():
    loss, w, steps = first("hill_climb").args
    f, w = loss.make(), w.copy()
    assert f(w) == 4
    rows = rows_of_table(9)
    assert len(rows) == len(steps)
    for row, step in zip(rows, steps, strict=True):
        pairs = [tuple(map(float, re.findall(r"-?\d", c.replace("−", "-")))) for c in row]
        assert pairs[1] == tuple(step)
        assert pairs[2] == tuple(w + step)
        assert pairs[3] == (f(w + step),)
        assert row[4] == ("yes" if f(w + step) < f(w) else "no")
        w = w + step if row[4] == "yes" else w
        assert pairs[5] == tuple(w)
        assert pairs[6] == (f(w),)
    assert first("hill_climb").expected == ([0, 0], [1, 1, 0])
    assert "So w = (0, 0) and losses = (1, 1, 0) come back." in section(9)
