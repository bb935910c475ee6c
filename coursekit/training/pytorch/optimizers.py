"""The optimizers that settings can name."""

from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from coursekit.training.parameter_groups import parameter_groups
from coursekit.training.settings import Settings


def make_optimizer(network: nn.Module, how: Settings) -> Optimizer:
    """SGD with Nesterov's momentum, or AdamW; no weight decay on norms and biases."""
    groups = parameter_groups(network, how.weight_decay)
    # One kernel for all parameters; the same numbers.
    fused = next(network.parameters()).device.type == "cuda"
    if how.optimizer == "adamw":
        return AdamW(groups, how.learning_rate, betas=(how.momentum, 0.999), fused=fused)
    nesterov = how.momentum > 0
    return SGD(groups, how.learning_rate, momentum=how.momentum, nesterov=nesterov, fused=fused)
