"""Loss and accuracy of finished scores, in NumPy whatever computed them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.metrics import accuracy
from coursekit.numpy_nn import softmax_cross_entropy


def measure(scores: NDArray[Any], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Mean cross-entropy and accuracy of logits (N, K) for labels (N,)."""
    return softmax_cross_entropy(scores, labels)[0], accuracy(labels, scores.argmax(axis=1))
