"""LeNet-5 as published.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86(11), 1998, section II-B; doi:10.1109/5.726791.
"""

import numpy as np
import numpy.typing as npt

from coursekit.numpy_nn.activations import ScaledTanh
from coursekit.numpy_nn.convolution import Conv2d
from coursekit.numpy_nn.flatten import Flatten
from coursekit.numpy_nn.linear import Linear
from coursekit.numpy_nn.partial_connections import PartialConv2d
from coursekit.numpy_nn.radial_basis import RadialBasis, digit_codes
from coursekit.numpy_nn.sequential import Sequential
from coursekit.numpy_nn.subsampling import Subsample2d

#: Which of the six maps S2 each of the sixteen maps C3 sees (the paper's table I): six times three
#: neighbours, six times four neighbours, three times four with a gap, once all; 60 connections.
C3_TABLE = (
    *(tuple(sorted((f + k) % 6 for k in range(3))) for f in range(6)),
    *(tuple(sorted((f + k) % 6 for k in range(4))) for f in range(6)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)


def lenet5(*, seed: int = 0, dtype: npt.DTypeLike = np.float32) -> Sequential:
    """Return LeNet-5 for x (N, 1, 32, 32): logits (N, 10), 60,000 parameters.

    C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164; the output layer compares with fixed
    codes. The paper sets paper to −0.1 and ink to 1.175, so that pixels have mean 0 and variance 1.
    """
    rng = np.random.default_rng(seed)
    return Sequential(
        Conv2d(1, 6, 5, init="lecun", rng=rng, dtype=dtype),  # C1
        ScaledTanh(),
        Subsample2d(6, dtype=dtype),  # S2
        ScaledTanh(),
        PartialConv2d(6, C3_TABLE, 5, init="lecun", rng=rng, dtype=dtype),  # C3
        ScaledTanh(),
        Subsample2d(16, dtype=dtype),  # S4
        ScaledTanh(),
        Conv2d(16, 120, 5, init="lecun", rng=rng, dtype=dtype),  # C5
        ScaledTanh(),
        Flatten(),
        Linear(120, 84, init="lecun", rng=rng, dtype=dtype),  # F6
        ScaledTanh(),
        RadialBasis(digit_codes(), dtype=dtype),
        input_shape=(1, 32, 32),
        name="LeNet-5",
    )
