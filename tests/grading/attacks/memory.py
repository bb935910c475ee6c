"""Answers and cells that take all memory, or pretend to have taken it."""

from __future__ import annotations

from hostile import RAISED, answer, cell

_MEMORY = r"raised an exception|ended the whole process|ran longer"
answer(
    "a list that grows",
    """
    def pool(x, size=2):
        hoard = []
        while True:
            hoard.append(bytearray(1 << 24))
    """,
    _MEMORY,
    everywhere=True,
)
answer("an array of 800 GB", "def pool(x, size=2):\n    return np.ones(10**11)", RAISED)
answer("a text of 10 TB", "def pool(x, size=2):\n    return 'x' * 10**13", RAISED)
answer(
    "memory taken behind Python's back",
    """
    import mmap

    def pool(x, size=2):
        hoard = []
        while True:
            hoard.append(mmap.mmap(-1, 1 << 26))
            hoard[-1][:: 4096] = b"x" * (1 << 14)
    """,
    _MEMORY,
)
answer(
    "recursion without end",
    """
    import sys

    def pool(x, size=2):
        sys.setrecursionlimit(10**9)
        return pool([x], size)
    """,
    _MEMORY,
)
answer(
    "recursion in C without end",
    """
    import sys

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "x")

    def pool(x, size=2):
        sys.setrecursionlimit(10**9)
        for _ in range(10**6):
            x = [x]
        return repr(x), Deep().here
    """,
    _MEMORY,
)
answer(
    "10 GB that are one number",
    "def pool(x, size=2):\n    return np.broadcast_to(x.max(), (40_000, 40_000))",
    r"raised an exception|shape|ended",
)
answer(
    "strides beyond the memory",
    """
    def pool(x, size=2):
        return np.lib.stride_tricks.as_strided(x, (1 << 10, 8), (1 << 40, 8))
    """,
    r"ended|raised",
)
answer(
    "a list of a hundred thousand levels",
    """
    def pool(x, size=2):
        for _ in range(100_000):
            x = [x]
        return x
    """,
    r"raised|ended|something else|wrong",
)
answer(
    "a list that holds itself",
    """
    def pool(x, size=2):
        itself = []
        itself.append(itself)
        return itself
    """,
    r"raised|ended|something else|wrong|shape",
)
answer(
    "a number of a million digits",
    "def pool(x, size=2):\n    return 1 << 4_000_000",
    r"something else|wrong|shape",
)
cell(
    "hoards all memory for later",
    """
    hoard = []
    try:
        for size in (1 << 26, 1 << 20, 1 << 12):
            while True:
                hoard.append(bytearray(size))
    except MemoryError:
        pass
    """,
)
answer(
    "hoards all memory while it is called",
    """
    hoard = []

    def pool(x, size=2):
        try:
            while True:
                hoard.append(bytearray(1 << 22))
        except MemoryError:
            pass
    """,
    r"raised|ended|something else|longer",
)
