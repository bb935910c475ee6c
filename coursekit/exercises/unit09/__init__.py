"""Unit 09, ResNet."""

ORDER = (
    "batch_norm2d",
    "BasicBlock",
    "Bottleneck",
    "ResNet",
    "squeeze_excitation",
)
