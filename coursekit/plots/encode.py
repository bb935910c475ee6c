"""Pixels and figures to small image files, the same bytes each time."""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from coursekit.plots.palette import DENSITY, SCREEN_DPI, style

#: Up to this many bytes an image is kept exactly; beyond, it may be compressed with small losses.
EXACT_BYTES = 40_000


def render(figure: Figure) -> NDArray[np.uint8]:
    """The figure's pixels on white, `DENSITY` per CSS pixel: (H, W, 3) uint8.

    The figure's own resolution is put back afterwards.
    """
    before = figure.dpi
    try:
        with style():
            figure.set_dpi(SCREEN_DPI * DENSITY)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            rgba = np.asarray(canvas.buffer_rgba()).astype(np.uint16)
    finally:
        figure.set_dpi(before)
    alpha = rgba[..., 3:]
    return ((rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def to_webp(pixels: NDArray[np.uint8], *, exact_bytes: int = EXACT_BYTES) -> bytes:
    """(H, W, 3) or (H, W) uint8 as a WebP file: exact when small, else at quality 85."""
    image = Image.fromarray(pixels)
    lossy = _save(image, lossless=False, quality=85)
    if len(lossy) > 2 * exact_bytes:  # a photograph; the slow exact attempt would be larger still
        return lossy
    exact = _save(image, lossless=True, quality=60)
    return exact if len(exact) <= exact_bytes else min(exact, lossy, key=len)


def _save(image: Image.Image, *, lossless: bool, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=lossless, quality=quality, method=4)
    return buffer.getvalue()
