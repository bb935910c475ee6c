"""The picture in the README, from the course's own filters: python docs/make_pictures.py"""

from pathlib import Path

import numpy as np

from coursekit.data import load_photo, to_float
from coursekit.filters import (
    cross_correlate2d,
    gabor_kernel,
    gaussian_blur,
    laplacian_of_gaussian,
    oriented_energy,
    sobel_gradient,
)
from coursekit.plots import Picture, show_images

HERE = Path(__file__).parent
LUMA = (0.299, 0.587, 0.114)


def from_pixels_to_filters() -> Picture:
    """One photograph and what five filters see in it."""
    photo = to_float(load_photo("chelsea"))
    grey = photo @ LUMA
    edges = sobel_gradient(gaussian_blur(grey, 1.0)).magnitude
    blobs = cross_correlate2d(
        grey, laplacian_of_gaussian(13, 2.0), padding="same", border="reflect"
    )
    whiskers = cross_correlate2d(
        grey, gabor_kernel(15, 8.0, np.pi / 3, 3.0), padding="same", border="reflect"
    )
    whiskers -= whiskers.mean()
    energy = oriented_energy(grey, wavelength=8.0, theta=np.pi / 3, sigma=4.0)
    shown = [
        photo,
        gaussian_blur(grey, 4.0),
        np.clip(edges / np.quantile(edges, 0.995), 0, 1),
        _stretched(blobs),
        _stretched(whiskers),
        np.clip(energy / np.quantile(energy, 0.995), 0, 1),
    ]
    return show_images(
        shown,
        ["a photograph", "blurred", "edges", "Laplacian of Gaussian", "Gabor filter", "its energy"],
        columns=3,
        alt="A tabby cat's face, and the same face blurred, as bright edges on black, as dark and "
        "light blobs, as stripes at 60 degrees, and as the places where such stripes are strong.",
    )


def _stretched(response: np.ndarray) -> np.ndarray:
    """A signed response as greys around one half."""
    return np.clip(0.5 + 0.5 * response / np.quantile(np.abs(response), 0.99), 0, 1)


if __name__ == "__main__":
    from_pixels_to_filters().save(HERE / "images" / "filters.webp")
