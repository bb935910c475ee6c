"""The network that a run's configuration asks for."""

from torch import nn

from coursekit.models import build, find
from coursekit.training.run_folder import RunConfig


def build_for(config: RunConfig) -> nn.Module:
    """The untrained network. Raises ModelError for what it cannot be."""
    size = {"size": config.size} if "size" in find(config.recipe).options else {}
    return build(
        config.recipe,
        classes=config.classes,
        in_channels=config.channels,
        width=config.width,
        seed=config.seed,
        **size,
    )
