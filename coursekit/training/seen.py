"""A picture of what the network saw."""

from pathlib import Path

import numpy as np
from PIL import Image

from coursekit.training.files import disk_errors, whole_file
from coursekit.training.prediction import Reading

#: About so many pixels a side are written, so that the network's few can be seen.
SIDE = 320


def write_seen(reading: Reading, picture: Path) -> Path:
    """Write what the network saw beside the picture: three.png → three-seen.png; ink is black."""
    path = picture.with_name(f"{picture.stem}-seen.png")
    pixels = reading.seen
    if pixels.ndim == 2:
        pixels = np.round(255 * (1 - pixels.clip(0, 1))).astype(np.uint8)
    times = max(1, SIDE // len(pixels))
    advice = "Leave --show out or move the picture."
    with disk_errors(path.parent, advice), whole_file(path) as part:
        Image.fromarray(pixels.repeat(times, 0).repeat(times, 1)).save(part)
    return path
