"""A network in NumPy that learns by gradient descent with momentum."""

import math
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from coursekit.numpy_nn import SGD, BatchGradient, Sequential, save_parameters
from coursekit.training.errors import Diverged
from coursekit.training.files import whole_file
from coursekit.training.learner import Arrays, Share
from coursekit.training.rubbish import RubbishClass


class NumpyLearner:
    """A `Learner` made of a `Sequential`, SGD, and as many threads as wanted.

    The loss is softmax cross-entropy over the network's scores; with ``rubbish``, over one class
    more (`RubbishClass`), which only learning knows.

    How a batch is shared out among threads decides the order in which numbers are added: runs with
    another number of threads differ in the last bits. A context manager, which ends the threads.
    """

    def __init__(
        self,
        net: Sequential,
        *,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        rubbish: float | None = None,
        threads: int = 1,
    ) -> None:
        self.net = net
        # The loop sets the rate before each step.
        self.optimizer = SGD(net.params, 1.0, momentum=momentum, weight_decay=weight_decay)
        # The same layers and parameters, under the same names.
        extended = net if rubbish is None else Sequential(*net.layers, RubbishClass(rubbish))
        self._learning = extended
        self._gradient = BatchGradient(extended, threads=threads)

    def share(self, count: int) -> Share:
        """The whole batch: threads share it out among themselves."""
        return Share(slice(None), count)

    def agreed(self, stop: bool) -> bool:
        """There is nobody else."""
        return stop

    def step(self, x: NDArray[Any], labels: NDArray[Any], lr: float, share: Share) -> float:
        """Change the parameters by one step; return the mean loss before it."""
        loss = self._gradient(x, labels)
        if not math.isfinite(loss):
            raise Diverged(loss, lr)
        self.optimizer.lr = lr
        self.optimizer.step(self._learning.grads)
        return loss

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return logits (N, K)."""
        return self.net.predict(x)

    def state(self) -> Arrays:
        """Return copies of parameters ("net.…") and of the optimizer's arrays ("optimizer.…")."""
        net = {f"net.{name}": p.copy() for name, p in self.net.params.items()}
        return net | {f"optimizer.{name}": a for name, a in self.optimizer.state().items()}

    def load_state(self, state: Arrays) -> None:
        """Take up an earlier ``state()``. Raises ValueError when it is another network's."""
        own = self.state()
        if {n: a.shape for n, a in own.items()} != {n: a.shape for n, a in state.items()}:
            raise ValueError(f"this state is another network's: it has {', '.join(state)}")
        for name, p in self.net.params.items():
            p[...] = state[f"net.{name}"]
        start = "optimizer."
        self.optimizer.load_state(
            {n.removeprefix(start): a for n, a in state.items() if n.startswith(start)}
        )

    def save_weights(self, path: Path) -> None:
        """Write the parameters as .npz, and wait for the disk."""
        with whole_file(path) as part:
            save_parameters(self.net, part)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradient.close()
