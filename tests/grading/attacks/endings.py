"""Exceptions of all kinds."""

from __future__ import annotations

from hostile import LATE, RAISED, answer, cell

for ending in ("SystemExit", "KeyboardInterrupt", "BaseException", "GeneratorExit", "MemoryError"):
    answer(f"raises {ending}", f"def pool(x, size=2):\n    raise {ending}", r"raised|ended")
    cell(f"a cell that raises {ending}", f"raise {ending}", rf"Cell 2, line 1: it raised {ending}")
cell("exit() in a cell", "exit()", r"Cell 2|skip|effect")
answer(
    "an exception that fights back",
    """
    class Fights(Exception):
        def __str__(self):
            raise self

        __repr__ = __format__ = __str__

        @property
        def __traceback__(self):
            raise SystemExit

    def pool(x, size=2):
        raise Fights
    """,
    r"raised|ended|longer",
)
answer(
    "an exception of 10 MB",
    "def pool(x, size=2):\n    raise ValueError('\\ud800<script>' + 'x' * 10**7)",
    RAISED,
    reveals=("x" * 5000,),
)
answer(
    "a class of exceptions with a name",
    """
    def pool(x, size=2):
        raise type("A" * 10**6 + "\\n\\ud800<b>", (Exception,), {})()
    """,
    RAISED,
)
answer(
    "says itself that it ran out of time",
    """
    from coursekit.checking.limits import OutOfTime

    def pool(x, size=2):
        raise OutOfTime
    """,
    LATE,
)
answer(
    "an exception that was raised a million times",
    """
    def pool(x, size=2):
        error = ValueError()
        for _ in range(100_000):
            error = ValueError(error)
        raise ExceptionGroup("all", [error])
    """,
    r"raised|ended|longer",
)
