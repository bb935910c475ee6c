"""Is a gradient right? Compare it with the slope measured by taking two small steps."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from coursekit.arguments import positive
from coursekit.numpy_nn.layer import Layer
from coursekit.numpy_nn.layout import Array


def numerical_gradient(
    f: Callable[[Array], float], x: npt.ArrayLike, h: float = 1e-5
) -> npt.NDArray[np.float64]:
    """Return (f(x + h) − f(x − h)) / 2h for each element of x, float64, in the shape of x.

    ``f`` takes an array like x and returns one number. The central difference is off by a multiple
    of h², the one-sided by a multiple of h; a much smaller h drowns in rounding. f gets a float64
    copy of x that is reused between calls.

    >>> numerical_gradient(lambda x: float((x**2).sum()), [1.0, -2.0]).round(6)
    array([ 2., -4.])
    """
    point, h = np.array(x, np.float64), positive(h, "h")
    slope = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        value = point[index]
        point[index] = value + h
        above = f(point)
        point[index] = value - h
        slope[index] = (above - f(point)) / (2 * h)
        point[index] = value
    return slope


def relative_error(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return max |a − b| / max(|a|, |b|) over the two arrays as wholes; NaN if either holds one.

    Below 1e-6 a float64 gradient is right, above 1e-2 it is wrong. Raises ValueError when the
    shapes differ: nothing is broadcast.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"the two must have one shape, got {a.shape} and {b.shape}")
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return float(np.abs(a - b).max(initial=0) / scale) if scale else 0.0


def check_gradients(
    layer: Layer, x: npt.ArrayLike, *, seed: int = 0, h: float = 1e-5
) -> dict[str, float]:
    """Return the relative error of a layer's dx ("x") and of each parameter's gradient.

    The loss is Σ dout · layer.forward(x) with a random dout, so that every output counts
    differently. x (N, ...) must lie off kinks (ties, zeros before a ReLU); the layer must be
    float64 for the errors to be small. Works on a whole network too.
    """
    point = np.array(x, np.float64)
    dout = np.random.default_rng(seed).standard_normal(layer.forward(point).shape)
    dx = layer.backward(dout)
    own = dict(layer.grads)

    def loss(_: Array) -> float:
        return float((layer.forward(point) * dout).sum())

    errors = {"x": relative_error(dx, _slope(loss, point, h))}
    for name, p in layer.params.items():
        errors[name] = relative_error(own[name], _slope(loss, p, h))
    return errors


def _slope(loss: Callable[[Array], float], place: Array, h: float) -> npt.NDArray[np.float64]:
    """The numerical gradient by an array that the loss reads where it lies."""
    saved = place.copy()

    def moved(values: Array) -> float:
        place[...] = values
        return loss(place)

    slope = numerical_gradient(moved, saved, h)
    place[...] = saved
    return slope
