"""Loops = readable layer = PyTorch, over a grid of shapes; the adjoint; what is refused."""

import numpy as np
import pytest

from coursekit.numpy_nn import (
    Conv2d,
    PartialConv2d,
    check_gradients,
    conv2d_backward,
    conv2d_backward_loops,
    conv2d_forward,
    conv2d_forward_loops,
)
from coursekit.numpy_nn.layout import nchw, rows_first
from coursekit.numpy_nn.products import product

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
functional = torch.nn.functional

TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
# N, C, H, W, F, kernel, stride, padding, dilation, groups
GRID = {
    "plain": (2, 1, 6, 6, 3, (3, 3), 1, 0, 1, 1),
    "batch of 1": (1, 2, 5, 5, 3, (3, 3), 1, 0, 1, 1),
    "one pixel out": (3, 2, 5, 4, 2, (5, 4), 1, 0, 1, 1),
    "1×1 kernel": (2, 3, 4, 5, 2, (1, 1), 1, 0, 1, 1),
    "not square": (2, 3, 5, 8, 4, (3, 2), 1, 0, 1, 1),
    "even kernel": (2, 2, 6, 7, 3, (4, 4), 1, 0, 1, 1),
    "stride 2": (2, 2, 7, 7, 3, (3, 3), 2, 0, 1, 1),
    "stride 2, pixels over": (2, 2, 8, 8, 3, (3, 3), 2, 0, 1, 1),
    "stride beyond the kernel": (2, 2, 9, 8, 3, (2, 2), 3, 0, 1, 1),
    "two strides": (2, 2, 7, 9, 3, (3, 3), (1, 3), 0, 1, 1),
    "padding": (2, 2, 5, 6, 3, (3, 3), 1, 1, 1, 1),
    "two paddings": (2, 2, 4, 6, 3, (5, 3), 1, (2, 0), 1, 1),
    "padding wider than the kernel": (2, 2, 3, 3, 2, (2, 2), 1, 2, 1, 1),
    "dilation": (2, 2, 8, 8, 3, (3, 3), 1, 0, 2, 1),
    "two dilations": (2, 2, 8, 9, 3, (2, 3), 1, 0, (3, 2), 1),
    "groups": (2, 4, 6, 6, 6, (3, 3), 1, 0, 1, 2),
    "depthwise": (2, 3, 6, 5, 6, (3, 3), 1, 1, 1, 3),
    "everything": (3, 4, 9, 10, 6, (3, 2), (2, 3), (2, 1), (2, 3), 2),
}


def example(case, dtype, seed=0):
    n, c, h, w, f, kernel, stride, padding, dilation, groups = case
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, c, h, w)).astype(dtype)
    k = rng.standard_normal((f, c // groups, *kernel)).astype(dtype)
    b = rng.standard_normal(f).astype(dtype)
    return x, k, b, {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def pytorch(x, w, b, dout, options):
    tensors = [torch.tensor(np.ascontiguousarray(a), requires_grad=True) for a in (x, w, b)]
    y = functional.conv2d(*tensors, **options)
    y.backward(torch.tensor(dout))
    return [y.detach().numpy(), *(t.grad.numpy() for t in tensors)]


def assert_close(got, expected, dtype):
    for name, a, b in zip(("y", "dx", "dw", "db"), got, expected, strict=True):
        assert a.shape == b.shape and a.dtype == dtype, name
        scale = max(1, np.abs(b).max())
        np.testing.assert_allclose(a / scale, b / scale, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", GRID.values(), ids=GRID)
def test_loops_layer_and_pytorch_agree(case, dtype):
    x, w, b, options = example(case, dtype)
    y, cache = conv2d_forward(x, w, b, **options)
    dout = np.random.default_rng(1).standard_normal(y.shape).astype(dtype)
    ours = [y, *conv2d_backward(dout, cache)]
    loops = [
        conv2d_forward_loops(x, w, b, **options),
        *conv2d_backward_loops(dout, x, w, **options),
    ]
    theirs = pytorch(x, w, b, dout, options)
    assert_close(ours, theirs, dtype)
    assert_close(loops, theirs, dtype)


def test_hand_computed():
    x = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    y, cache = conv2d_forward(x, [[[[1.0, 0], [0, -1]]]], [0.5])
    assert y.tolist() == [[[[-3.5, -3.5], [-3.5, -3.5]]]]
    dx, dw, db = conv2d_backward(np.ones((1, 1, 2, 2)), cache)
    assert dx.tolist() == [[[[1, 1, 0], [1, 0, -1], [0, -1, -1]]]]
    assert dw.tolist() == [[[[12, 16], [24, 28]]]] and db.tolist() == [4]


@pytest.mark.parametrize("seen", ["fortran", "reversed", "every second", "transposed", "read-only"])
def test_inputs_in_any_memory_order(seen):
    x, w, b, options = example(GRID["everything"], "float64")
    views = {
        "fortran": np.asfortranarray(x),
        "reversed": x[::-1, ::-1, ::-1, ::-1][::-1, ::-1, ::-1, ::-1],
        "every second": np.repeat(x, 2, axis=3)[..., ::2],
        "transposed": nchw(rows_first(x)),
        "read-only": x.copy(),
    }
    view = views[seen]
    view.flags.writeable = False
    y, cache = conv2d_forward(view, np.asfortranarray(w), b, **options)
    dout = np.asfortranarray(np.random.default_rng(1).standard_normal(y.shape))
    before = dout.copy()
    assert_close([y, *conv2d_backward(dout, cache)], pytorch(x, w, b, before, options), "float64")
    assert (view == x).all() and (dout == before).all()


@pytest.mark.parametrize("case", GRID.values(), ids=GRID)
def test_backward_is_the_adjoint_of_forward(case):
    x, w, b, options = example(case, "float64")
    y, cache = conv2d_forward(x, w, 0 * b, **options)
    z = np.random.default_rng(2).standard_normal(y.shape)
    dx, dw, _ = conv2d_backward(z, cache)
    assert np.vdot(y, z) == pytest.approx(np.vdot(x, dx)) == pytest.approx(np.vdot(w, dw))


@pytest.mark.parametrize(
    "layer",
    [
        Conv2d(2, 3, 3, rng=0, dtype=np.float64),
        Conv2d(2, 4, (2, 3), stride=2, padding=1, dilation=2, groups=2, rng=0, dtype=np.float64),
        PartialConv2d(2, [[0], [1], [0, 1]], 3, rng=0, dtype=np.float64),
    ],
    ids=repr,
)
def test_gradient_check(layer):
    x = np.random.default_rng(3).standard_normal((2, 2, 5, 6))
    errors = check_gradients(layer, x)
    assert errors.keys() == {"x", "w", "b"} and max(errors.values()) < 1e-7
    expected = dict(layer.grads)
    layer.forward(x)
    layer.backward(np.random.default_rng(0).standard_normal((2, *layer.output_shape((2, 5, 6)))))
    expected = dict(layer.grads)
    layer.forward(x)
    layer.gradients(np.random.default_rng(0).standard_normal((2, *layer.output_shape((2, 5, 6)))))
    assert all((layer.grads[name] == expected[name]).all() for name in expected)


def test_large_products_are_taken_in_blocks():
    rng = np.random.default_rng(0)
    k, x = rng.standard_normal((20, 150)), rng.standard_normal((2, 150, 600))
    np.testing.assert_allclose(product(k, x), k @ x, atol=1e-12)
    x = rng.standard_normal((1, 150, 601))  # a prime number of columns cannot be split
    np.testing.assert_allclose(product(k, x), k @ x, atol=1e-12)


def test_the_rows_of_an_undilated_convolution_are_not_copied():
    x, w, b, _ = example(GRID["not square"], "float64")
    windows = conv2d_forward(x, w, b)[1][0][0]
    assert windows.strides[0] < windows.shape[1] * windows.strides[1]


def test_a_partial_convolution_is_a_full_one_with_zeros():
    table = [[0, 2], [1], [0, 1, 2]]
    layer = PartialConv2d(3, table, 3, rng=0)
    dense = layer.dense()
    assert layer.params["w"].shape == (6, 3, 3) and layer.parameter_count() == 6 * 9 + 3
    assert not dense[0, 1].any() and not dense[1, [0, 2]].any() and dense[2].all()
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 5)).astype(np.float32)
    y, _ = conv2d_forward(x, dense, layer.params["b"])
    assert (layer.forward(x) == y).all()


def test_repr_and_output_shape():
    layer = Conv2d(4, 6, (5, 3), stride=2, padding=(2, 1), dilation=2, groups=2)
    assert repr(layer) == ("Conv2d(4 → 6, 5×3, stride 2, padding 2×1, dilation 2, groups 2)")
    x = np.zeros((1, 4, 12, 11))
    assert layer.forward(x).shape[1:] == layer.output_shape((4, 12, 11))
    assert layer.forward(x).dtype == np.float32


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((3, 5, 5))}, ValueError, r"x \(N, C, H, W\) must have 4 axes"),
        ({"x": np.zeros((2, 3, 5, 5))}, ValueError, "do not fit"),
        ({"b": np.zeros(2)}, ValueError, "do not fit"),
        ({"groups": 2}, ValueError, "do not fit"),
        ({"x": np.zeros((2, 2, 2, 2))}, ValueError, "does not fit into"),
        ({"stride": 0}, ValueError, "stride must be at least 1"),
        ({"padding": 1.5}, TypeError, "padding must be an integer"),
        ({"x": np.zeros((2, 2, 5, 5), complex)}, TypeError, "real numbers"),
    ],
)
def test_bad_arguments(change, error, message):
    arguments = {"x": np.zeros((2, 2, 5, 5)), "w": np.zeros((3, 2, 3, 3)), "b": np.zeros(3)}
    with pytest.raises(error, match=message):
        conv2d_forward(**arguments | change)


def test_bad_layers():
    with pytest.raises(ValueError, match="must divide"):
        Conv2d(3, 4, 3, groups=2)
    with pytest.raises(ValueError, match="float32 or float64"):
        Conv2d(3, 4, 3, dtype=np.float16)
    with pytest.raises(ValueError, match="init must be one of"):
        Conv2d(3, 4, 3, init="zeros")
    with pytest.raises(ValueError, match=r"table\[1\]"):
        PartialConv2d(3, [[0], [3]], 3)
    with pytest.raises(RuntimeError, match=r"call forward\(x\) before"):
        Conv2d(1, 1, 1).backward(np.zeros((1, 1, 1, 1)))
    with pytest.raises(ValueError, match="needs"):
        Conv2d(3, 4, 3).output_shape((2, 5, 5))
