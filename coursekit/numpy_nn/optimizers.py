"""Optimizers: how gradients change the parameters."""

from collections.abc import Mapping

import numpy as np

from coursekit.arguments import integer, number, positive
from coursekit.numpy_nn.layout import Array

Arrays = Mapping[str, Array]


class SGD:
    """Stochastic gradient descent with momentum and weight decay, in PyTorch's convention.

        g = dw + weight_decay · w        v = momentum · v + g        w = w − lr · v

    v starts at 0. (Textbooks often put lr inside v: then a change of lr acts with delay.)
    ``params`` are changed in place by ``step``; ``lr`` may be set between steps.
    Raises ValueError for a negative rate or decay, or a momentum outside [0, 1).
    """

    def __init__(
        self, params: Arrays, lr: float, *, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        self.params, self.lr = dict(params), positive(lr, "lr")
        self.momentum = _share(momentum, "momentum")
        self.weight_decay = _decay(weight_decay)
        self._v = {name: np.zeros_like(w) for name, w in self.params.items()}

    def step(self, grads: Arrays) -> None:
        """Change every parameter by its gradient; ``grads`` has the names of ``params``."""
        for name, w in self.params.items():
            v = self._v[name]
            v *= self.momentum
            v += grads[name]
            if self.weight_decay:
                v += self.weight_decay * w
            w -= self.lr * v

    def state(self) -> dict[str, Array]:
        """Return the arrays a resumed run needs."""
        return {f"v.{name}": v.copy() for name, v in self._v.items()}

    def load_state(self, state: Arrays) -> None:
        """Take up ``state()`` of an earlier run."""
        _copy_into({f"v.{name}": v for name, v in self._v.items()}, state)

    def __repr__(self) -> str:
        return f"SGD(lr={self.lr}, momentum={self.momentum}, weight_decay={self.weight_decay})"


class Adam:
    """Adam (D. Kingma and J. Ba, ICLR 2015, algorithm 1): every weight has a step of its own.

        m = β₁ m + (1 − β₁) g      v = β₂ v + (1 − β₂) g²      w = w − lr · m̂ / (√v̂ + ε)

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) undo the start from 0. ``weight_decay`` adds
    weight_decay · w to g, as in PyTorch's Adam. ``params`` are changed in place by ``step``.
    """

    def __init__(
        self,
        params: Arrays,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.params, self.lr, self.epsilon = dict(params), positive(lr, "lr"), epsilon
        self.betas = _share(betas[0], "betas[0]"), _share(betas[1], "betas[1]")
        self.weight_decay, self.t = _decay(weight_decay), 0
        self._m = {name: np.zeros_like(w) for name, w in self.params.items()}
        self._v = {name: np.zeros_like(w) for name, w in self.params.items()}

    def step(self, grads: Arrays) -> None:
        """Change every parameter by its gradient; ``grads`` has the names of ``params``."""
        self.t += 1
        beta1, beta2 = self.betas
        for name, w in self.params.items():
            g, m, v = grads[name] + self.weight_decay * w, self._m[name], self._v[name]
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            spread = np.sqrt(v / (1 - beta2**self.t)) + self.epsilon
            w -= self.lr / (1 - beta1**self.t) * m / spread

    def state(self) -> dict[str, Array]:
        """Return the arrays a resumed run needs."""
        moments = {f"m.{name}": m.copy() for name, m in self._m.items()}
        moments |= {f"v.{name}": v.copy() for name, v in self._v.items()}
        return moments | {"t": np.array(self.t)}

    def load_state(self, state: Arrays) -> None:
        """Take up ``state()`` of an earlier run."""
        own = {f"m.{name}": m for name, m in self._m.items()}
        own |= {f"v.{name}": v for name, v in self._v.items()}
        _copy_into(own, {name: a for name, a in state.items() if name != "t"})
        self.t = integer(int(state["t"]), "t", 0)

    def __repr__(self) -> str:
        return f"Adam(lr={self.lr}, betas={self.betas}, weight_decay={self.weight_decay})"


def _share(value: float, name: str) -> float:
    if not 0 <= number(value, name) < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value}")
    return float(value)


def _decay(value: float) -> float:
    if number(value, "weight_decay") < 0:
        raise ValueError(f"weight_decay must be at least 0, got {value}")
    return float(value)


def _copy_into(own: dict[str, Array], state: Arrays) -> None:
    if own.keys() != state.keys() or any(own[k].shape != state[k].shape for k in own):
        raise ValueError(f"this state is another network's: it has {', '.join(state)}")
    for name, array in own.items():
        array[...] = state[name]
