"""A picture of what the network saw."""

from pathlib import Path

import numpy as np
from PIL import Image

from coursekit.training.files import disk_errors, whole_file
from coursekit.training.prediction import Reading

#: Written this many times larger, so that the pixels can be seen.
ENLARGED = 10


def write_seen(reading: Reading, picture: Path) -> Path:
    """Write what the network saw beside the picture: three.png → three-seen.png, ink black."""
    path = picture.with_name(f"{picture.stem}-seen.png")
    pixels = np.round(255 * (1 - reading.seen.clip(0, 1))).astype(np.uint8)
    advice = "Leave --show out or move the picture."
    with disk_errors(path.parent, advice), whole_file(path) as part:
        Image.fromarray(pixels.repeat(ENLARGED, 0).repeat(ENLARGED, 1)).save(part)
    return path
