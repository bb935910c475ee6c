"""The loss against its definition, with auxiliary classifiers, and in parts."""

from typing import Any, NamedTuple

import numpy as np
import pytest

torch = pytest.importorskip("torch")
training = pytest.importorskip("coursekit.training.losses")


class Outputs(NamedTuple):
    """What a network with auxiliary classifiers returns."""

    logits: Any
    auxiliary: tuple[Any, ...]


def by_hand(logits: Any, labels: Any, smoothing: float = 0.0) -> list[float]:
    """The loss of each sample, in loops."""
    losses = []
    for row, label in zip(logits.double().tolist(), labels.tolist(), strict=True):
        log_sum = np.log(sum(np.exp(z) for z in row))
        target = [smoothing / len(row) + (1 - smoothing) * (k == label) for k in range(len(row))]
        losses.append(sum(t * (log_sum - z) for t, z in zip(target, row, strict=True)))
    return losses


@pytest.fixture
def batch() -> tuple[Any, Any]:
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(7, 4, generator=generator, dtype=torch.float64)
    return logits, torch.randint(4, (7,), generator=generator)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_mean_and_sum_of_the_definition(batch: tuple[Any, Any], smoothing: float) -> None:
    losses = by_hand(*batch, smoothing)
    mean = training.cross_entropy(*batch, label_smoothing=smoothing)
    total = training.cross_entropy(*batch, label_smoothing=smoothing, reduction="sum")
    assert mean.shape == total.shape == ()
    assert mean.item() == pytest.approx(np.mean(losses))
    assert total.item() == pytest.approx(np.sum(losses))


def test_undecided_logits_cost_log_k() -> None:
    assert training.cross_entropy(torch.zeros(5, 10), torch.arange(5)).item() == pytest.approx(
        np.log(10)
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_each_auxiliary_loss_counts_three_tenths(batch: tuple[Any, Any], reduction: Any) -> None:
    logits, labels = batch
    others = (logits.flip(0), 2 * logits)
    loss = training.cross_entropy(
        Outputs(logits, others), labels, label_smoothing=0.1, reduction=reduction
    )
    parts = [by_hand(part, labels, 0.1) for part in (logits, *others)]
    wanted = getattr(np, reduction)(parts, axis=1) @ [1, 0.3, 0.3]
    assert loss.item() == pytest.approx(wanted)
    assert training.cross_entropy(Outputs(logits, ()), labels) == training.cross_entropy(
        logits, labels
    )


def test_a_batch_in_unequal_parts_gives_the_mean_and_the_gradient_of_the_whole(
    batch: tuple[Any, Any],
) -> None:
    x, labels = batch
    w, v = (torch.randn(4, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))

    def network(x: Any) -> Outputs:
        return Outputs(x @ w, (x @ v,))

    whole = training.cross_entropy(network(x), labels, label_smoothing=0.1)
    wanted = torch.autograd.grad(whole, (w, v))
    total = 0.0
    for rows in (slice(0, 4), slice(4, 6), slice(6, 7)):
        part = training.cross_entropy(
            network(x[rows]), labels[rows], label_smoothing=0.1, reduction="sum"
        )
        (part / len(x)).backward()
        total += part.item() / len(x)
    assert total == pytest.approx(whole.item(), rel=1e-14)
    torch.testing.assert_close(w.grad, wanted[0], rtol=1e-13, atol=1e-15)
    torch.testing.assert_close(v.grad, wanted[1], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_logits_are_summed_in_32_bits(dtype: Any) -> None:
    logits = torch.randn(64, 1000, generator=torch.Generator().manual_seed(0)).to(dtype)
    labels = torch.arange(64)
    loss = training.cross_entropy(logits, labels)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(np.mean(by_hand(logits, labels)), rel=1e-5)
    assert training.cross_entropy(logits.double(), labels).dtype == torch.float64


def test_what_is_no_loss_is_refused(batch: tuple[Any, Any]) -> None:
    logits, labels = batch
    with pytest.raises(ValueError, match=r'reduction must be "mean" or "sum", got \'none\''):
        training.cross_entropy(logits, labels, reduction="none")
    with pytest.raises(ValueError, match="label_smoothing must be in"):
        training.cross_entropy(logits, labels, label_smoothing=1.0)
    with pytest.raises(ValueError, match=r"got shapes \(7, 4\) and \(6,\)"):
        training.cross_entropy(logits, labels[:6])
    with pytest.raises(ValueError, match=r"got shapes \(7, 4, 1, 1\) and \(7,\)"):
        training.cross_entropy(Outputs(logits, (logits[:, :, None, None],)), labels)
    with pytest.raises(TypeError, match="class numbers, int64"):
        training.cross_entropy(logits, labels.double())
