"""Opening pictures that come from anywhere: broken ones, huge ones, any mode, any way up."""

import os
import threading
import warnings
from functools import cache
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from coursekit.errors import CourseError

#: Names of files that hold pictures end in one of these, in small or capital letters.
PICTURE_ENDINGS = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".jp2", ".j2k", ".bmp", ".dib"}
    | {".gif", ".webp", ".avif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm"}
)

#: Pictures with more pixels are not opened: 9,000 × 9,000 need a quarter of a gigabyte in colour.
MOST_PIXELS = 90_000_000

# Formats that are read by Pillow itself; others start programs, PostScript for one.
_FORMATS = ["PNG", "JPEG", "MPO", "BMP", "DIB", "WEBP", "GIF", "TIFF", "PPM", "AVIF", "JPEG2000"]
_OPENING = threading.Lock()  # filters of warnings belong to all threads together


class PictureError(CourseError, ValueError):
    """A file is no picture, or nothing is drawn in it; the message names it and says which.

    Attributes:
        reason: the message without the file's name.
    """

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        super().__init__(f"{shown(path)} {reason}")
        self.reason = reason


def shown(path: str | os.PathLike[str]) -> str:
    """The path as it can be printed, also where its bytes are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def open_picture(path: str | os.PathLike[str], shorter: int | None = None) -> Image.Image:
    """The first picture of a file, decoded to its end and turned as its camera says.

    With ``shorter`` a JPEG may come at a half, a quarter or an eighth of its size, which is much
    faster, if its shorter side keeps at least so many pixels. Threads may call it side by side.

    Raises PictureError when there is no such file, when it cannot be decoded, and when it has
    more than MOST_PIXELS pixels (a small file can claim to be a picture that fills the memory).
    """
    try:
        with Path(path).open("rb") as stream, _opened(stream) as file:
            if file.width * file.height > MOST_PIXELS:
                raise PictureError(path, _too_many(f"{file.width} × {file.height}"))
            if shorter is not None:
                file.draft(None, (shorter, shorter))
            file.load()
            return _upright(file)
    except PictureError:
        raise
    except FileNotFoundError:
        raise PictureError(path, "cannot be found: there is no file of that name") from None
    except UnidentifiedImageError:
        raise PictureError(path, "is not a picture that can be read: give a PNG or JPEG") from None
    except Image.DecompressionBombError:
        raise PictureError(path, _too_many("far more")) from None
    except Exception as error:  # decoders that meet broken bytes raise nearly anything
        said = getattr(error, "strerror", None) or error  # without the file's name once more
        raise PictureError(path, f"cannot be read as a picture: {said}") from error


def _opened(stream: IO[bytes]) -> Image.Image:
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of many pixels and of damaged notes beside them
        return Image.open(stream, formats=_formats())


@cache
def _formats() -> tuple[str, ...]:
    """Those of _FORMATS that this Pillow has."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _too_many(size: str) -> str:
    return f"has too many pixels ({size}): reduce it to at most {MOST_PIXELS:,}"


def _upright(image: Image.Image) -> Image.Image:
    """A copy, turned by its EXIF orientation; damaged EXIF data are as good as none."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as above; the pixels are sound, so the picture is
        return image.copy()


def is_deep(image: Image.Image) -> bool:
    """Whether its pixels have 16 or 32 bits, which Pillow would cut off."""
    return image.mode.startswith(("I", "F"))


def deep_shares(image: Image.Image) -> NDArray[np.float64]:
    """Grey values (H, W) of a deep picture, as shares of the usual 16 bits or of their largest."""
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)
    most = float(values.max(initial=0))
    return values.clip(0) / (65535 if 1 < most <= 65535 else max(most, 1))


def is_transparent(image: Image.Image) -> bool:
    """Whether it says of pixels that they are transparent."""
    return image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info


def rgb_picture(image: Image.Image) -> Image.Image:
    """Red, green and blue, 8 bits each, of a picture of any mode; transparent ones lie on white."""
    if is_deep(image):
        grey = np.rint(255 * deep_shares(image)).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if is_transparent(image):
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")
