"""Pieces and checks that several networks share."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.errors import ModelError


def scaled(channels: int, width: float, multiple: int = 1) -> int:
    """``channels`` times ``width``, to the nearest multiple of ``multiple``, at least one of it."""
    return max(1, round(channels * width / multiple)) * multiple


def check_options(classes: int, in_channels: int, width: float = 1.0, dropout: float = 0.0) -> None:
    """Raise ModelError when an option that most networks have is out of its range."""
    if min(classes, in_channels) < 1 or not width > 0:
        raise ModelError(
            "classes and in_channels must be at least 1 and width above 0, "
            f"got {classes}, {in_channels} and {width}"
        )
    if not 0 <= dropout < 1:
        raise ModelError(f"dropout must be at least 0 and below 1, got {dropout}")


def check_pictures(x: Tensor, network: str, in_channels: int, smallest: int) -> None:
    """Raise ModelError unless x is (N, in_channels, H, W), H and W at least ``smallest``."""
    if x.dim() != 4 or x.shape[1] != in_channels or min(x.shape[2:]) < smallest:
        raise ModelError(
            f"{network} takes pictures (N, {in_channels}, H, W) of at least "
            f"{smallest}×{smallest} pixels, got {tuple(x.shape)}"
        )


def response_norm() -> nn.LocalResponseNorm:
    """AlexNet's normalisation over five neighbouring maps (section 3.3 of its paper).

    Each number a becomes a / (2 + 10⁻⁴ Σ a²)^0.75. PyTorch takes the mean where the paper takes
    the sum, so its alpha is five times the paper's.
    """
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


def classifier(features: int, hidden: int, classes: int, dropout: float) -> nn.Sequential:
    """Three fully connected layers; ReLU, then dropout, after the first two."""
    return nn.Sequential(
        nn.Linear(features, hidden),
        nn.ReLU(inplace=True),
        nn.Dropout(dropout),
        nn.Linear(hidden, hidden),
        nn.ReLU(inplace=True),
        nn.Dropout(dropout),
        nn.Linear(hidden, classes),
    )
