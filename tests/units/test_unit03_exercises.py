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
    for line in ("x = 1 2  0      w = 1 0  2      b = 10 20", "0 1 -1          3 1 -1"):
        assert line in text
    assert (x.tolist(), w.tolist()) == ([[1, 2, 0], [0, 1, -1]], [[1, 0, 2], [3, 1, -1]])
    assert b.tolist() == [10, 20]
    out = np.array(first("linear_forward").expected)
    shown = re.findall(r"out\[(\d), (\d)\] = .*= +(\d+)", text)
    assert len(shown) == 4
    for i, j, value in shown:
        assert out[int(i), int(j)] == float(value)
    assert "out = 11 25" in text and "8 22" in text


def test_back_through_a_layer_of_neurons():
    text = section(4)
    dout, x, w = first("linear_backward").args
    assert dout.tolist() == [[1, 2], [3, -1]]
    assert (x.tolist(), w.tolist()) == tuple(
        a.tolist() for a in first("linear_forward").args[:2]
    ), "the layer is the one of exercise 3"
    dx, dw, db = first("linear_backward").expected
    for line in ("dx = 7  2 0     dw = 1 5 -3", "0 -1 7          2 3  1", "db = 4 1"):
        assert line in text
    assert dx == [[7, 2, 0], [0, -1, 7]] and dw == [[1, 5, -3], [2, 3, 1]] and db == [4, 1]
    assert (dx[0][0], dw[0][1], db[0]) == (1 * 1 + 2 * 3, 1 * 2 + 3 * 1, 1 + 3)


def test_softmax_of_logarithms():
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
    assert f"{loss:.4f}" == "1.1513" and "= 1.1513" in section(6)
    assert loss == pytest.approx((-np.log(0.5) - np.log(0.2)) / 2)
    assert dscores == [[0.125, -0.25, 0.125], [0.3, 0.1, -0.4]]


def test_a_small_number_in_the_logarithm_is_no_help():
    loss, _ = answer("cross_entropy", np.array([[1000.0, 0.0]]), np.array([1]))
    assert loss == 1000
    p = answer("softmax", np.array([[1000.0, 0.0]]))[0, 1]
    assert p == 0 and f"{-np.log(p + 1e-12):.1f}" == "27.6"


def test_one_step_with_momentum():
    case = first("sgd_momentum_step")
    w, dw, v, rate = case.args
    assert (w.tolist(), dw.tolist(), v.tolist()) == ([1, -2], [2, 1], [10, 4])
    assert (rate, case.kwargs) == (0.1, {"momentum": 0.5})
    assert case.expected == ([0.3, -2.3], [7, 3])
    assert "w = 1 -2    dw = 2 1    v = 10 4" in section(7)


def test_measured_slopes():
    case = first("numerical_gradient")
    f, x = case.args[0].make(), case.args[1]
    assert (x.tolist(), case.kwargs) == ([2, 5], {"h": 1.0})
    values = [f(np.array(place)) for place in ((3, 5), (1, 5), (2, 6), (2, 4))]
    assert values == [24, 16, 22, 16]
    assert f(np.array([3, 5])) - f(x) == 5, "a step up alone"


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
