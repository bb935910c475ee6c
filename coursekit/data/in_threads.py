"""A function of many items, in several threads, with its progress."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

#: Called with (items done, items in all).
Progress = Callable[[int, int], None]

_THREADS = min(8, os.cpu_count() or 1)


def in_threads(
    function: Callable[[A], B], items: Sequence[A], progress: Progress | None = None
) -> Iterator[B]:
    """The function's results in the order of the items; ``progress`` runs on the calling thread.

    It pays for functions that wait, or that work without holding Python's lock, as decoding a
    picture does. When the function raises or nobody wants more, what has not begun is dropped.
    """
    pool = ThreadPoolExecutor(_THREADS)
    try:
        for done, result in enumerate(pool.map(function, items), 1):
            yield result
            if progress is not None:
                progress(done, len(items))
    finally:
        pool.shutdown(cancel_futures=True)
