"""VGG: small kernels, many layers.

K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image
recognition", ICLR 2015, arXiv:1409.1556.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from coursekit.models.errors import ModelError
from coursekit.models.initialization import glorot_uniform, he_normal, initialize
from coursekit.models.parts import check_options, check_pictures, classifier, scaled

CHANNELS = (64, 128, 256, 512, 512)
"""Maps in each of the five stages; a 2×2 pooling ends each stage."""

CONFIGURATIONS = {
    "A": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "B": ((3, 3), (3, 3), (3, 3), (3, 3), (3, 3)),
    "C": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "D": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "E": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}
"""Kernel sizes in each stage (table 1): VGG-11, 13, 16 with 1×1 kernels, 16 and 19."""


class VGG(nn.Module):
    """The paper's configurations A to E.

    ::

        3×224×224 → stage → 64×112×112 → stage → 128×56×56 → stage → 256×28×28
                  → stage → 512×14×14 → stage → 512×7×7 → 4096 → 4096 → classes

        configuration     parameters     multiply-adds    receptive field
        A (VGG-11)       132,863,336     7,609,090,048                150
        B (VGG-13)       133,047,848    11,308,466,176                156
        C                133,638,952    11,770,888,192                156
        D (VGG-16)       138,357,544    15,470,264,320                212
        E (VGG-19)       143,667,240    19,632,062,464                268

    Parameters of A, B, D and E have torchvision's names. ``batch_norm=True`` puts batch
    normalisation after each convolution, which the paper did not know yet.

    Weights start as X. Glorot and Y. Bengio (2010) draw them, which the paper recommends after
    the fact (section 3.1), biases at 0.

    Args:
        configuration: "A" to "E".
        batch_norm: whether batch normalisation follows each convolution.
        classes: number of scores.
        in_channels: 3 for colour, 1 for grey.
        width: factor on the number of maps and of hidden units.
        dropout: probability that a hidden unit is left out in training.

    Raises:
        ModelError: an option is out of its range.
    """

    def __init__(
        self,
        configuration: str = "D",
        *,
        batch_norm: bool = False,
        classes: int = 1000,
        in_channels: int = 3,
        width: float = 1.0,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width, dropout)
        if configuration not in CONFIGURATIONS:
            known = ", ".join(CONFIGURATIONS)
            raise ModelError(f"configuration must be one of {known}; got {configuration!r}")
        self.in_channels = in_channels
        channels = [scaled(n, width) for n in CHANNELS]
        kernels = CONFIGURATIONS[configuration]
        self.features = stages(in_channels, channels, kernels, batch_norm=batch_norm)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.flatten = nn.Flatten()
        self.classifier = classifier(49 * channels[-1], scaled(4096, width), classes, dropout)
        initialize(self, glorot_uniform)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of at least 32×32 pixels → scores (N, classes)."""
        check_pictures(x, "VGG", self.in_channels, 32)
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


class SmallVGG(nn.Module):
    """A VGG of the course's own for 32×32 pictures, with batch normalisation.

    ::

        3×32×32 → stage → 64×16×16 → stage → 96×8×8 → stage → 160×4×4 → mean → 160 → classes

    548,362 parameters, 98,502,208 multiply-adds, a receptive field of 36 pixels. Each stage has
    two 3×3 convolutions (without biases, which batch normalisation would take away) and a 2×2
    pooling. Weights start normal with variance 2 / fan_in (K. He et al., ICCV 2015).

    Args:
        classes: number of scores.
        in_channels: 3 for colour, 1 for grey.
        width: factor on the number of maps.

    Raises:
        ModelError: an option is out of its range.
    """

    def __init__(self, classes: int = 10, *, in_channels: int = 3, width: float = 1.0) -> None:
        super().__init__()
        check_options(classes, in_channels, width)
        self.in_channels = in_channels
        channels = [scaled(n, width) for n in (64, 96, 160)]
        kernels = ((3, 3),) * 3
        self.features = stages(in_channels, channels, kernels, batch_norm=True, bias=False)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(channels[-1], classes)
        initialize(self, he_normal)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of at least 8×8 pixels → scores (N, classes)."""
        check_pictures(x, "SmallVGG", self.in_channels, 8)
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def stages(
    in_channels: int,
    channels: Sequence[int],
    kernels: Sequence[Sequence[int]],
    *,
    batch_norm: bool,
    bias: bool = True,
) -> nn.Sequential:
    """Stages of convolutions that keep the size, each ended by a 2×2 pooling that halves it.

    ``channels`` has the maps of each stage, ``kernels`` its kernel sizes, all odd.
    """
    layers: list[nn.Module] = []
    for out_channels, sizes in zip(channels, kernels, strict=True):
        for size in sizes:
            layers.append(nn.Conv2d(in_channels, out_channels, size, padding=size // 2, bias=bias))
            if batch_norm:
                layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU(inplace=True))
            in_channels = out_channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)
