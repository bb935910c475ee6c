"""A few numbers that stand for the passages of an answer: winnowing.

S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: local algorithms for document
fingerprinting", SIGMOD 2003, doi:10.1145/872757.872770.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable

import numpy as np

from coursekit.grading.feedback.normalised import LOCAL

PASSAGE = 8
"""Tokens of one passage: about one line of code. A shorter match counts as chance."""

WINDOW = 4
"""Of so many passages in a row at least one is kept: every match of `PASSAGE` + `WINDOW` - 1
tokens is found."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def fingerprints(tokens: Iterable[str]) -> np.ndarray:
    """The passages that winnowing keeps, as sorted numbers without repetition."""
    hashed = _passages(tokens)
    if hashed.size <= WINDOW:
        return np.unique(hashed)
    return np.unique(np.lib.stride_tricks.sliding_window_view(hashed, WINDOW).min(axis=1))


def all_passages(tokens: Iterable[str]) -> np.ndarray:
    """All passages, sorted: what a fingerprint is compared with to see whether it was given."""
    return np.unique(_passages(tokens))


def _passages(tokens: Iterable[str]) -> np.ndarray:
    codes = np.fromiter(map(_code, tokens), np.uint64)
    count = codes.size - PASSAGE + 1
    hashed = np.zeros(max(0, count), np.uint64)
    if count > 0:
        for i in range(PASSAGE):
            hashed = (hashed + codes[i : i + count]) * _FACTOR
            hashed ^= hashed >> np.uint64(32)
    return hashed


@functools.lru_cache(maxsize=100_000)
def _code(token: str) -> int:
    """The same on every day and machine. Which local name or number it is makes no difference."""
    if token.startswith(LOCAL):
        token = LOCAL
    elif token[:1].isdigit():
        token = "number"
    return zlib.crc32(token.encode("utf-8", "replace"))
