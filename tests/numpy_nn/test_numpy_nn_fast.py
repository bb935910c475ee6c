"""The fast network = the readable one = the loops, over a grid of shapes, ties included."""

import numpy as np
import pytest

from coursekit.numpy_nn import (
    SGD,
    BatchGradient,
    Conv2d,
    MaxPool2d,
    PartialConv2d,
    ReLU,
    Sequential,
    check_gradients,
    conv2d_backward_loops,
    conv2d_forward_loops,
    lenet5,
    load_parameters,
    max_pool2d_backward,
    max_pool2d_forward,
    modified_lenet,
    save_parameters,
    softmax_cross_entropy,
)
from coursekit.numpy_nn.fast import ConvPoolReLU, fast

# N, C, H, W, F, kernel, padding, pool
GRID = {
    "plain": (3, 2, 8, 8, 4, 3, 0, 2),
    "batch of 1": (1, 2, 8, 8, 4, 3, 0, 2),
    "one channel, one kernel, one sample": (1, 1, 6, 6, 1, 3, 0, 2),
    "one pixel out": (2, 3, 4, 4, 2, 3, 0, 2),
    "odd size": (3, 2, 10, 9, 4, 4, 0, 2),
    "two pixels over": (2, 2, 10, 10, 3, 3, 0, 3),
    "not square": (2, 3, 7, 12, 4, (2, 3), 0, (3, 2)),
    "pool of one row": (2, 2, 6, 9, 3, 3, 0, (1, 3)),
    "pool of one pixel": (2, 2, 6, 6, 3, 3, 0, 1),
    "1×1 kernel": (2, 3, 6, 6, 2, 1, 0, 2),
    "padding": (2, 2, 6, 7, 3, 3, 1, 2),
    "two paddings": (2, 2, 5, 6, 3, (5, 3), (2, 0), 2),
    "padding wider than the kernel": (2, 2, 3, 3, 2, 2, 2, 2),
}
STAYS = {
    "overlapping pool": (Conv2d(2, 3, 3), MaxPool2d(3, 2), ReLU()),
    "pool with gaps": (Conv2d(2, 3, 3), MaxPool2d(2, 3), ReLU()),
    "stride": (Conv2d(2, 3, 3, stride=2), MaxPool2d(2), ReLU()),
    "dilation": (Conv2d(2, 3, 3, dilation=2), MaxPool2d(2), ReLU()),
    "groups": (Conv2d(2, 4, 3, groups=2), MaxPool2d(2), ReLU()),
    "partial connections": (PartialConv2d(2, [(0,), (0, 1)], 3), MaxPool2d(2), ReLU()),
    "no ReLU": (Conv2d(2, 3, 3), MaxPool2d(2), MaxPool2d(2)),
    "no pool": (Conv2d(2, 3, 3), ReLU(), Conv2d(3, 2, 3)),
}


def example(case, dtype, *, ties=False, relu_first=False):
    """A readable network, a batch, and a gradient of its output."""
    n, c, h, w, f, kernel, padding, pool = case
    rng = np.random.default_rng(0)
    conv = Conv2d(c, f, kernel, padding=padding, dtype=dtype)
    behind = [MaxPool2d(pool), ReLU()]
    net = Sequential(conv, *(behind[::-1] if relu_first else behind))
    x = rng.standard_normal((n, c, h, w)).astype(dtype)
    for p in net.params.values():
        p[...] = rng.integers(-1, 2, p.shape) if ties else rng.standard_normal(p.shape)
    if ties:
        x = rng.integers(0, 2, x.shape).astype(dtype)
    dout = rng.standard_normal(net.forward(x).shape).astype(dtype)
    return net, x, dout


def results(net, x, dout):
    return {"y": net.forward(x), "dx": net.backward(dout)} | net.grads


def assert_close(got, expected, dtype):
    assert list(got) == list(expected)
    for name, b in expected.items():
        assert got[name].shape == b.shape and got[name].dtype == dtype, name
        atol = (1e-12 if dtype == "float64" else 1e-5) * max(1, np.abs(b).max())
        np.testing.assert_allclose(got[name], b, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("ties", [False, True], ids=["", "ties"])
@pytest.mark.parametrize("relu_first", [False, True], ids=["pool first", "relu first"])
@pytest.mark.parametrize("case", GRID.values(), ids=GRID)
def test_equals_the_readable_layers(case, relu_first, ties, dtype):
    net, x, dout = example(case, dtype, ties=ties, relu_first=relu_first)
    quick = fast(net)
    assert isinstance(quick.layers[0], ConvPoolReLU)
    before = x.copy(), dout.copy()
    assert_close(results(quick, x, dout), results(net, x, dout), dtype)
    assert (x == before[0]).all() and (dout == before[1]).all()
    quick.forward(x)
    quick.gradients(dout)
    net.forward(x)
    net.gradients(dout)
    assert_close(quick.grads, net.grads, dtype)
    assert quick.shapes(x.shape[1:]) == [dout.shape[1:]] * 3


@pytest.mark.parametrize("case", ["plain", "odd size", "two paddings"])
def test_equals_the_loops(case):
    net, x, dout = example(GRID[case], "float64", ties=True)
    w, b = net.params.values()
    padding, pool = GRID[case][-2:]
    conv = conv2d_forward_loops(x, w, b, padding=padding)
    best, cache = max_pool2d_forward(conv, pool)
    d = max_pool2d_backward(dout * (best > 0), cache)
    dx, dw, db = conv2d_backward_loops(d, x, w, padding=padding)
    expected = {"y": np.maximum(best, 0), "dx": dx, "0.w": dw, "0.b": db}
    assert_close(results(fast(net), x, dout), expected, "float64")


def test_a_tie_has_exactly_one_winner():
    net = Sequential(Conv2d(1, 1, 1, dtype=np.float64), MaxPool2d(2), ReLU())
    net.params["0.w"][...], net.params["0.b"][...] = 1, 0.5
    quick = fast(net)
    assert quick.forward(np.zeros((1, 1, 2, 4))).tolist() == [[[[0.5, 0.5]]]]
    assert quick.backward([[[[5.0, 7.0]]]]).tolist() == [[[[5, 0, 7, 0], [0, 0, 0, 0]]]]


@pytest.mark.parametrize("case", ["plain", "not square", "two paddings"])
def test_gradient_check(case):
    net, x, _ = example(GRID[case], "float64")
    assert max(check_gradients(fast(net), x).values()) < 1e-6


@pytest.mark.parametrize("layers", STAYS.values(), ids=STAYS)
def test_what_does_not_fit_stays(layers):
    net = Sequential(*layers)
    quick = fast(net)
    assert [type(layer) for layer in quick.layers] == [type(layer) for layer in layers]
    x = np.random.default_rng(0).standard_normal((2, 2, 12, 12)).astype(np.float32)
    assert (quick.forward(x) == net.forward(x)).all()


def test_parameters_are_shared_and_nothing_else():
    net = modified_lenet(dtype=np.float64)
    quick = fast(net)
    assert list(quick.params) == list(net.params)
    assert all(quick.params[name] is net.params[name] for name in net.params)
    x = np.random.default_rng(0).standard_normal((2, 1, 28, 28))
    net.params["0.w"] += 0.1
    net.params["3.b"] -= 0.1
    y = net.forward(x)
    np.testing.assert_allclose(quick.forward(1 - x)[0], net.forward(1 - x)[0], atol=1e-12)
    assert "0" not in net.grads and y.shape == (2, 10)
    with pytest.raises(RuntimeError, match="call forward"):
        fast(net).backward(y)
    assert "ConvPoolReLU(6 → 16, 5×5; pool 2×2)" in repr(quick)
    assert repr(quick).splitlines()[0] == repr(net).splitlines()[0]


def test_networks_inside_networks():
    inner = Sequential(Conv2d(1, 2, 3, rng=0), MaxPool2d(2), ReLU())
    net = Sequential(inner, Conv2d(2, 2, 2, rng=1))
    quick = fast(net)
    x = np.random.default_rng(0).standard_normal((2, 1, 7, 7)).astype(np.float32)
    dout = net.forward(x)
    assert isinstance(quick.layers[0].layers[0], ConvPoolReLU)
    assert_close(results(quick, x, dout), results(net, x, dout), "float32")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("size", [28, 31])
def test_training_is_the_same(size, dtype):
    """Batches of several sizes, pieces, and threads, through one network after the other."""
    rng = np.random.default_rng(0)
    finals = []
    batches = [(rng.random((n, 1, size, size)).round(1), rng.integers(0, 10, n)) for n in (9, 4, 1)]
    for wrap, threads in ((lambda net: net, 1), (fast, 1), (fast, 2)):
        net = modified_lenet(size, dtype=dtype)
        optimizer = SGD(net.params, 0.01, momentum=0.9)
        with BatchGradient(wrap(net), piece=2, threads=threads) as gradient:
            losses = []
            for x, labels in batches * 2:
                losses.append(gradient(x, labels))
                optimizer.step(gradient.net.grads)
        finals.append((losses, net.params))
    for losses, params in finals[1:]:
        np.testing.assert_allclose(losses, finals[0][0], rtol=1e-4)
        for name, p in params.items():
            np.testing.assert_allclose(p, finals[0][1][name], atol=1e-4)
    assert all((finals[1][1][name] == p).all() for name, p in finals[2][1].items())


def test_files_are_interchangeable(tmp_path):
    net, other = modified_lenet(seed=1), fast(modified_lenet(seed=2))
    save_parameters(net, tmp_path / "net.npz")
    load_parameters(other, tmp_path / "net.npz")
    x = np.random.default_rng(0).standard_normal((3, 1, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(other.predict(x, batch=2), net.forward(x), atol=1e-5)


def test_memory_order_is_free():
    net, x, dout = example(GRID["two paddings"], "float64")
    expected = results(fast(net), x, dout)
    view = np.asfortranarray(x)
    view.flags.writeable = False
    assert_close(results(fast(net), view, np.asfortranarray(dout)), expected, "float64")


def test_what_is_refused():
    with pytest.raises(TypeError, match="expected a Sequential"):
        fast(Conv2d(1, 1, 3))
    quick = fast(Sequential(Conv2d(2, 3, 3), MaxPool2d(2), ReLU()))
    with pytest.raises(ValueError, match=r"needs \(2, H, W\)"):
        quick.forward(np.zeros((1, 3, 8, 8)))
    with pytest.raises(ValueError, match="4 axes"):
        quick.forward(np.zeros((2, 8, 8)))
    with pytest.raises(ValueError, match="does not fit"):
        quick.forward(np.zeros((1, 2, 3, 3)))


def test_lenet5_has_nothing_to_merge():
    net = lenet5(dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((2, 1, 32, 32))
    labels = np.array([3, 5])
    losses = [softmax_cross_entropy(n.forward(x), labels)[0] for n in (net, fast(net))]
    assert losses[0] == losses[1]
