"""Answers and cells that never end, or nearly."""

from __future__ import annotations

from hostile import LATE, WRONG, answer, cell

answer("endless loop", "def pool(x, size=2):\n    while True:\n        pass", LATE, everywhere=True)
answer(
    "endless loop that catches everything",
    """
    def pool(x, size=2):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
    """,
    LATE,
)
answer(
    "endless loop without signals",
    """
    import signal

    def pool(x, size=2):
        for number in range(1, 64):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
        while True:
            pass
    """,
    LATE,
)
answer("endless in C", "def pool(x, size=2):\n    return sum(range(10**12))", LATE)
answer(
    "a regular expression that backtracks",
    """
    import re

    def pool(x, size=2):
        return re.match(r"(a|aa)+$", "a" * 80 + "b")
    """,
    LATE,
)
answer("a number of ten million digits", "def pool(x, size=2):\n    return 7**(10**8)", LATE)
answer(
    "asleep",
    "import time\n\ndef pool(x, size=2):\n    time.sleep(10**6)",
    LATE,
)
answer(
    "stops itself",
    "import os, signal\n\ndef pool(x, size=2):\n    os.kill(os.getpid(), signal.SIGSTOP)",
    r"ran longer than|ended the whole process|raised",
)
answer(
    "an array that takes forever to become one",
    """
    class Slow:
        def __array__(self, *args, **kwargs):
            while True:
                pass

    def pool(x, size=2):
        return Slow()
    """,
    LATE,
)
answer(
    "a parameter that takes forever to be looked at",
    """
    class Answer:
        @property
        def __signature__(self):
            while True:
                pass

        def __call__(self, x, size=2):
            return x

    pool = Answer()
    """,
    r"shape|longer",
)
cell("an endless cell", "while True:\n    pass", r"Cell 2.*: it ran longer than")
cell(
    "an endless cell in C",
    "sum(range(10**12))",
    r"Cell 2: it ran longer than .*left out",
)
cell(
    "threads that spin",
    """
    import threading

    def spin():
        while True:
            pass

    for _ in range(3):
        threading.Thread(target=spin).start()
    """,
)
cell(
    "a thread that never lets go",
    """
    import threading

    threading.Thread(target=lambda: sum(range(10**12)), daemon=True).start()
    """,
    r"Cell 2: it ran longer than|apart",
)
answer(
    "a thread that never lets go, later",
    """
    import threading

    def pool(x, size=2):
        threading.Thread(target=lambda: sum(range(10**12)), daemon=True).start()
        return x
    """,
    r"ran longer than|shape",
)
answer(
    "all the time there is, just within the limit",
    "import time\n\ndef pool(x, size=2):\n    time.sleep(0.24)\n    return x",
    WRONG,
)
