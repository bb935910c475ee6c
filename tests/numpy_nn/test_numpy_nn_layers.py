"""Linear, activations, flatten, softmax and loss against PyTorch and numerical gradients."""

import math

import numpy as np
import pytest

from coursekit.numpy_nn import (
    Flatten,
    Linear,
    RadialBasis,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Tanh,
    check_gradients,
    digit_codes,
    linear_backward,
    linear_forward,
    numerical_gradient,
    relative_error,
    relu_backward,
    relu_forward,
    sigmoid_forward,
    softmax,
    softmax_cross_entropy,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
functional = torch.nn.functional

ACTIVATIONS = {
    Sigmoid: torch.sigmoid,
    Tanh: torch.tanh,
    ScaledTanh: lambda t: 1.7159 * torch.tanh(2 * t / 3),
    ReLU: torch.relu,
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(4,), (1, 3), (2, 3, 4, 5)])
@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda k: k.__name__)
def test_activations_equal_pytorch(kind, shape, dtype):
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    dout = np.random.default_rng(1).standard_normal(shape).astype(dtype)
    t = torch.tensor(x, requires_grad=True)
    z = ACTIVATIONS[kind](t)
    z.backward(torch.tensor(dout))
    layer = kind()
    y, dx = layer.forward(x), layer.backward(dout)
    assert y.dtype == dx.dtype == dtype
    atol = 1e-10 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(y, z.detach(), rtol=0, atol=atol)
    np.testing.assert_allclose(dx, t.grad, rtol=0, atol=atol)


def test_activations_at_the_extremes():
    y, _ = sigmoid_forward([-1e4, -40.0, 0.0, 1e4])
    assert y.tolist() == [0, pytest.approx(math.exp(-40)), 0.5, 1]
    _, cache = relu_forward([-1.0, 0.0, 2.0])
    assert relu_backward([1.0, 1.0, 1.0], cache).tolist() == [0, 0, 1]
    assert ScaledTanh().forward([1.0, -1.0]) == pytest.approx([1, -1], abs=1e-4)


@pytest.mark.parametrize(
    "layer",
    [
        Sigmoid(),
        Tanh(),
        ScaledTanh(),
        ReLU(),
        Flatten(),
        Linear(5, 3, rng=0, dtype=np.float64),
        RadialBasis(np.eye(3, 5), dtype=np.float64),
    ],
    ids=repr,
)
def test_gradient_check(layer):
    x = np.random.default_rng(0).standard_normal((4, 5))
    errors = check_gradients(layer, x)
    assert max(errors.values()) < 1e-7
    assert layer.forward(x).shape[1:] == layer.output_shape((5,))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [1, 7])
def test_linear_equals_pytorch(n, dtype):
    rng = np.random.default_rng(0)
    x, w, b, dout = (rng.standard_normal(s).astype(dtype) for s in ((n, 5), (3, 5), (3,), (n, 3)))
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    z = functional.linear(*tensors)
    z.backward(torch.tensor(dout))
    y, cache = linear_forward(x, w, b)
    atol = 1e-10 if dtype == "float64" else 1e-5
    expected = [z.detach(), *(t.grad for t in tensors)]
    for a, e in zip([y, *linear_backward(dout, cache)], expected, strict=True):
        assert a.shape == e.shape and a.dtype == dtype
        np.testing.assert_allclose(a, e, rtol=0, atol=atol)


def test_linear_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"expected x \(N, D\)"):
        linear_forward(np.zeros((2, 4)), np.zeros((3, 5)), np.zeros(3))
    with pytest.raises(ValueError, match="Flatten"):
        Linear(5, 3).output_shape((1, 5))
    with pytest.raises(ValueError, match="needs"):
        RadialBasis(np.eye(3)).output_shape((2,))


def test_flatten_orders_as_pytorch():
    x = np.random.default_rng(0).standard_normal((3, 2, 4, 5))
    layer = Flatten()
    assert (layer.forward(x) == torch.flatten(torch.tensor(x), 1).numpy()).all()
    assert (layer.backward(x.reshape(3, -1)) == x).all()


def test_softmax_is_stable_and_sums_to_one():
    z = np.array([[1000.0, 1001, 999], [-1000, 0, -1000], [0, 0, 0]])
    p = softmax(z)
    np.testing.assert_allclose(p, torch.softmax(torch.tensor(z), 1), atol=1e-15)
    np.testing.assert_allclose(softmax(z - 5), p)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_cross_entropy_equals_pytorch(dtype):
    z = (5 * np.random.default_rng(0).standard_normal((6, 4))).astype(dtype)
    labels = np.array([0, 3, 1, 1, 2, 0])
    t = torch.tensor(z, requires_grad=True)
    expected = functional.cross_entropy(t, torch.tensor(labels))
    expected.backward()
    before = z.copy()
    loss, dz = softmax_cross_entropy(z, labels)
    assert loss == pytest.approx(expected.item(), rel=1e-6) and dz.dtype == dtype
    np.testing.assert_allclose(dz, t.grad, atol=1e-7)
    assert (z == before).all()


def test_cross_entropy_at_the_extremes():
    assert softmax_cross_entropy(np.zeros((5, 10)), [0, 1, 2, 3, 4])[0] == pytest.approx(
        math.log(10)
    )
    assert softmax_cross_entropy([[0.0, 5000.0]], [0])[0] == 5000
    slope = numerical_gradient(lambda z: softmax_cross_entropy(z, [1, 0])[0], [[1.0, 2], [0, 3]])
    assert relative_error(slope, softmax_cross_entropy([[1.0, 2], [0, 3]], [1, 0])[1]) < 1e-8


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0], ValueError, "one per row"),
        ([0, 3], ValueError, "0 … 2"),
        ([0, -1], ValueError, "0 … 2"),
        ([0.0, 1.0], TypeError, "integers"),
    ],
)
def test_bad_labels(labels, error, message):
    with pytest.raises(error, match=message):
        softmax_cross_entropy(np.zeros((2, 3)), labels)


def test_numerical_gradient_and_relative_error():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    before = x.copy()
    assert numerical_gradient(lambda a: float((a**3).sum()), x) == pytest.approx(3 * x**2)
    assert (x == before).all()
    assert relative_error([1.0, 2.0], [1.0, 1.0]) == 0.5
    assert relative_error([0.0], [0.0]) == 0
    assert math.isnan(relative_error([1.0, math.nan], [1.0, 1.0]))
    with pytest.raises(ValueError, match="one shape"):
        relative_error(np.zeros(5), np.zeros((5, 1)))
    with pytest.raises(ValueError, match="above 0"):
        numerical_gradient(lambda a: 0.0, x, h=0)


def test_the_check_finds_a_wrong_gradient():
    class Forgetful(Linear):
        def backward(self, dout):
            dx = super().backward(dout)
            self.grads["b"] = 0 * self.grads["b"]
            return dx

    errors = check_gradients(Forgetful(3, 2, dtype=np.float64), np.ones((2, 3)))
    assert errors["b"] == 1 and errors["w"] < 1e-7


def test_the_drawn_codes_differ():
    codes = digit_codes()
    assert codes.shape == (10, 84) and set(codes.ravel()) == {-1, 1}
    distances = ((codes[:, None] - codes) ** 2).sum(2) / 4
    assert distances[~np.eye(10, dtype=bool)].min() >= 5
