"""AlexNet with every number free: most mistakes are this network with one of them wrong."""

from collections.abc import Sequence

from torch import Tensor, nn

Shape = tuple[int, ...]


def weights_of(classes: int, channels: Sequence[int], hidden: int) -> list[Shape]:
    """The shapes of the right network's parameters, in order."""
    network = Net(classes, channels, hidden)
    return [tuple(p.shape) for p in network.parameters()]


class Net(nn.Module):
    """The right answer; its class attributes and methods are what a mistake changes."""

    kernels: Sequence[int] = (11, 5, 3, 3, 3)
    strides: Sequence[int] = (4, 1, 1, 1, 1)
    paddings: Sequence[int] = (0, 2, 1, 1, 1)
    groups: Sequence[int] = (1, 2, 1, 2, 2)
    conv_bias = linear_bias = True

    def __init__(
        self,
        classes: int = 1000,
        channels: Sequence[int] = (96, 256, 384, 384, 256),
        hidden: int = 4096,
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(*self.body(channels))
        self.classifier = nn.Sequential(*self.head(self.inputs(channels), hidden, classes))

    def inputs(self, channels: Sequence[int]) -> int:
        """How many numbers the first linear layer gets for each picture."""
        return channels[4] * 6 * 6

    def body(self, channels: Sequence[int]) -> list[nn.Module]:
        """Convolutions at 0, 4, 8, 10, 12, each with a ReLU after it; normalisation at 2 and 6;
        pooling at 3, 7 and 14."""
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(zip((3, *channels), channels, strict=False)):
            conv = nn.Conv2d(
                before,
                after,
                self.kernels[i],
                stride=self.strides[i],
                padding=self.paddings[i],
                groups=self.groups[i],
                bias=self.conv_bias,
            )
            layers += [conv, nn.ReLU()]
            if i < 2:
                layers.append(nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0))
            if i in (0, 1, 4):
                layers.append(nn.MaxPool2d(3, stride=2))
        return layers

    def head(self, inputs: int, hidden: int, classes: int) -> list[nn.Module]:
        """Linear layers at 1, 4 and 6, dropout at 0 and 3, ReLUs at 2 and 5."""
        return [
            nn.Dropout(0.5),
            nn.Linear(inputs, hidden, bias=self.linear_bias),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, hidden, bias=self.linear_bias),
            nn.ReLU(),
            nn.Linear(hidden, classes, bias=self.linear_bias),
        ]

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, classes) of pictures (N, 3, 227, 227)."""
        scores: Tensor = self.classifier(self.features(x).flatten(1))
        return scores
