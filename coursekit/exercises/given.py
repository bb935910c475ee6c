"""Arguments that are no plain data: a function to minimise, a network to train.

A case names a maker and the arrays it needs, so that the case itself stays data: it can be sent
to another process, and the function or object is made there, when the call happens.

The makers here are for any exercise, an instructor's among them; one that a single exercise needs
stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.exercises.values import copied

Maker = Callable[..., Any]

_MAKERS: dict[str, Maker] = {}


@dataclass(frozen=True, eq=False)
class Given:
    """An argument to be made by ``maker(*args)`` when the call happens, anew for each call."""

    maker: str
    args: tuple[Any, ...]

    def make(self) -> Any:
        """The function or object, made from copies of `args`."""
        return _MAKERS[self.maker](*copied(self.args))


def maker(function: Maker) -> Maker:
    """Decorator: let cases ask for ``given("name of the function", …)``.

    What it makes from its arguments (arrays and numbers) is passed to the student's function. If
    the object has a method ``state()``, giving a dict of arrays, a case can read it after the call
    (see `Case.reading`).
    """
    _MAKERS[function.__name__] = function
    return function


def given(name: str, *args: Any) -> Given:
    """An argument made by the maker called `name`.

    Raises:
        ValueError: there is no such maker.
    """
    if name not in _MAKERS:
        raise ValueError(f"no maker is called {name!r}; there are {', '.join(sorted(_MAKERS))}.")
    return Given(name, args)


def home_of(name: str) -> str:
    """The name of the module in which the maker called `name` stands."""
    return _MAKERS[name].__module__


@maker
def quadratic(a: np.ndarray, b: np.ndarray, c: float = 0.0) -> Callable[[Any], float]:
    """f(x) = ½ xᵀ A x − bᵀ x + c for x of any shape with as many numbers as `b`."""

    def f(x: Any) -> float:
        v = np.asarray(x, float).ravel()
        if v.size != b.size:
            raise ValueError(
                f"the function takes {b.size} numbers, got an array of shape {np.shape(x)}"
            )
        return float(0.5 * v @ a @ v - b.ravel() @ v + c)

    return f


@maker
def waves(a: np.ndarray) -> Callable[[Any], float]:
    """f(x) = Σ sin(a x) + a x³ / 3 for x of the shape of `a`: curved everywhere."""

    def f(x: Any) -> float:
        v = np.asarray(x, float)
        if v.shape != a.shape:
            raise ValueError(f"the function takes an array of shape {a.shape}, got {v.shape}")
        return float(np.sum(np.sin(a * v) + a * v**3 / 3))

    return f


@maker
def valley(steepness: float) -> Callable[[Any], float]:
    """Rosenbrock's valley, f(x, y) = (1 − x)² + steepness (y − x²)²: its floor is bent."""

    def f(w: Any) -> float:
        x, y = np.asarray(w, float).ravel()
        return float((1 - x) ** 2 + steepness * (y - x * x) ** 2)

    return f


class LinearNetwork:
    """The smallest network there is: scores = x wᵀ + b on flattened images, for train_epoch.

    forward(x (N, ...)) → scores (N, K); backward(dscores) → dx; parameters() and gradients() give
    [w (K, D), b (K,)] and their gradients in the same order.
    """

    def __init__(self, w: np.ndarray, b: np.ndarray) -> None:
        self._parameters = [np.array(w, float), np.array(b, float)]
        self._gradients: list[np.ndarray] | None = None
        self._x: np.ndarray | None = None
        self._shape: tuple[int, ...] = ()

    def forward(self, x: Any) -> np.ndarray:
        """Scores (N, K) of images (N, ...)."""
        images = np.asarray(x, float)
        self._shape, self._x = images.shape, images.reshape(len(images), -1)
        w, b = self._parameters
        return np.asarray(self._x @ w.T + b)

    def backward(self, dscores: Any) -> np.ndarray:
        """The gradient at the images; keeps those of w and b."""
        d = np.asarray(dscores, float)
        if self._x is None:
            raise RuntimeError("call forward(x) before backward(dscores)")
        if d.shape != (len(self._x), len(self._parameters[1])):
            raise ValueError(
                f"dscores has shape {d.shape}; the scores of the last forward pass have shape "
                f"{(len(self._x), len(self._parameters[1]))}"
            )
        self._gradients = [d.T @ self._x, d.sum(axis=0)]
        return (d @ self._parameters[0]).reshape(self._shape)

    def parameters(self) -> list[np.ndarray]:
        """[w, b], to be changed in place; the list itself is new each time."""
        return list(self._parameters)

    def gradients(self) -> list[np.ndarray]:
        """[dw, db] of the last backward pass."""
        if self._gradients is None:
            raise RuntimeError("call backward(dscores) before gradients()")
        return self._gradients

    def state(self) -> dict[str, np.ndarray]:
        """The weights and biases, to be read after the call."""
        w, b = self._parameters
        return {"w": w, "b": b}


@maker
def linear_network(w: np.ndarray, b: np.ndarray) -> LinearNetwork:
    """A `LinearNetwork` with these weights (K, D) and biases (K,)."""
    return LinearNetwork(w, b)
