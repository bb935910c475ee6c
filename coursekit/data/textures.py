"""Patches of surfaces for a texture classifier, cut out of the photographs."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.data.photos import load_photo, to_float

#: Texture → photograph and the rectangle (top, bottom, left, right) that shows nothing else.
_REGIONS = {
    "brick": ("brick", (0, 512, 0, 512)),
    "foliage": ("china", (323, 427, 388, 560)),
    "grass": ("grass", (0, 512, 0, 512)),
    "gravel": ("gravel", (0, 512, 0, 512)),
    "petals": ("flower", (134, 304, 230, 400)),
    "wood": ("coffee", (284, 400, 464, 600)),
}

Normalise = Literal["none", "brightness", "contrast"]


class Textures(NamedTuple):
    """Grey patches (N, size, size), float64 in [0, 1]; int64 labels (N,) index ``names``."""

    x_train: NDArray[np.float64]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.int64]
    names: tuple[str, ...]

    def __repr__(self) -> str:
        size = self.x_train.shape[1]
        counts = f"train {len(self.y_train)}, test {len(self.y_test)}"
        return f"Textures({counts}; {size}×{size} patches; {', '.join(self.names)})"


def texture_names() -> tuple[str, ...]:
    """The textures that `load_textures` knows, in alphabetical order."""
    return tuple(_REGIONS)


def load_textures(
    size: int = 32,
    *,
    stride: int | None = None,
    names: Sequence[str] | None = None,
    normalise: Normalise = "brightness",
) -> Textures:
    """Square patches of ``size`` pixels, the same number of each texture, in class order.

    The region of each texture is halved across its longer side: training patches come from the
    first half, test patches from the second, so no pixel is in both. Within a half patches lie on
    a grid with step ``stride`` (default ``size // 4``); a texture with more of them than the
    smallest one keeps an evenly spaced selection.

    ``normalise`` says how far one grey value may give the texture away:

    - ``"none"``: grey values as in the photograph, white is 1;
    - ``"brightness"``: each patch p becomes (p − mean(p)) / 2 + 1/2, so all means are 1/2;
    - ``"contrast"``: (p − mean(p)) / (8·std(p)) + 1/2, so means and spreads agree (std 1/8);
      values more than four standard deviations out are clipped; a flat patch becomes 1/2.

    Raises ValueError for an unknown texture or normalisation, a repeated name, a stride below 1,
    or a size for which some half has no room.
    """
    chosen = tuple(_REGIONS) if names is None else tuple(names)
    unknown = [name for name in chosen if name not in _REGIONS]
    if unknown or not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"names must be different textures of {texture_names()}, got {chosen}")
    if normalise not in ("none", "brightness", "contrast"):
        raise ValueError(f"normalise must be 'none', 'brightness' or 'contrast', got {normalise!r}")
    step = max(1, size // 4) if stride is None else stride
    if size < 1 or step < 1:
        raise ValueError(f"size and stride must be at least 1, got {size} and {step}")

    halves = [_halves(name) for name in chosen]
    train, test = (
        _balance([_patches(pair[part], size, step) for pair in halves], chosen, size)
        for part in (0, 1)
    )
    x_train, x_test = (_normalised(np.concatenate(part), normalise) for part in (train, test))
    y_train, y_test = (np.repeat(np.arange(len(chosen)), len(part[0])) for part in (train, test))
    return Textures(x_train, y_train, x_test, y_test, chosen)


def _halves(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    photo, (top, bottom, left, right) = _REGIONS[name]
    region = to_float(load_photo(photo)[top:bottom, left:right])
    if region.ndim == 3:
        region = region @ np.array([0.299, 0.587, 0.114])  # luma of ITU-R BT.601
    if bottom - top > right - left:
        middle = (bottom - top) // 2
        return region[:middle], region[middle:]
    middle = (right - left) // 2
    return region[:, :middle], region[:, middle:]


def _patches(half: NDArray[np.float64], size: int, step: int) -> NDArray[np.float64]:
    """All (size, size) windows on a grid, as (N, size, size); N is 0 when there is no room."""
    if min(half.shape) < size:
        return np.empty((0, size, size))
    windows = np.lib.stride_tricks.sliding_window_view(half, (size, size))
    return windows[::step, ::step].reshape(-1, size, size)


def _balance(
    patches: list[NDArray[np.float64]], names: tuple[str, ...], size: int
) -> list[NDArray[np.float64]]:
    count = min(len(p) for p in patches)
    if count == 0:
        narrow = [name for name, p in zip(names, patches, strict=True) if not len(p)]
        raise ValueError(
            f"no patch of {size}×{size} fits into the halves of {', '.join(narrow)}: "
            "take a smaller size or leave these names out"
        )
    return [p[np.arange(count) * len(p) // count] for p in patches]


def _normalised(x: NDArray[np.float64], normalise: Normalise) -> NDArray[np.float64]:
    if normalise == "none":
        return x
    centred = x - x.mean(axis=(1, 2), keepdims=True)
    if normalise == "brightness":
        return centred / 2 + 0.5
    spread = x.std(axis=(1, 2), keepdims=True)
    flat = spread < 1e-12
    return np.clip(centred / (8 * np.where(flat, 1, spread)) + 0.5, 0, 1)
