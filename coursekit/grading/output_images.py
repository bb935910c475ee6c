"""Pictures among a cell's outputs, for a person to look at."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

IMAGE_BYTES = 2_000_000
IMAGES_A_CELL = 4
_PIXELS = 40_000_000
"""A picture of few bytes and many pixels stops the browser that shows it."""
_OUTPUTS_A_CELL = 1_000

Image = Mapping[str, str]
"""``{"type": "image/png", "data": "<base64>"}``, as `coursekit.grading.records.ByHand` keeps it."""


def images(outputs: Any) -> tuple[Image, ...]:
    """The PNG and JPEG pictures of a cell, at most four, each of at most 2 MB.

    What only claims to be one is left out: the first bytes and the size in pixels are looked at.
    """
    if not isinstance(outputs, list) or not outputs:
        return ()
    found: list[Image] = []
    for kind, text in _claimed(outputs[:_OUTPUTS_A_CELL]):
        if len(found) == IMAGES_A_CELL:
            break
        if _is_image(kind, text):
            found.append({"type": kind, "data": text})
    return tuple(found)


def _claimed(outputs: list[Any]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        if not isinstance(output, dict):
            continue
        # Until format 3 the pictures stood in the output itself, without their media type.
        data = output.get("data", output)
        if not isinstance(data, dict):
            continue
        for kind in _SIZES:
            value = data.get(kind, data.get(kind.removeprefix("image/")))
            if isinstance(value, list) and all(isinstance(line, str) for line in value):
                value = "".join(value)
            if isinstance(value, str) and len(value) < 1.5 * IMAGE_BYTES:
                yield kind, "".join(value.split())


def _is_image(kind: str, text: str) -> bool:
    try:
        content = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:
        return False
    if len(content) > IMAGE_BYTES:
        return False
    width, height = _SIZES[kind](content)
    return 0 < width * height <= _PIXELS


def _png_size(content: bytes) -> tuple[int, int]:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        return 0, 0
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Go from segment to segment to the frame header, which says the size."""
    position = 2
    if content[:3] != b"\xff\xd8\xff":
        return 0, 0
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        length = int.from_bytes(content[position + 2 : position + 4])
        position += 2 + max(length, 2)
    return 0, 0


_SIZES: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png_size,
    "image/jpeg": _jpeg_size,
}
