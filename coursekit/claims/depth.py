"""The claim about very deep networks (F22)."""

from __future__ import annotations

from coursekit.analysis import summary
from coursekit.analysis.networks.resnet import resnet_cifar
from coursekit.claims.claim import Claim, Finding, Verdict
from coursekit.experiments.result import stored

REPORTED = {110: 6.43, 1202: 7.93}
"""Errors on CIFAR-10's test set in percent, by depth: K. He et al., CVPR 2016, table 6."""


def _very_deep() -> Finding:
    said = ", ".join(
        f"{error} % with {depth} layers and "
        f"{summary(resnet_cifar(depth)).totals['parameters']:,} parameters"
        for depth, error in REPORTED.items()
    )
    return Finding(
        f"errors on CIFAR-10: {said}{_our_own()}",
        Verdict.HOLDS,
        "The figures for CIFAR-10 are quoted from the paper: 6.43 is the best of five runs, whose "
        "mean is 6.61; 7.93 is a single run. Both networks have training errors below 0.1 %: the "
        "paper suspects over-fitting, and has not tested it.",
    )


def _our_own() -> str:
    """Validation errors of the stored run, by kind and depth; "" where nobody has run it yet."""
    ours = stored("plain_or_residual")
    if ours is None:
        return ""
    errors: dict[str, list[str]] = {}
    for name in ours.series:
        kind, depth = name.split()
        error = 1 - ours.last(name, "validation_accuracy")
        errors.setdefault(kind, []).append(f"{error:.1%} ({depth})")
    said = "; ".join(f"{kind} {', '.join(found)}" for kind, found in errors.items())
    return f". Our own run, errors by depth: {said} ({ours.how})"


CLAIMS = (
    Claim(
        "F22",
        "D4 35",
        "a ResNet of 1202 layers tests worse than one of 110, presumably by over-fitting",
        _very_deep,
    ),
)
