"""Unit 04's exercises: the numbers in their text, and answers as strangers write them."""

import re
from pathlib import Path

import numpy as np
import pytest

from coursekit import numpy_nn
from coursekit.checking.ladder import climb
from coursekit.exercises import find, in_unit
from coursekit.exercises.problems import UnfitAnswer
from coursekit.exercises.script import equal
from coursekit.exercises.unit04._networks import TwoLayerNetwork
from coursekit.numpy_nn import (
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    numerical_gradient,
    softmax_cross_entropy,
)

TEXT = Path(__file__).parents[2] / "sources" / "04_lenet_in_numpy" / "exercises.py"


def answer(name, *args, **kwargs):
    return find(name).reference(*args, **kwargs)


def tiny(name, number=0):
    return find(name).make_cases(0)[number]


def section(number):
    """The text of one exercise, up to its code."""
    text = TEXT.read_text(encoding="utf-8")
    return re.split(r"^# ## \d+ · ", text, flags=re.MULTILINE)[number].split("\n# %%\n")[0]


def pictures(number):
    """All numbers in the drawings of a section, drawing by drawing."""
    drawn = re.findall(r"```text\n(.*?)```", section(number), flags=re.DOTALL)
    return [[int(n) for n in re.findall(r"(?<![.\w])-?\d+(?![.\w])", one)] for one in drawn]


@pytest.mark.parametrize("exercise", in_unit("04"), ids=lambda e: e.name)
def test_a_small_case_comes_first_and_layouts_are_tried_on_a_larger_one(exercise):
    cases = exercise.make_cases(0)
    assert cases[0].tiny and cases[0].has_expected
    larger = next(c for c in cases if not c.tiny)
    arrays = [v for v in (*larger.args, *larger.kwargs.values()) if isinstance(v, np.ndarray)]
    assert any(a.ndim == 4 for a in arrays)


# The worked examples in the text


def rows(*arrays):
    """The numbers of a drawing with these arrays side by side."""
    height = max(len(a) for a in arrays)
    return [int(v) for i in range(height) for a in arrays if i < len(a) for v in a[i]]


def test_windows_as_columns():
    one, two = (tiny("im2col", k) for k in (0, 1))
    out = np.array(one.expected[0])
    # The names of the four rows stand between the two arrays; they hold no numbers.
    drawn = [*out[0], *one.args[0][0, 0, 0], *out[1], *one.args[0][0, 0, 1], *out[2]]
    assert pictures(1)[0] == [*map(int, drawn), *map(int, one.args[0][0, 0, 2]), *out[3]]
    assert out[:, 1].tolist() == [2, 3, 6, 7]
    left, right = two.args[0][0]
    assert pictures(1)[1] == rows(left, right, two.expected[0])


def test_a_layer_forwards():
    one, two = (tiny("conv2d_forward", k) for k in (0, 1))
    x, w, b = one.args
    without = answer("conv2d_forward", x, w, 0 * b)[0, 0]
    assert without.tolist() == [[0, 1], [8, 0]] and b.tolist() == [3]
    assert one.expected == [[[[3, 4], [11, 3]]]]
    assert pictures(2)[0] == [1, 2, 0, 0, 1, 3, 4, 0, 1, 3, 1, 0, 8, 0, 11, 3, 4, 0, 1, 2, -1]
    assert "(1, 10) and (0, −1), with the\n# biases 0 and 100" in section(2)
    x, w, b = two.args
    assert w.reshape(2, 2).tolist() == [[1, 10], [0, -1]] and b.tolist() == [0, 100]
    for line in ("# 1 2    5 6     51 62        95 94 ", "# 3 4    7 8     73 84        93 92 "):
        assert line in section(2)
    assert two.expected == [[[[51, 62], [73, 84]], [[95, 94], [93, 92]]]]


def test_a_layer_backwards():
    dout, x, w = tiny("conv2d_backward").args
    dx, dw, db = tiny("conv2d_backward").expected
    drawn = [[*x[0, 0, 0], *w[0, 0, 0], *dout[0, 0, 0], *dx[0, 0, 0], *dw[0, 0, 0], *db]]
    drawn += [[*x[0, 0, 1], *w[0, 0, 1], *dout[0, 0, 1], *dx[0, 0, 1], *dw[0, 0, 1]]]
    drawn += [[*x[0, 0, 2], *dx[0, 0, 2]]]
    assert pictures(3)[2] == [int(v) for row in drawn for v in row]
    # The table: what each place adds.
    assert dout.ravel().tolist() == [1, 0, -1, 2]
    assert [1 * x[0, 0, 0, 1], -1 * x[0, 0, 1, 1], 2 * x[0, 0, 1, 2]] == [2, -1, 6]
    assert dw[0, 0, 0, 1] == 7 and dx[0, 0, 1, 1] == 1 * -1 + -1 * 0 + 2 * 1 and db[0] == 2


@pytest.mark.parametrize(("number", "name"), [(4, "max_pool2d_forward"), (6, "average_pool2d")])
def test_pooling(number, name):
    case = tiny(name)
    text = section(number)
    for line in case.args[0][0, 0].astype(int):
        left, right = (" ".join(f"{v:2d}" for v in half) for half in (line[:2], line[2:]))
        assert f"# {left} | {right}" in text
    shown = [
        [float(n) for n in re.findall(r"-?\d+\.?\d*", line[16:])] for line in text.splitlines()
    ]
    assert case.expected[0][0][0] in shown and case.expected[0][0][1] in shown


def test_pooling_backwards():
    cases = {c.name: c for c in find("max_pool2d_backward").make_cases(0)}
    dout, x = cases["a 4×4 map, 2×2 windows"].args
    dx = np.array(cases["a 4×4 map, 2×2 windows"].expected)[0, 0]
    x, dout = x[0, 0], dout[0, 0]
    drawn = [*x[0], *dx[0], *x[1], *dout[0], *dx[1], *x[2], *dout[1], *dx[2], *x[3], *dx[3]]
    assert pictures(5)[0] == [int(v) for v in drawn]
    tie = cases["a window with three equal winners"]
    (x,), (dout,) = tie.args[1][0], tie.args[0][0]
    assert pictures(5)[1] == [int(v) for v in (*x[0], *dout[0], 0, 5, *x[1], 0, 0)]
    assert tie.expected == [[[[0, 5], [0, 0]]]]


def test_the_table_of_lenet():
    net = numpy_nn.modified_lenet(28, 10)
    learned = [layer.parameter_count() for layer in net.layers if layer.params]
    table = [line for line in section(7).splitlines() if line.startswith("# | ")]
    counts = [
        int(n.replace(",", "")) for n in re.findall(r"\| ([\d,]+) \|$", "\n".join(table), re.M)
    ]
    assert counts == [*learned, net.parameter_count()]
    assert sum(learned) == tiny("LeNet", 1).expected[1] == 44426
    shapes = {"×".join(map(str, shape)) for shape in net.shapes((1, 28, 28))}
    for line in table[2:-1]:
        assert line.split(" | ")[2] in shapes


def test_the_reference_is_the_modified_lenet():
    rng = np.random.default_rng(0)
    own, course = find("LeNet").reference(20, 4), numpy_nn.modified_lenet(20, 4, dtype=np.float64)
    for mine, theirs in zip(own.parameters(), course.params.values(), strict=True):
        theirs[...] = mine
    x, d = rng.standard_normal((3, 1, 20, 20)), rng.standard_normal((3, 4))
    assert np.allclose(own.forward(x), course.forward(x))
    assert np.allclose(own.backward(d), course.backward(d))
    assert equal(own.gradients(), list(course.grads.values()))


def test_an_epoch_by_hand():
    first, second = (tiny("train_epoch", k) for k in (0, 1))
    assert first.args[3].tolist() == [1, 0] and first.args[4] == 1
    assert first.args[5] == pytest.approx(np.log(3) / 2)
    w = b = np.zeros(2)
    losses = []
    for label in (1, 0):
        loss, d = softmax_cross_entropy([w + b], [label])
        w, b = w - first.args[5] * d[0], b - first.args[5] * d[0]
        losses.append(loss)
        wanted = {1: [-1 / 4, 1 / 4], 0: [1 / 8, -1 / 8]}[label]
        assert w / np.log(3) == pytest.approx(wanted)
    assert losses == pytest.approx(np.log([2, 4])) and np.mean(losses) == pytest.approx(
        1.04, abs=1e-3
    )
    assert dict(zip(first.expected.names, first.expected, strict=True))[
        "w"
    ].ravel() == pytest.approx(w)
    assert second.expected[0] == pytest.approx(0.92, abs=5e-3)
    assert "(ln 2 + ln 4) / 2 = 1.04" in section(8)
    assert "(2 ln 2 + ln 4) / 3 = 0.92" in section(8)


# What the engine was given for this unit


def test_two_layer_network_finds_its_gradients():
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(s) for s in ((4, 6), 4, (3, 4), 3)]
    x, labels = rng.standard_normal((5, 1, 2, 3)), np.array([0, 1, 2, 1, 0])
    network = TwoLayerNetwork(*arrays)
    with pytest.raises(RuntimeError, match="backward"):
        network.gradients()
    network.backward(softmax_cross_entropy(network.forward(x), labels)[1])
    for i, found in enumerate(network.gradients()):

        def loss(array, i=i):
            other = TwoLayerNetwork(*arrays[:i], array, *arrays[i + 1 :])
            return softmax_cross_entropy(other.forward(x), labels)[0]

        assert np.allclose(found, numerical_gradient(loss, arrays[i]), atol=1e-7)
    assert network.parameters() is not network.parameters()
    network.parameters()[0][:] = 0
    assert not network.state()["w1"].any() and arrays[0].any()


def test_equal_lists_of_arrays():
    a = [np.arange(3.0), np.ones((2, 2))]
    assert equal(a, [v.astype(np.float32) for v in a])
    assert not equal(a, a[:1]) and not equal(a, a[::-1]) and not equal(a, [a[0] + 1e-4, a[1]])
    with pytest.raises(UnfitAnswer):
        equal(a, {"w": a[0]})


# Answers as strangers write them: what the check says, word by word, is in the exercise's file.


def _pad(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))


def _cuts(x, f_h, f_w, stride):
    """Windows of all images and channels, place by place."""
    h_out, w_out = (x.shape[2] - f_h) // stride + 1, (x.shape[3] - f_w) // stride + 1
    for i, j in np.ndindex(h_out, w_out):
        yield i, j, x[:, :, i * stride : i * stride + f_h, j * stride : j * stride + f_w]


def _stacked_on_axis_1(x, f_h, f_w, stride=1, padding=0):
    found = _cuts(_pad(x, padding), f_h, f_w, stride)
    return np.stack([window.reshape(len(x), -1) for _, _, window in found], axis=1)


def _counter_runs_on(x, f_h, f_w, stride=1, padding=0):
    x = _pad(x, padding)
    places = list(_cuts(x, f_h, f_w, stride))
    out, column = np.zeros((len(x), x.shape[1] * f_h * f_w, len(places))), 0
    for n in range(len(x)):
        for _, _, window in places:
            out[n, :, column] = window[n].ravel()
            column += 1
    return out


def _fortran_ravel(x, f_h, f_w, stride=1, padding=0):
    found = _cuts(_pad(x, padding), f_h, f_w, stride)
    return np.stack(
        [np.array([v.ravel(order="F") for v in window]) for _, _, window in found], axis=-1
    )


def _cs231n_layout(x, f_h, f_w, stride=1, padding=0):
    found = [w.reshape(len(x), -1) for _, _, w in _cuts(_pad(x, padding), f_h, f_w, stride)]
    return np.stack(found, axis=-1).transpose(1, 2, 0).reshape(found[0].shape[1], -1)


def _conv(x, w, b, stride, padding, number):
    x = _pad(x, padding)
    h_out, w_out = ((x.shape[k] - w.shape[k]) // stride + 1 for k in (2, 3))
    out = np.zeros((len(x), len(w), h_out, w_out))
    for i, j, window in _cuts(x, *w.shape[2:], stride):
        for n, f in np.ndindex(len(x), len(w)):
            out[n, f, i, j] = number(window[n], w[f], b[f])
    return out


def _bias_for_each_pixel(x, w, b, stride=1, padding=0):
    return _conv(
        x,
        w,
        b,
        stride,
        padding,
        lambda v, k, c: sum(v[:, i, j] @ k[:, i, j] + c for i, j in np.ndindex(k.shape[1:])),
    )


def _sums_the_batch(x, w, b, stride=1, padding=0):
    x = _pad(x, padding)
    h_out, w_out = ((x.shape[k] - w.shape[k]) // stride + 1 for k in (2, 3))
    out = np.zeros((len(x), len(w), h_out, w_out))
    for i, j, window in _cuts(x, *w.shape[2:], stride):
        for f in range(len(w)):
            out[:, f, i, j] = np.sum(window * w[f]) + b[f]
    return out


def _adds_b_to_the_places(x, w, b, stride=1, padding=0):
    columns = answer("im2col", x, *w.shape[2:], stride, padding)
    h_out, w_out = ((x.shape[k] + 2 * padding - w.shape[k]) // stride + 1 for k in (2, 3))
    return (w.reshape(len(w), -1) @ columns + b).reshape(len(x), len(w), h_out, w_out)


def _in_whole_numbers(x, w, b, stride=1, padding=0):
    return _conv(x, w, b, stride, padding, lambda v, k, c: (v * k).sum() + c).astype(int)


def _backward(dout, x, w, stride, padding, *, minus=False, anew=False, unpadded=False):
    wide, shape = _pad(x, padding), x.shape
    dx, dw, db = np.zeros_like(wide), np.zeros_like(w), np.zeros(len(w))
    for n in range(len(x)):
        if anew:
            dw, db = np.zeros_like(w), np.zeros(len(w))
        for f, i, j in np.ndindex(dout.shape[1:]):
            at = (
                n,
                slice(None),
                slice(i * stride, i * stride + w.shape[2]),
                slice(j * stride, j * stride + w.shape[3]),
            )
            dx[at] += dout[n, f, i, j] * w[f]
            dw[f] += dout[n, f, i, j] * (x if unpadded else wide)[at]
            db[f] += dout[n, f, i, j]
    if minus:
        return dx[:, :, padding:-padding, padding:-padding], dw, db
    return dx[:, :, padding : padding + shape[2], padding : padding + shape[3]], dw, db


def _cuts_with_minus(dout, x, w, stride=1, padding=0):
    return _backward(dout, x, w, stride, padding, minus=True)


def _sets_dw_to_0_for_each_image(dout, x, w, stride=1, padding=0):
    return _backward(dout, x, w, stride, padding, anew=True)


def _forgets_to_pad_x(dout, x, w, stride=1, padding=0):
    return _backward(dout, x, w, stride, padding, unpadded=True)


def _scipy_correlates_twice(dout, x, w, stride=1, padding=0):
    from scipy.signal import correlate2d

    wide, (_, dw, db) = _pad(x, padding), _backward(dout, x, w, stride, padding)
    spread = np.zeros((*dout.shape[:2], *(wide.shape[k] - w.shape[k] + 1 for k in (2, 3))))
    spread[:, :, ::stride, ::stride] = dout
    dx = np.zeros_like(wide)
    for n, f, c in np.ndindex(len(x), *w.shape[:2]):
        dx[n, c] += correlate2d(spread[n, f], w[f, c], "full")
    return dx[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]], dw, db


def _means_over_the_batch(dout, x, w, stride=1, padding=0):
    dx, dw, db = _backward(dout, x, w, stride, padding)
    return dx, dw / dout.shape[0], db / dout.shape[0]


def _pools_from_0(x, size=2, stride=2):
    out = np.zeros((*x.shape[:2], *((n - size) // stride + 1 for n in x.shape[2:])))
    for n, c, i, j in np.ndindex(out.shape):
        best = 0
        for u, v in np.ndindex(size, size):
            best = max(best, x[n, c, i * stride + u, j * stride + v])
        out[n, c, i, j] = best
    return out


def _ranges_to_the_edge(x, size=2, stride=2):
    return [
        [
            [
                [grid[i : i + size, j : j + size].max() for j in range(0, x.shape[3], stride)]
                for i in range(0, x.shape[2], stride)
            ]
            for grid in image
        ]
        for image in x
    ]


def _splits_both_axes(x, size=2, stride=2):
    h, w = (n // size for n in x.shape[2:])
    x = x[:, :, : h * size, : w * size]
    return x.reshape(*x.shape[:2], h, size, w, size).max(axis=(3, 5))


def _masks(dout, x, size=2, stride=2):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        at = n, c, slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
        dx[at] += (x[at] == x[at].max()) * dout[n, c, i, j]
    return dx


def _index_arrays(dout, x, size=2, stride=2):
    found = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    k = found[:, :, ::stride, ::stride].reshape(*dout.shape, -1).argmax(axis=-1)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros(x.shape)
    dx[n, c, i * stride + k // size, j * stride + k % size] += dout
    return dx


def _or_equal(dout, x, size=2, stride=2):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        best, at = -np.inf, (0, 0)
        for u, v in np.ndindex(size, size):
            if x[n, c, i * stride + u, j * stride + v] >= best:
                best, at = x[n, c, i * stride + u, j * stride + v], (u, v)
        dx[n, c, i * stride + at[0], j * stride + at[1]] += dout[n, c, i, j]
    return dx


def _adds_bytes(x, size=2, stride=2):
    h_out, w_out = ((n - size) // stride + 1 for n in x.shape[2:])
    total = 0
    for u, v in np.ndindex(size, size):
        total = total + x[:, :, u::stride, v::stride][:, :, :h_out, :w_out]
    return total / size**2


def _no_parentheses(x, size=2, stride=2):
    found = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return found[:, :, ::stride, ::stride].sum(axis=(-2, -1)) / size * size


class _LeNet:
    """As most students write it, in single precision."""

    def __init__(self, size=28, classes=10, seed=0):
        rng = np.random.default_rng(seed)
        side = ((size - 4) // 2 - 4) // 2
        self.layers = [
            *(Conv2d(1, 6, 5, rng=rng), ReLU(), MaxPool2d(2)),
            *(Conv2d(6, 16, 5, rng=rng), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(16 * side * side, 120, rng=rng), ReLU()),
            *(Linear(120, 84, rng=rng), ReLU(), Linear(84, classes, rng=rng)),
        ]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dscores):
        for layer in reversed(self.layers):
            dscores = layer.backward(dscores)
        return dscores

    def parameters(self):
        return [layer.params[k] for layer in self.layers if layer.params for k in "wb"]

    def gradients(self):
        return [layer.grads[k] for layer in self.layers if layer.params for k in "wb"]


class _Converts(_LeNet):
    def parameters(self):
        return [p.astype(float) for p in super().parameters()]


class _OneReLU(_LeNet):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, seed)
        relu = ReLU()
        self.layers = [relu if isinstance(a, ReLU) else a for a in self.layers]


class _Forwards(_LeNet):
    def backward(self, dscores):
        for layer in self.layers:
            dscores = layer.backward(dscores)
        return dscores


class _DrawsAnew(_LeNet):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, None)


class _AllZero(_LeNet):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, seed)
        for p in self.parameters():
            p[...] = 0


class _Dictionary(_LeNet):
    def parameters(self):
        return {f"w{i}": p for i, p in enumerate(super().parameters())}


class _WrongInputs(_LeNet):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, seed)
        self.layers[7] = Linear(size * size // 3, 120, rng=seed)


def _epoch(network, images, labels, batches, rate, move):
    losses = []
    for batch in batches:
        loss, dscores = softmax_cross_entropy(network.forward(images[batch]), labels[batch])
        network.backward(dscores)
        move(network.parameters(), network.gradients(), rate)
        losses.append(loss)
    return losses


def _in_place(parameters, gradients, rate):
    for p, g in zip(parameters, gradients, strict=True):
        p -= rate * g


def _in_the_list(parameters, gradients, rate):
    for i, g in enumerate(gradients):
        parameters[i] = parameters[i] - rate * g


def _pieces(order, size):
    return [order[i : i + size] for i in range(0, len(order), size)]


def _changes_the_list(network, images, labels, order, batch_size, learning_rate):
    batches = _pieces(order, batch_size)
    losses = _epoch(network, images, labels, batches, learning_rate, _in_the_list)
    return sum(a * len(b) for a, b in zip(losses, batches, strict=True)) / len(images)


def _whole_batches(network, images, labels, order, batch_size, learning_rate):
    count = len(images) // batch_size
    batches = [order[k * batch_size : (k + 1) * batch_size] for k in range(count)]
    losses = _epoch(network, images, labels, batches, learning_rate, _in_place)
    return float(np.mean(losses)) if losses else 0.0


def _plain_mean(network, images, labels, order, batch_size, learning_rate):
    batches = _pieces(order, batch_size)
    return np.mean(_epoch(network, images, labels, batches, learning_rate, _in_place))


def _labels_as_they_come(network, images, labels, order, batch_size, learning_rate):
    batches = _pieces(np.arange(len(order)), batch_size)
    losses = _epoch(network, images[order], labels, batches, learning_rate, _in_place)
    return sum(a * len(b) for a, b in zip(losses, batches, strict=True)) / len(images)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("im2col", _stacked_on_axis_1, "swap the last two axes"),
        ("im2col", _counter_runs_on, "The column counter runs on"),
        ("im2col", _fortran_ravel, "reads the window with its channels fastest"),
        ("im2col", _cs231n_layout, "Keep N as the first axis"),
        ("conv2d_forward", _bias_for_each_pixel, "once for each number of the kernel"),
        ("conv2d_forward", _sums_the_batch, "adds up the whole batch"),
        ("conv2d_forward", _adds_b_to_the_places, "`+ b[:, None]`"),
        ("conv2d_forward", _in_whole_numbers, "cut to whole numbers"),
        ("conv2d_backward", _cuts_with_minus, "is empty when padding is 0"),
        ("conv2d_backward", _sets_dw_to_0_for_each_image, "before the loop over the images"),
        ("conv2d_backward", _forgets_to_pad_x, "pad x here too"),
        ("conv2d_backward", _scipy_correlates_twice, "then that one is flipped"),
        ("conv2d_backward", _means_over_the_batch, "the 1/N of the loss is in dout already"),
        ("max_pool2d_forward", _pools_from_0, "Do not start the maximum from 0"),
        ("max_pool2d_forward", _ranges_to_the_edge, "up to the picture's edge"),
        ("max_pool2d_forward", _splits_both_axes, "`stride` is ignored"),
        ("max_pool2d_backward", _masks, "Every winner of a tie"),
        ("max_pool2d_backward", _index_arrays, "np.add.at"),
        ("max_pool2d_backward", _or_equal, "`>`, not `>=`"),
        ("average_pool2d", _adds_bytes, "wrap round at 256"),
        ("average_pool2d", _no_parentheses, "not divided"),
        ("LeNet", _Converts, "gives copies"),
        ("LeNet", _OneReLU, "make a new `ReLU()` for each place"),
        ("LeNet", _Forwards, "from the first to the last"),
        ("LeNet", _DrawsAnew, "begin with different weights"),
        ("LeNet", _AllZero, "never learn"),
        ("LeNet", _Dictionary, "a dict came back"),
        ("LeNet", _WrongInputs, "`parameters()[4]` should have shape (120, 16)"),
        ("train_epoch", _changes_the_list, "in place"),
        ("train_epoch", _whole_batches, "a slice ends by itself"),
        ("train_epoch", _plain_mean, "count too much"),
        ("train_epoch", _labels_as_they_come, "`labels[batch]`"),
    ],
)
def test_strangers_mistakes_are_named(name, wrong, words):
    result = climb(find(name), wrong)
    assert not result.passed and words in result.message + result.diagnosis


def _kept_integers(x, f_h, f_w, stride=1, padding=0):
    found = list(_cuts(_pad(x, padding), f_h, f_w, stride))
    return np.stack([window.reshape(len(x), -1) for _, _, window in found], axis=-1)


def _one_window_at_a_time(x, w, b, stride=1, padding=0):
    return _conv(x, w, b, stride, padding, lambda v, k, c: np.vdot(v, k) + c)


def _four_loops(dout, x, w, stride=1, padding=0):
    return list(_backward(dout, x, w, stride, padding))


def _list_of_maps(x, size=2, stride=2):
    return np.stack([w.max(axis=(2, 3)) for _, _, w in _cuts(x, size, size, stride)], -1).reshape(
        *x.shape[:2], *((n - size) // stride + 1 for n in x.shape[2:])
    )


def _first_of_argwhere(dout, x, size=2, stride=2):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        u, v = np.argwhere(window == window.max())[0]
        dx[n, c, i * stride + u, j * stride + v] += dout[n, c, i, j]
    return dx


def _mean_of_means(x, size=2, stride=2):
    found = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return found[:, :, ::stride, ::stride].mean(axis=-1).mean(axis=-1)


def _repeats_losses(network, images, labels, order, batch_size, learning_rate):
    batches = _pieces(order, batch_size)
    losses = _epoch(network, images, labels, batches, learning_rate, _in_place)
    return np.mean([a for a, b in zip(losses, batches, strict=True) for _ in b])


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("im2col", _kept_integers),
        ("conv2d_forward", _one_window_at_a_time),
        ("conv2d_backward", _four_loops),
        ("max_pool2d_forward", _list_of_maps),
        ("max_pool2d_backward", _first_of_argwhere),
        ("average_pool2d", _mean_of_means),
        ("LeNet", _LeNet),
        ("train_epoch", _repeats_losses),
    ],
)
def test_strangers_right_answers_pass(name, right):
    assert climb(find(name), right).passed
