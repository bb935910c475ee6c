"""AlexNet, in two towers as published and in one.

A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet classification with deep convolutional neural
networks", NIPS 2012, doi:10.1145/3065386.
"""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.errors import ModelError
from coursekit.models.initialization import gaussian, initialize
from coursekit.models.parts import check_options, check_pictures, classifier, response_norm, scaled

CHANNELS = {2: (96, 256, 384, 384, 256), 1: (64, 192, 384, 256, 256)}
"""Maps of the five convolutions, by the number of towers."""


class AlexNet(nn.Module):
    """Five convolutions and three fully connected layers that won ImageNet 2012.

    ::

        3×224×224 → 11×11/4 → 96×55×55 → pool → 96×27×27 → 5×5 → 256×27×27 → pool → 256×13×13
                  → 3×3 → 384×13×13 → 3×3 → 384×13×13 → 3×3 → 256×13×13 → pool → 256×6×6
                  → 4096 → 4096 → classes

        towers    parameters    multiply-adds    receptive field
             2    60,965,224      724,406,816                195
             1    61,100,840      714,188,480                195

    ``towers=2`` is the paper's network: convolutions 2, 4 and 5 see only the half of the maps
    that lies on their own graphics card (groups=2), and response normalisation follows the first
    two. The paper says 224×224; its 55×55 positions need 227 pixels, or 224 with two pixels of
    padding, as here. ``towers=1`` has no groups and no normalisation (A. Krizhevsky, "One weird
    trick for parallelizing convolutional neural networks", 2014); its parameters have
    torchvision's names. Pooling takes 3×3 windows at stride 2, which overlap.

    Weights start normal with deviation 0.01 (section 5), at other widths 0.01 / √width, so that
    sums keep their size. Biases of convolutions 2, 4 and 5 and of the hidden fully connected
    layers start at 1, so that their ReLUs learn from the beginning; all others at 0.

    Args:
        classes: number of scores.
        towers: 2 or 1.
        in_channels: 3 for colour, 1 for grey.
        width: factor on the number of maps and of hidden units.
        dropout: probability that a hidden unit is left out in training.

    Raises:
        ModelError: an option is out of its range.
    """

    def __init__(
        self,
        classes: int = 1000,
        *,
        towers: int = 2,
        in_channels: int = 3,
        width: float = 1.0,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width, dropout)
        if towers not in CHANNELS:
            raise ModelError(f"towers must be 2 (as published) or 1, got {towers!r}")
        self.in_channels = in_channels
        a, b, c, d, e = (scaled(n, width, towers) for n in CHANNELS[towers])
        conv1 = nn.Conv2d(in_channels, a, 11, stride=4, padding=2)
        conv2 = nn.Conv2d(a, b, 5, padding=2, groups=towers)
        conv3 = nn.Conv2d(b, c, 3, padding=1)
        conv4 = nn.Conv2d(c, d, 3, padding=1, groups=towers)
        conv5 = nn.Conv2d(d, e, 3, padding=1, groups=towers)
        norm1, norm2 = [[response_norm()] if towers == 2 else [] for _ in range(2)]
        self.features = nn.Sequential(
            *(conv1, nn.ReLU(inplace=True), *norm1, nn.MaxPool2d(3, 2)),
            *(conv2, nn.ReLU(inplace=True), *norm2, nn.MaxPool2d(3, 2)),
            *(conv3, nn.ReLU(inplace=True)),
            *(conv4, nn.ReLU(inplace=True)),
            *(conv5, nn.ReLU(inplace=True), nn.MaxPool2d(3, 2)),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.flatten = nn.Flatten()
        layers = list(classifier(36 * e, scaled(4096, width), classes, dropout))
        if towers == 1:  # torchvision drops the inputs of the hidden layers, not their outputs
            layers = [layers[5], *layers[:5], layers[6]]
        self.classifier = nn.Sequential(*layers)
        initialize(self, gaussian(0.01 / width**0.5))
        hidden = [m for m in layers if isinstance(m, nn.Linear)][:-1]
        for layer in (conv2, conv4, conv5, *hidden):
            nn.init.ones_(layer.get_parameter("bias"))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of at least 63×63 pixels → scores (N, classes)."""
        check_pictures(x, "AlexNet", self.in_channels, 63)
        return self.classifier(self.flatten(self.avgpool(self.features(x))))
