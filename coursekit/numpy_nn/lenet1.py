"""LeNet-1: the network that read zip codes.

Y. LeCun et al., "Handwritten digit recognition with a back-propagation network", NIPS 1989
(published 1990); named LeNet-1 in L. Bottou et al. 1994 and in the comparison of 1998.
"""

import numpy as np
import numpy.typing as npt

from coursekit.numpy_nn.activations import ScaledTanh
from coursekit.numpy_nn.convolution import Conv2d
from coursekit.numpy_nn.flatten import Flatten
from coursekit.numpy_nn.linear import Linear
from coursekit.numpy_nn.partial_connections import PartialConv2d
from coursekit.numpy_nn.sequential import Sequential
from coursekit.numpy_nn.subsampling import Subsample2d

#: Which of the four maps H2 each of the twelve maps H3 sees: 20 connections.
H3_TABLE = (
    *((0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1)),
    *((2,), (2, 3), (2, 3), (3,), (2, 3), (2, 3)),
)


def lenet1(*, seed: int = 0, dtype: npt.DTypeLike = np.float32) -> Sequential:
    """Return LeNet-1 for x (N, 1, 28, 28): logits (N, 10), 2,578 parameters.

    Four 5×5 kernels, subsampling by 2, twelve maps with partial connections, subsampling by 2, ten
    outputs. With a coefficient and a bias for each subsampling map the counts are the paper's:
    2,578 parameters in 98,442 connections. The outputs are logits, without the last squashing.
    """
    rng = np.random.default_rng(seed)
    return Sequential(
        Conv2d(1, 4, 5, init="lecun", rng=rng, dtype=dtype),
        ScaledTanh(),
        Subsample2d(4, dtype=dtype),
        ScaledTanh(),
        PartialConv2d(4, H3_TABLE, 5, init="lecun", rng=rng, dtype=dtype),
        ScaledTanh(),
        Subsample2d(12, dtype=dtype),
        ScaledTanh(),
        Flatten(),
        Linear(192, 10, init="lecun", rng=rng, dtype=dtype),
        input_shape=(1, 28, 28),
        name="LeNet-1",
    )
