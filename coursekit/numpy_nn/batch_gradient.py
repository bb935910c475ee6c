"""The gradient of a whole batch, a piece at a time, in one thread or several."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
import numpy.typing as npt

from coursekit.arguments import integer
from coursekit.numpy_nn.layout import Array, reserve_memory
from coursekit.numpy_nn.loss import softmax_cross_entropy
from coursekit.numpy_nn.sequential import Sequential


class BatchGradient:
    """Loss and gradients of a network, as if the batch went through at once.

    The mean over a batch is the mean over its pieces, so pieces of up to ``piece`` samples go
    through one after the other and their gradients are added: a large batch needs the memory of a
    piece. With ``threads``, each thread works on its own share of the batch with its own caches, on
    parameters they share; NumPy lets them run at the same time. Keep the threads of the BLAS at one
    (OMP_NUM_THREADS=1). The sum is taken in the order of the pieces: whichever thread is first, a
    run repeated with the same ``piece`` and ``threads`` gives the same bits. Memory is kept between
    steps, see ``reserve_memory``.

    Use it as a context manager, or call ``close``, when threads > 1.
    """

    def __init__(self, net: Sequential, *, piece: int = 128, threads: int = 1) -> None:
        reserve_memory()
        self.net, self.piece = net, integer(piece, "piece", 1)
        self._workers = [net] + [net.replica() for _ in range(integer(threads, "threads", 1) - 1)]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __call__(self, x: npt.ArrayLike, labels: npt.ArrayLike) -> float:
        """Return the mean loss over x (N, ...) and labels (N,), and set ``net.grads`` to match.

        Raises ValueError when the numbers of images and labels differ or are 0.
        """
        x, labels = np.asarray(x), np.asarray(labels)
        if x.ndim == 0 or labels.shape != x.shape[:1] or len(x) == 0:
            raise ValueError(f"x and labels must pair up, got shapes {x.shape} and {labels.shape}")
        count = len(self._workers)
        size = min(self.piece, -(-len(x) // count))
        pieces = [slice(i, i + size) for i in range(0, len(x), size)]

        def work(number: int) -> list[tuple[float, dict[str, Array]]]:
            net = self._workers[number]
            return [_one(net, x[p], labels[p], len(x)) for p in pieces[number::count]]

        shares = list((self._pool.map if self._pool else map)(work, range(count)))
        results = [shares[i % count][i // count] for i in range(len(pieces))]
        grads = results[0][1]
        for _, more in results[1:]:
            for name, grad in more.items():
                grads[name] += grad
        self.net.grads = grads
        return sum(loss for loss, _ in results)

    def close(self) -> None:
        """Let the threads go."""
        if self._pool:
            self._pool.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _one(
    net: Sequential, x: npt.NDArray[np.generic], labels: npt.NDArray[np.generic], total: int
) -> tuple[float, dict[str, Array]]:
    """One piece's part of the batch's loss and gradients."""
    loss, dlogits = softmax_cross_entropy(net.forward(x), labels)
    share = len(x) / total
    if share < 1:
        dlogits *= share
    net.gradients(dlogits)
    return loss * share, net.grads
