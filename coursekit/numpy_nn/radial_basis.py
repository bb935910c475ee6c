"""LeNet-5's output: how far is the code of the last layer from the drawn code of each digit?"""

import numpy as np
import numpy.typing as npt

from coursekit.arguments import float_array
from coursekit.numpy_nn.layer import Layer, float_type
from coursekit.numpy_nn.layout import Array

WIDTH, HEIGHT = 7, 12

# The digits as 7 × 12 pixels, one line each, rows separated by "/". Similar digits get similar
# codes, and with 84 bits a wrong one is far from all (LeCun et al. 1998, section II-B, figure 3;
# the paper's codes are the same idea, drawn otherwise).
_DIGITS = """
......./..###../.#...#./#.....#/#.....#/#.....#/#.....#/#.....#/#.....#/.#...#./..###../.......
......./...#.../..##.../.#.#.../...#.../...#.../...#.../...#.../...#.../...#.../.#####./.......
......./.#####./#.....#/......#/......#/.....#./....#../...#.../..#..../.#...../#######/.......
......./.#####./#.....#/......#/......#/..####./......#/......#/......#/#.....#/.#####./.......
......./....##./...#.#./..#..#./.#...#./#....#./#######/.....#./.....#./.....#./.....#./.......
......./#######/#....../#....../#....../######./......#/......#/......#/#.....#/.#####./.......
......./..####./.#...../#....../#....../######./#.....#/#.....#/#.....#/#.....#/.#####./.......
......./#######/......#/.....#./.....#./....#../....#../...#.../...#.../..#..../..#..../.......
......./.#####./#.....#/#.....#/#.....#/.#####./#.....#/#.....#/#.....#/#.....#/.#####./.......
......./.#####./#.....#/#.....#/#.....#/.######/......#/......#/......#/.....#./.####../.......
"""


def digit_codes() -> npt.NDArray[np.float64]:
    """Return the ten codes, shape (10, 84): +1 for ink, −1 for paper, row by row."""
    drawn = [line.replace("/", "") for line in _DIGITS.split()]
    return np.array([[1.0 if pixel == "#" else -1.0 for pixel in digit] for digit in drawn])


class RadialBasis(Layer):
    """y = −Σ (x − code)² for each class: 0 when x is its code, and lower the farther away.

    x is (N, D), ``codes`` (K, D), y (N, K). The codes are fixed: nothing is learned here. The
    paper's penalty is +Σ (x − code)², the smallest wins; with the sign turned, the values are
    logits, and softmax cross-entropy is the paper's criterion (its equation 9, without the constant
    class of "rubbish").
    """

    def __init__(self, codes: npt.ArrayLike, *, dtype: npt.DTypeLike = np.float32) -> None:
        super().__init__()
        self.codes = float_array(codes, "codes", 2).astype(float_type(dtype))

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, K)."""
        x = np.asarray(x, self.codes.dtype)
        self.cache = x
        squares = (x * x).sum(1, keepdims=True) + (self.codes * self.codes).sum(1)
        return 2 * x @ self.codes.T - squares

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, D)."""
        d, x = np.asarray(dout, self.codes.dtype), self.cache
        return 2 * (d @ self.codes - d.sum(1, keepdims=True) * x)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(D,) → (K,)."""
        if shape != self.codes.shape[1:]:
            raise ValueError(f"{self} needs {self.codes.shape[1:]}, got {shape}")
        return self.codes.shape[:1]

    def describe(self) -> str:
        """For example ``84 → 10, fixed``."""
        return f"{self.codes.shape[1]} → {self.codes.shape[0]}, fixed"
