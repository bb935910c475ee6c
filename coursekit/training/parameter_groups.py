"""Which parameters weight decay pulls towards 0, and which it leaves alone."""

from typing import Any

from torch import nn

#: Layers that normalise; what they learn is a scale and a shift of each channel.
NORMS = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.SyncBatchNorm,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
    nn.GroupNorm,
    nn.LayerNorm,
    nn.RMSNorm,
)


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Return the model's parameters as groups for an optimizer: with decay, and without.

    Decay keeps the weights of convolutions and linear layers small. It has no use for biases, and
    it works against the scales and shifts of norms: neither makes a network fit noise, and there
    are few of them. So parameters with at most one axis, those called ``bias`` and those of norm
    layers are in the second group (T. He et al., "Bag of tricks for image classification with
    convolutional neural networks", 2019, section 3.1).

    Each group is a dict: ``params``, their ``names`` in the model in the same order, for messages,
    and ``weight_decay``. Frozen parameters are left out, and so is a group without parameters.

    Raises ValueError if nothing is left to learn.
    """
    if not weight_decay >= 0:
        raise ValueError(f"weight_decay must be at least 0, got {weight_decay}")
    of_norms = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, NORMS)
        for parameter in module.parameters(recurse=False)
    }
    groups: list[dict[str, Any]] = [
        {"params": [], "names": [], "weight_decay": decay} for decay in (weight_decay, 0.0)
    ]
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            bias = parameter.ndim <= 1 or name.rpartition(".")[2] == "bias"
            group = groups[bias or id(parameter) in of_norms]
            group["params"].append(parameter)
            group["names"].append(name)
    if not any(group["params"] for group in groups):
        raise ValueError(
            "the model has no parameters that learn: all are frozen, or there are none"
        )
    return [group for group in groups if group["params"]]
