"""Photographs that scikit-image and scikit-learn ship: names, credits, descriptions, pixels."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from coursekit.data.files import packaged_file

_DISTRIBUTIONS = {"skimage": "scikit-image", "sklearn": "scikit-learn"}


@dataclass(frozen=True)
class Photo:
    """What is known about a photograph: ``shape`` is (H, W) or (H, W, 3)."""

    title: str
    shape: tuple[int, ...]
    credit: str
    alt: str
    package: str
    file: str


def _skimage(file: str, title: str, shape: tuple[int, ...], credit: str, alt: str) -> Photo:
    return Photo(title, shape, credit, alt, "skimage", f"data/{file}")


def _sklearn(file: str, title: str, shape: tuple[int, ...], credit: str, alt: str) -> Photo:
    return Photo(title, shape, credit, alt, "sklearn", f"datasets/images/{file}")


_PHOTOS = {
    "astronaut": _skimage(
        "astronaut.png",
        "Astronaut Eileen Collins",
        (512, 512, 3),
        "NASA, public domain",
        "A smiling woman with short hair in an orange space suit, in front of a flag and a model "
        "of a space shuttle.",
    ),
    "brick": _skimage(
        "brick.png",
        "Brick wall",
        (512, 512),
        "CC0Textures (Bricks25), CC0",
        "A grey wall of narrow upright bricks with light joints, seen at a slant.",
    ),
    "camera": _skimage(
        "camera.png",
        "Camera man",
        (512, 512),
        "Lav Varshney, CC0",
        "A man in a dark coat looks through a camera on a tripod on a lawn; low buildings behind.",
    ),
    "chelsea": _skimage(
        "chelsea.png",
        "Chelsea the cat",
        (300, 451, 3),
        "Stéfan van der Walt, CC0",
        "The face of a ginger tabby cat with green eyes, striped forehead and white whiskers.",
    ),
    "china": _sklearn(
        "china.jpg",
        "Pagoda in China",
        (427, 640, 3),
        "danielbuechele on Flickr, CC BY 2.0",
        "A many-storeyed pagoda with curved tiled roofs above trees; a lake and hills behind.",
    ),
    "clock": _skimage(
        "clock_motion.png",
        "Clock, blurred by motion",
        (300, 400),
        "Stéfan van der Walt, public domain",
        "A round wall clock smeared sideways by a moving camera, on a plain grey wall.",
    ),
    "coffee": _skimage(
        "coffee.png",
        "Cup of coffee",
        (400, 600, 3),
        "Rachel Michetti, CC0, courtesy of Pikolo Espresso Bar",
        "A half-full cup of coffee on a red-brown saucer with a spoon, on a wooden table.",
    ),
    "coins": _skimage(
        "coins.png",
        "Greek coins from Pompeii",
        (303, 384),
        "Brooklyn Museum, no known copyright restrictions",
        "Twenty-four worn round coins in four rows on a dark background.",
    ),
    "flower": _sklearn(
        "flower.jpg",
        "Dahlia",
        (427, 640, 3),
        "vultilion on Flickr, CC BY 2.0",
        "A round apricot dahlia with many small petals, on a dark green, blurred background.",
    ),
    "grass": _skimage(
        "grass.png",
        "Grass",
        (512, 512),
        "linolafett on DeviantArt, CC0",
        "Grass and small leaves from above, in grey: thin blades in all directions.",
    ),
    "gravel": _skimage(
        "gravel.png",
        "Gravel",
        (512, 512),
        "CC0Textures (Gravel04), CC0",
        "Gravel from above, in grey: small angular stones with dark gaps between them.",
    ),
    "hubble": _skimage(
        "hubble_deep_field.jpg",
        "Hubble eXtreme Deep Field",
        (872, 1000, 3),
        "NASA, public domain",
        "Hundreds of small bright galaxies, white, orange and blue, scattered over black sky.",
    ),
    "retina": _skimage(
        "retina.jpg",
        "Human retina",
        (1411, 1411, 3),
        "Mikael Häggström, CC0",
        "The back of a human eye: an orange-red disc with branching vessels and one bright spot.",
    ),
    "rocket": _skimage(
        "rocket.jpg",
        "Rocket before launch",
        (427, 640, 3),
        "SpaceX, public domain",
        "A white rocket on its launch pad at dusk, between tall lattice masts.",
    ),
    "text": _skimage(
        "text.png",
        "Handwritten formulas",
        (172, 448),
        "Wikipedia (Corner.png), public domain",
        "Handwritten formulas on squared paper, seen at a slant, dark on grey.",
    ),
    "tissue": _skimage(
        "ihc.png",
        "Stained tissue",
        (512, 512, 3),
        "Center for Microscopy and Molecular Imaging, no known copyright restrictions",
        "Stained colon tissue under a microscope: brown glands with fine lines, small blue nuclei.",
    ),
}


def photo_names() -> tuple[str, ...]:
    """The names that `load_photo` knows, in alphabetical order."""
    return tuple(_PHOTOS)


def photo_info(name: str) -> Photo:
    """Title, shape, credit and description of a photograph. Raises ValueError: unknown name."""
    try:
        return _PHOTOS[name]
    except (KeyError, TypeError):
        raise ValueError(f"no photo is called {name!r}.{_suggestion(name)}") from None


def photo_credit(name: str) -> str:
    """Who made the photograph and its licence. Raises ValueError for an unknown name."""
    return photo_info(name).credit


def photo_alt(name: str) -> str:
    """What the photograph shows, for people who do not see it. Raises ValueError: unknown name."""
    return photo_info(name).alt


def load_photo(name: str) -> NDArray[np.uint8]:
    """A photograph as uint8 values 0–255: (H, W) if it is grey, (H, W, 3) if in colour (RGB).

    `photo_names` lists the names. The array is new and writable. Raises ValueError for an unknown
    name, ModuleNotFoundError when the package that ships the photograph is missing.
    """
    photo = photo_info(name)
    path = packaged_file(photo.package, photo.file, _DISTRIBUTIONS[photo.package])
    with Image.open(path) as file:
        return np.array(file)


def to_float(image: ArrayLike) -> NDArray[np.float64]:
    """Pixel values 0–255 as float64 in [0, 1], any shape.

    Raises TypeError for anything but uint8: other integers and floats do not say what white is.
    """
    x = np.asarray(image)
    if x.dtype != np.uint8:
        raise TypeError(f"to_float takes a uint8 image (values 0–255), got {x.dtype}")
    return x / 255.0


def _suggestion(name: object) -> str:
    """Near names, found by spelling or by a word of the title ("cat" → chelsea), then all."""
    word = str(name).lower()
    near = get_close_matches(word, _PHOTOS, n=3)
    near += [
        key
        for key, photo in _PHOTOS.items()
        if key not in near and word in photo.title.lower().split()
    ]
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return f"{hint} There are: {', '.join(_PHOTOS)}."
