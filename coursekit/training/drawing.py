"""Finding the digit in a picture that somebody drew, scanned or photographed."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from coursekit.data.pictures import (
    PictureError,
    deep_shares,
    is_deep,
    is_transparent,
    open_picture,
)

#: Larger pictures are reduced to this many pixels on their longer side.
LARGEST = 1000

#: Ink must differ from its paper by this share of the way from black to white.
CONTRAST = 0.12

#: From this many pixels on the shorter side, a picture may be a photograph with uneven light.
_PHOTO = 80
#: Pixels of the coarse picture in which the light is guessed.
_COARSE = 64

_EIGHT = np.ones((3, 3))  # pixels that touch at a corner belong together


@dataclass(frozen=True)
class Drawing:
    """One digit, cut out.

    Attributes:
        ink: (H, W) from 0 for paper to 1 for ink; the edge of a stroke lies at 0.5.
        alone: False when other things, about as large, were left out.
    """

    ink: NDArray[np.float64]
    alone: bool


def read_drawing(path: str | os.PathLike[str]) -> Drawing:
    """The digit in a PNG, JPEG or other picture of any size and mode, transparent or not.

    Dark ink on light paper or the reverse; the paper may be unevenly lit. The largest drawn thing
    counts, with smaller strokes near it. Raises PictureError when the file cannot be read as a
    picture or is empty.
    """
    ink = _ink(_grey(Path(path)))
    level = _between_classes(ink) if ink.max() > CONTRAST else 1.0
    inked = ink > level
    if not _stands_out(ink, inked):
        raise PictureError(path, "is empty: nothing in it stands out from its background")
    mask, alone = _main_thing(inked)
    soft = np.clip(ink / (2 * level), 0, 1) * ndimage.binary_dilation(mask, _EIGHT)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return Drawing(soft[box], alone)


def _grey(path: Path) -> NDArray[np.float64]:
    """Grey values in [0, 1], the picture turned as its camera says, on an opaque ground."""
    image = open_picture(path)
    if is_deep(image):
        return _reduced(deep_shares(image))
    if is_transparent(image):
        grey, alpha = np.moveaxis(np.asarray(image.convert("RGBA").convert("LA")) / 255, -1, 0)
        return _reduced(_opaque(grey, alpha))
    return _reduced(np.asarray(image.convert("L")) / 255)


def _opaque(grey: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put a transparent picture on white, or on black if what is drawn is light."""
    visible = alpha.sum()
    drawn = (grey * alpha).sum() / visible if visible else 0.0
    ground = 1.0 if drawn < 0.5 or alpha.min() == 1 else 0.0
    return grey * alpha + ground * (1 - alpha)


def _reduced(grey: NDArray[np.float64], longest: int = LARGEST) -> NDArray[np.float64]:
    """At most ``longest`` pixels on the longer side, by means over boxes."""
    share = longest / max(grey.shape)
    if share >= 1:
        return grey
    height, width = (max(1, round(n * share)) for n in grey.shape)
    image = Image.fromarray(grey.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float64)


def _ink(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each pixel differs from the paper around it, in the direction of the ink.

    The border says how light the paper is; ink is what differs more from it, on the dark or on the
    light side. In larger pictures the paper under the ink is guessed by a grey closing, which fills
    the strokes from their sides: slow changes of light are no ink then.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    if paper - np.percentile(grey, 0.5) < np.percentile(grey, 99.5) - paper:
        grey, paper = 1 - grey, 1 - paper
    if min(grey.shape) < _PHOTO:
        return (paper - grey).clip(0)
    smooth = ndimage.gaussian_filter(grey, 0.8)  # the grain of a photograph
    coarse = _reduced(smooth, _COARSE)
    window = round(0.45 * min(coarse.shape)) | 1
    closed = ndimage.grey_closing(coarse, size=window, mode="nearest")
    ground = ndimage.uniform_filter(closed, window // 2 | 1, mode="nearest")
    light = Image.fromarray(ground.astype(np.float32)).resize((grey.shape[1], grey.shape[0]))
    return (np.asarray(light, np.float64) - smooth).clip(0)


def _between_classes(ink: NDArray[np.float64]) -> float:
    """N. Otsu's threshold (1979): the two sides differ most in mean, weighted by their sizes."""
    counts, edges = np.histogram(ink, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    sums = np.cumsum(counts * middles)
    n, m = below[:-1], ink.size - below[:-1]
    between = (
        n * m * (sums[:-1] / np.maximum(n, 1) - (sums[-1] - sums[:-1]) / np.maximum(m, 1)) ** 2
    )
    return float(edges[1 + int(between.argmax())])


def _stands_out(ink: NDArray[np.float64], inked: NDArray[np.bool_]) -> bool:
    """Whether the ink is more than the grain of the paper cut in two."""
    if not inked.any():
        return False
    difference = float(ink[inked].mean() - ink[~inked].mean())
    return difference > max(CONTRAST, 4 * float(ink[~inked].std()))


def _main_thing(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], bool]:
    """The largest connected thing with the strokes that belong to it; whether it is alone.

    Things that touch the border of the picture (a table's edge, a shadow) give way to things of at
    least a tenth of their size that do not.
    """
    labels, count = ndimage.label(mask, _EIGHT)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    areas[0] = 0
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = areas.copy()
    inside[np.unique(border)] = 0
    if 10 * inside.max() >= areas.max():
        areas = inside
    boxes = ndimage.find_objects(labels)
    main = int(areas.argmax())
    reach = 0.2 * max(n.stop - n.start for n in boxes[main - 1])
    near = [
        other
        for other in range(1, count + 1)
        if areas[other] >= max(2, 0.03 * areas[main])
        and _gap(boxes[main - 1], boxes[other - 1]) <= reach
    ]
    rest = [o for o in range(1, count + 1) if o not in near and areas[o] >= 0.3 * areas[main]]
    return np.isin(labels, near), not rest


def _gap(a: tuple[slice, ...], b: tuple[slice, ...]) -> float:
    """Pixels between two boxes, 0 when they touch or overlap."""
    return max(max(m.start - n.stop, n.start - m.stop, 0) for n, m in zip(a, b, strict=True))
