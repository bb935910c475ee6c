"""The loss of networks in PyTorch, with and without auxiliary classifiers."""

from typing import Literal, Protocol, get_args, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor

Reduction = Literal["mean", "sum"]

#: What the loss of an auxiliary classifier counts (C. Szegedy et al., "Going deeper with
#: convolutions", 2014, section 5).
AUXILIARY_WEIGHT = 0.3


@runtime_checkable
class WithAuxiliary(Protocol):
    """What a network with auxiliary classifiers, such as GoogLeNet, returns while it trains."""

    @property
    def logits(self) -> Tensor:
        """(N, K), those of the last classifier."""

    @property
    def auxiliary(self) -> tuple[Tensor, ...]:
        """(N, K) each, those of the classifiers half-way."""


def cross_entropy(
    outputs: Tensor | WithAuxiliary,
    labels: Tensor,
    *,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """Return the cross-entropy of a batch, a tensor with one number, in float32 or float64.

    ``outputs`` are logits (N, K), or a network's logits with those of its auxiliary classifiers,
    whose losses are added with weight `AUXILIARY_WEIGHT`. labels (N,) are class numbers.
    ``label_smoothing`` is the share of the label that is spread evenly over all classes, so that
    no logit has to grow without end (C. Szegedy et al., "Rethinking the Inception architecture",
    2016, section 7).

    ``reduction="sum"`` is for a batch that is worked through in parts: the sums of all parts,
    divided by the size of the whole batch, are its mean, also when the parts differ in size. A
    mean of the parts' means is not.
    """
    if reduction not in get_args(Reduction):
        raise ValueError(f'reduction must be "mean" or "sum", got {reduction!r}')
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing must be in [0, 1), got {label_smoothing}")
    if isinstance(outputs, Tensor):
        return _cross_entropy(outputs, labels, label_smoothing, reduction)
    loss = _cross_entropy(outputs.logits, labels, label_smoothing, reduction)
    for logits in outputs.auxiliary:
        part = _cross_entropy(logits, labels, label_smoothing, reduction)
        loss = loss + AUXILIARY_WEIGHT * part
    return loss


def _cross_entropy(
    logits: Tensor, labels: Tensor, label_smoothing: float, reduction: Reduction
) -> Tensor:
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            "the loss needs logits (N, K) and labels (N,), got shapes "
            f"{tuple(logits.shape)} and {tuple(labels.shape)}"
        )
    if labels.dtype != torch.int64:
        raise TypeError(f"labels must be class numbers, int64, got {labels.dtype}")
    # Sums of exponentials of 16-bit numbers would lose most of their digits.
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    return F.cross_entropy(logits, labels, label_smoothing=label_smoothing, reduction=reduction)
