"""Processes, threads, signals, and ends of the process."""

from __future__ import annotations

from hostile import ENDED, answer, cell

answer(
    "forks without end",
    """
    import os

    def pool(x, size=2):
        while True:
            try:
                os.fork()
            except OSError:
                pass
    """,
    r"raised|ended|longer",
    everywhere=True,
)
answer(
    "a daemon that stays",
    """
    import os, time

    def pool(x, size=2):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(1)
            os._exit(0)
        return x
    """,
    r"raised|ended|longer|shape",
    everywhere=True,
)
answer(
    "other programs",
    """
    import os, subprocess

    def pool(x, size=2):
        for start in (
            lambda: subprocess.Popen(["sleep", "1000"], start_new_session=True),
            lambda: os.posix_spawn("/bin/sleep", ["sleep", "1000"], {}),
            lambda: os.system("sleep 1000 &"),
            lambda: os.execv("/bin/sleep", ["sleep", "1000"]),
        ):
            try:
                start()
            except (OSError, ValueError):
                pass
        return x
    """,
    r"raised|ended|longer|shape",
)
answer(
    "a pool of processes",
    """
    import multiprocessing

    def work(n):
        while True:
            pass

    def pool(x, size=2):
        with multiprocessing.Pool(8) as workers:
            return workers.map(work, range(100))
    """,
    r"raised|ended|longer",
)
cell(
    "ten thousand threads",
    """
    import threading, time

    for _ in range(10_000):
        try:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        except RuntimeError:
            break
    """,
)
answer("ends the process", "import os\n\ndef pool(x, size=2):\n    os._exit(0)", ENDED)
cell("a cell that ends the process", "import os\nos._exit(0)", r"Cell 2: .*ended.*left out")
answer(
    "kills itself",
    "import os\n\ndef pool(x, size=2):\n    os.kill(os.getpid(), 9)",
    r"raised|ended",
    everywhere=True,
)
answer(
    "kills whom it can",
    """
    import os

    def pool(x, size=2):
        for process in (os.getppid(), -1, 0, -os.getpgid(0), *range(1, 4000)):
            if process != os.getpid():
                try:
                    os.kill(process, 9)
                except (OSError, OverflowError):
                    pass
        return x
    """,
    r"raised|ended|longer|shape",
    everywhere=True,
)
answer(
    "a null pointer",
    "import ctypes\n\ndef pool(x, size=2):\n    return ctypes.string_at(0)",
    ENDED,
    everywhere=True,
)
answer("aborts", "import os\n\ndef pool(x, size=2):\n    os.abort()", ENDED)
answer(
    "an array in nobody's memory",
    """
    class Elsewhere:
        __array_interface__ = {
            "shape": (1 << 20,), "typestr": "<f8", "data": (8, True), "version": 3
        }

    def pool(x, size=2):
        return [Elsewhere(), Elsewhere()]
    """,
    ENDED,
)
cell(
    "an exit that is put off",
    """
    import atexit, os, threading

    atexit.register(lambda: os._exit(7))

    class Last:
        def __del__(self):
            raise SystemExit(3)

    last = Last()
    del last
    threading.Timer(0.02, os._exit, (0,)).start()
    """,
)
