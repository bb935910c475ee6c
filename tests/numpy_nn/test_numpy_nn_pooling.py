"""Pooling of any size and stride equals PyTorch; a tie has one winner."""

import numpy as np
import pytest

from coursekit.numpy_nn import (
    AveragePool2d,
    MaxPool2d,
    Subsample2d,
    average_pool2d_backward,
    average_pool2d_forward,
    check_gradients,
    max_pool2d_backward,
    max_pool2d_forward,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
functional = torch.nn.functional

SIZES = [
    (2, None),
    (2, 1),
    (3, 2),
    (3, 3),
    (1, 1),
    (1, 2),
    (2, 3),
    ((3, 2), None),
    ((2, 3), (1, 2)),
    ((4, 1), (2, 3)),
    (5, 2),
]
POOLS = {
    "max": (max_pool2d_forward, max_pool2d_backward, functional.max_pool2d),
    "average": (average_pool2d_forward, average_pool2d_backward, functional.avg_pool2d),
}


def both(kind, x, size, stride):
    """(y, dx) ours and PyTorch's, for the same dout."""
    forward, backward, theirs = POOLS[kind]
    y, cache = forward(x, size, stride)
    dout = np.random.default_rng(1).standard_normal(y.shape).astype(x.dtype)
    t = torch.tensor(np.ascontiguousarray(x), requires_grad=True)
    z = theirs(t, size, stride)
    z.backward(torch.tensor(dout))
    return (y, backward(dout, cache)), (z.detach().numpy(), t.grad.numpy())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(2, 3, 6, 6), (1, 1, 7, 5), (3, 2, 5, 8)])
@pytest.mark.parametrize(("size", "stride"), SIZES)
@pytest.mark.parametrize("kind", POOLS)
def test_equals_pytorch(kind, size, stride, shape, dtype):
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    for ours, theirs in zip(*both(kind, x, size, stride), strict=True):
        assert ours.shape == theirs.shape and ours.dtype == dtype
        atol = 1e-10 if dtype == "float64" else 1e-5
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=atol)


@pytest.mark.parametrize(("size", "stride"), SIZES)
def test_ties_go_to_the_first_in_reading_order_as_in_pytorch(size, stride):
    x = np.random.default_rng(0).integers(0, 2, (3, 2, 7, 8)).astype(float)
    for ours, theirs in zip(*both("max", x, size, stride), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_a_tie_has_exactly_one_winner():
    y, cache = max_pool2d_forward(np.zeros((1, 1, 2, 4)))
    dx = max_pool2d_backward([[[[5.0, 7.0]]]], cache)
    assert y.tolist() == [[[[0, 0]]]] and dx.tolist() == [[[[5, 0, 7, 0], [0, 0, 0, 0]]]]


def test_one_pixel_may_win_several_overlapping_windows():
    x = np.array([[[[0.0, 9, 0], [0, 0, 0]]]])
    _, cache = max_pool2d_forward(x, 2, 1)
    assert max_pool2d_backward([[[[1.0, 2.0]]]], cache).tolist() == [[[[0, 3, 0], [0, 0, 0]]]]


def test_nothing_is_modified_and_memory_order_is_free():
    x = np.random.default_rng(0).standard_normal((2, 3, 8, 6))
    expected = both("max", x, 3, 2)[0]
    view = np.asfortranarray(x)
    view.flags.writeable = False
    for a, b in zip(both("max", view, 3, 2)[0], expected, strict=True):
        assert (a == b).all()


@pytest.mark.parametrize(
    "layer",
    [
        MaxPool2d(2),
        MaxPool2d(3, 2),
        AveragePool2d(2),
        AveragePool2d((3, 2), 1),
        Subsample2d(3, 2, dtype=np.float64),
        Subsample2d(3, 3, 2, dtype=np.float64),
    ],
    ids=repr,
)
def test_gradient_check(layer):
    x = np.random.default_rng(0).permutation(2 * 3 * 7 * 6).reshape(2, 3, 7, 6) / 10.0
    assert max(check_gradients(layer, x).values()) < 1e-7
    assert layer.forward(x).shape[1:] == layer.output_shape((3, 7, 6))


def test_subsampling_starts_as_the_mean():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 6)).astype(np.float32)
    np.testing.assert_allclose(Subsample2d(3).forward(x), AveragePool2d().forward(x), atol=1e-6)
    with pytest.raises(ValueError, match=r"needs x \(N, 4, H, W\)"):
        Subsample2d(4).forward(x)
    with pytest.raises(ValueError, match="needs"):
        Subsample2d(4).output_shape((3, 4, 6))


def test_repr_and_bad_arguments():
    assert repr(MaxPool2d(3, 2)) == "MaxPool2d(3×3, stride 2)"
    assert repr(AveragePool2d((2, 3))) == "AveragePool2d(2×3)"
    with pytest.raises(ValueError, match="does not fit"):
        max_pool2d_forward(np.zeros((1, 1, 2, 2)), 3)
    with pytest.raises(ValueError, match="stride must be at least 1"):
        MaxPool2d(2, 0)
    with pytest.raises(ValueError, match="4 axes"):
        average_pool2d_forward(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="needs"):
        MaxPool2d(2).output_shape((4,))
