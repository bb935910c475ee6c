"""LeNet in PyTorch is LeNet in NumPy."""

import numpy as np
import pytest
import torch
from twins import assert_quoted, assert_volumes, figures, on_meta, weighing_layers

from coursekit.models import LeNet, ModelError
from coursekit.numpy_nn import lenet5, modified_lenet, softmax_cross_entropy


@pytest.mark.parametrize(("size", "dtype"), [(28, np.float32), (32, np.float64), (17, np.float64)])
def test_the_same_scores_and_gradients(size, dtype) -> None:
    rng = np.random.default_rng(0)
    numpy_net = modified_lenet(size, 7, seed=3, dtype=dtype)
    model = LeNet.from_numpy(numpy_net)
    x = rng.standard_normal((4, 1, size, size)).astype(dtype)
    labels = rng.integers(0, 7, 4)
    scores = model(torch.tensor(x))
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    expected = numpy_net.forward(x)
    np.testing.assert_allclose(scores.detach().numpy(), expected, rtol=tolerance, atol=tolerance)
    torch.nn.functional.cross_entropy(scores, torch.tensor(labels)).backward()
    numpy_net.gradients(softmax_cross_entropy(expected, labels)[1])
    for p, grad in zip(model.parameters(), numpy_net.grads.values(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), grad, rtol=10 * tolerance, atol=tolerance)


def test_the_weights_are_copies() -> None:
    numpy_net = modified_lenet(seed=1)
    model = LeNet.from_numpy(numpy_net)
    before = numpy_net.params["0.w"].copy()
    with torch.no_grad():
        model.conv1.weight.zero_()
    np.testing.assert_array_equal(numpy_net.params["0.w"], before)


def test_other_networks_are_refused() -> None:
    with pytest.raises(ModelError, match=r"expected a network of coursekit\.numpy_nn\.modified"):
        LeNet.from_numpy(lenet5())


def test_what_the_docstring_says() -> None:
    model = on_meta(LeNet)
    parameters, macs, field = figures(model, (1, 28, 28))
    assert_quoted(LeNet, "multiply-adds", parameters, macs)
    assert f"sees {field}×{field}" in " ".join(LeNet.__doc__.split())
    assert_quoted(LeNet, "32×32", *figures(on_meta(LeNet, size=32), (1, 32, 32))[:2])
    assert_volumes(LeNet, model, (1, 28, 28))
    assert weighing_layers(model, (1, 28, 28)) == weighing_layers(modified_lenet(28))


def test_the_first_weights_are_hes() -> None:
    model = LeNet()
    for p in model.parameters():
        if p.dim() == 1:
            assert p.count_nonzero() == 0
        elif p.numel() > 2000:
            assert p.std().item() == pytest.approx((2 / p[0].numel()) ** 0.5, rel=0.06)


def test_sizes() -> None:
    assert LeNet(size=16, in_channels=3)(torch.zeros(2, 3, 16, 16)).shape == (2, 10)
    with pytest.raises(ModelError, match="at least 16×16 pixels, got size=15"):
        LeNet(size=15)
    with pytest.raises(ModelError, match=r"pictures \(N, 1, 28, 28\), got \(2, 1, 32, 32\)"):
        LeNet()(torch.zeros(2, 1, 32, 32))
