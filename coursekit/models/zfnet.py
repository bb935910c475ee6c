"""ZFNet: AlexNet with a finer first layer.

M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014,
doi:10.1007/978-3-319-10590-1_53.
"""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.models.initialization import gaussian, initialize
from coursekit.models.parts import check_options, check_pictures, classifier, response_norm, scaled


class ZFNet(nn.Module):
    """The network of the paper's figure 3: 7×7 kernels at stride 2 where AlexNet has 11×11 at 4.

    ::

        3×224×224 → 7×7/2 → 96×110×110 → pool → 96×55×55 → 5×5/2 → 256×26×26 → pool → 256×13×13
                  → 3×3 → 384×13×13 → 3×3 → 384×13×13 → 3×3 → 256×13×13 → pool → 256×6×6
                  → 4096 → 4096 → classes

    62,357,608 parameters, 1,168,032,896 multiply-adds; before the fully connected layers a unit
    sees 171×171 pixels. Response normalisation ("contrast normalisation across maps") has
    AlexNet's constants and follows the first two poolings.

    Weights start normal with deviation 0.01 (section 3.1), at other widths 0.01 / √width, so that
    sums keep their size; biases start at 0.

    Args:
        classes: number of scores.
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
        in_channels: int = 3,
        width: float = 1.0,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width, dropout)
        self.in_channels = in_channels
        a, b, c, d, e = (scaled(n, width) for n in (96, 256, 384, 384, 256))
        self.features = nn.Sequential(
            *(nn.Conv2d(in_channels, a, 7, stride=2, padding=1), nn.ReLU(inplace=True)),
            *(nn.MaxPool2d(3, 2, padding=1), response_norm()),
            *(nn.Conv2d(a, b, 5, stride=2), nn.ReLU(inplace=True)),
            *(nn.MaxPool2d(3, 2, padding=1), response_norm()),
            *(nn.Conv2d(b, c, 3, padding=1), nn.ReLU(inplace=True)),
            *(nn.Conv2d(c, d, 3, padding=1), nn.ReLU(inplace=True)),
            *(nn.Conv2d(d, e, 3, padding=1), nn.ReLU(inplace=True)),
            nn.MaxPool2d(3, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.flatten = nn.Flatten()
        self.classifier = classifier(36 * e, scaled(4096, width), classes, dropout)
        initialize(self, gaussian(0.01 / width**0.5))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of at least 53×53 pixels → scores (N, classes)."""
        check_pictures(x, "ZFNet", self.in_channels, 53)
        return self.classifier(self.flatten(self.avgpool(self.features(x))))
