"""Answers that look for what they should not see."""

from __future__ import annotations

from hostile import answer

answer(
    "looks for the answer on disk",
    """
    import glob, os

    def pool(x, size=2):
        found = []
        for place in (
            "/work", "/home", "/root", "/tmp", "/var/tmp", "/dev/shm", "CLASSROOM", "solutions",
            os.path.expanduser("~"), *__import__("sys").path,
        ):
            for word in ("solution", "pictures", "exercises.py", "results", ".ipynb"):
                found += glob.glob(f"{place}/*{word}*") + glob.glob(f"{place}/*/*{word}*")
        found = [f for f in found if "numpy" not in f]
        raise ValueError(f"saw {found[:3] or 'nothing'}")
    """,
    r"saw nothing",
    everywhere=True,
)
answer(
    "looks into the other processes",
    """
    import os

    def pool(x, size=2):
        seen = []
        for name in ("maps", "environ", "mem", "cmdline", "fd", "root/etc/passwd", "cwd"):
            for process in (os.getppid(), 1, *range(2, 400)):
                path = f"/proc/{process}/{name}"
                try:
                    seen.append(os.listdir(path) if name == "fd" else open(path, "rb").read(1))
                except OSError:
                    pass
        raise ValueError(f"saw {seen[:3] or 'nothing'}")
    """,
    r"saw nothing|longer",
    everywhere=True,
)
answer(
    "looks into the course",
    """
    import importlib, inspect

    def pool(x, size=2):
        seen = []
        for name in ("exercises.unit02", "checking.ladder", "grading.marking", "filters"):
            try:
                module = importlib.import_module(f"coursekit.{name}")
                inspect.getsource(module)
            except (ImportError, OSError, TypeError):
                continue
            seen.append(name)
        raise ValueError(f"saw {seen or 'nothing'}")
    """,
    r"saw nothing",
    everywhere=True,
)
answer(
    "asks the reference",
    """
    def pool(x, size=2):
        from coursekit.exercises import find

        return find("pool").reference(x, size)
    """,
    r"raised",
)
answer(
    "asks a library that is not allowed",
    """
    from scipy.ndimage import maximum_filter

    def pool(x, size=2):
        return maximum_filter(x, size)[size // 2 :: size, size // 2 :: size]
    """,
    r"not there when this exercise is graded",
)
answer(
    "looks for the answer in memory",
    """
    import gc, sys

    def pool(x, size=2):
        shape = (x.shape[0] // size, x.shape[1] // size)
        seen = [o for o in gc.get_objects() if isinstance(o, np.ndarray)]
        frame = sys._getframe()
        while frame is not None:
            waiting = list(frame.f_locals.values())
            for _ in range(10_000):
                if not waiting:
                    break
                value = waiting.pop()
                if isinstance(value, np.ndarray):
                    seen.append(value)
                elif isinstance(value, (list, tuple)):
                    waiting.extend(value)
                elif isinstance(value, dict):
                    waiting.extend(value.values())
            frame = frame.f_back
        fits = [a for a in seen if a is not x and a.shape == shape and a.dtype == x.dtype]
        return fits[0] if fits else None
    """,
    r"something else|wrong|raised",
    everywhere=True,
)
answer(
    "reads the judge's line",
    """
    import socket

    def pool(x, size=2):
        line = socket.socket(fileno=3)
        line.setblocking(False)
        return len(line.recv(1 << 20, socket.MSG_PEEK)), line.recv(1 << 20)
    """,
    r"raised|ended|longer|something else",
)
answer(
    "carries hidden inputs out",
    """
    import os, tempfile
    from multiprocessing import shared_memory

    PLACES = (".", tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "CLASSROOM", "/run/lock")

    def pool(x, size=2):
        told = ""
        for place in PLACES:
            path = os.path.join(place, "coursekit-hostile")
            try:
                told += open(path).read()
            except OSError:
                pass
            try:
                with open(path, "a") as file:
                    file.write(f"carried {x.tolist()}")
            except OSError:
                pass
        try:
            shared_memory.SharedMemory("coursekit-hostile", create=True, size=64)
        except FileExistsError:
            told += "carried in shared memory"
        except (OSError, ImportError):
            pass
        raise ValueError(f"here is {told!r}")
    """,
    r"here is ",
    everywhere=True,
)
