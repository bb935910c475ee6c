"""Hostile and broken submissions, each with the points that it honestly deserves.

The assignment asks for four functions of ten points each. In most attacks three of them are right
and `pool` attacks: it deserves nothing, the others keep all of their points.
"""

from __future__ import annotations

import io
import json
import os
import struct
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FULL = 10.0

SETTINGS = """\
name = "pictures"
title = "Four small tools for pictures"
packages = ["numpy"]

[limits]
seconds = 0.3
"""

EXERCISES = '''\
import numpy as np

from coursekit.exercises import Exercise, case, tiny

HINTS = ("Take paper.", "Take a smaller picture.", "Write the loops first.")
RULES = dict(unit="95", points=10, minutes=10, difficulty=1, hints=HINTS)


def _center(x):
    return x - x.mean(axis=1, keepdims=True)


def _pool(x, size=2):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    blocks = x[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return blocks.max(axis=(1, 3))


def _shift(x, down, right):
    moved = np.zeros_like(x)
    height, width = x.shape
    moved[down:, right:] = x[: height - down, : width - right]
    return moved


def _edges(x):
    return np.abs(np.diff(x, axis=1))


center = Exercise("center(x)", title="Rows of mean 0", reference=_center, **RULES)
pool = Exercise(
    "pool(x, size=2)",
    title="The largest of each block",
    reference=_pool,
    checks={"blocks": 6, "left over": 2, "in any form": 2},
    **RULES,
)
shift = Exercise("shift(x, down, right)", title="Moved", reference=_shift, **RULES)
edges = Exercise("edges(x)", title="Steps along rows", reference=_edges, **RULES)


@center.cases
def center_cases(rng):
    yield tiny("two rows", np.array([[1.0, 3.0], [5.0, 5.0]]), expected=[[-1, 1], [0, 0]])
    yield case("a picture", rng.standard_normal((5, 7)))
    yield case("a tall picture", rng.standard_normal((9, 2)))


@pool.cases
def pool_cases(rng):
    yield tiny("one block", np.array([[1.0, 4.0], [3.0, 2.0]]), expected=[[4]])
    yield case("a picture", rng.standard_normal((6, 8)))
    yield case("blocks of 3", rng.standard_normal((6, 9)), size=3)
    yield case("an odd picture", rng.standard_normal((7, 9))).counts_for("left over")


@shift.cases
def shift_cases(rng):
    yield tiny("one down", np.array([[1.0, 2.0], [3.0, 4.0]]), 1, 0, expected=[[0, 0], [1, 2]])
    yield case("a picture", rng.standard_normal((5, 6)), 1, 2)
    yield case("not moved", rng.standard_normal((3, 4)), 0, 0)


@edges.cases
def edges_cases(rng):
    yield tiny("a row", np.array([[1.0, 3.0, 2.0]]), expected=[[2, 1]])
    yield case("a picture", rng.standard_normal((5, 7)))
    yield case("a column", rng.standard_normal((4, 1)))
'''

SOURCE = "# %% [markdown]\n# # Pictures\n"

RIGHT: Mapping[str, str] = {
    "center": """
        def center(x):
            means = np.sum(x, axis=1, keepdims=True) / x.shape[1]
            return x - means
        """,
    "pool": """
        def pool(x, size=2):
            rows, columns = len(x) // size, len(x[0]) // size
            out = np.zeros((rows, columns), dtype=x.dtype)
            for i in range(rows):
                for j in range(columns):
                    block = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
                    out[i, j] = np.max(block)
            return out
        """,
    "shift": """
        def shift(x, down, right):
            moved = np.zeros_like(x)
            moved[down:, right:] = x[: len(x) - down, : x.shape[1] - right]
            return moved
        """,
    "edges": """
        def edges(x):
            both = np.stack([x[:, 1:], -x[:, :-1]])
            return np.abs(np.sum(both, axis=0))
        """,
}


@dataclass(frozen=True)
class Attack:
    """A notebook that attacks.

    Attributes:
        first: a cell that runs before all answers; last: one that runs after them.
        pool: in place of the right answer to the second question.
        honest: what each question deserves, where it is not everything.
        says: a regular expression that the words of the record match.
        reveals: texts that no record may show.
        everywhere: whether it is tried at every level of the sandbox.
    """

    name: str
    first: str = ""
    last: str = ""
    pool: str = RIGHT["pool"]
    honest: Mapping[str, float] = field(default_factory=dict)
    says: str = ""
    reveals: tuple[str, ...] = ()
    everywhere: bool = False

    def deserves(self, question: str) -> float:
        """The points that an honest look at the code gives."""
        return self.honest.get(question, FULL)

    def codes(self) -> dict[str, str]:
        """The notebook's cells by their ids."""
        answers = {f"answer-{name}": code for name, code in {**RIGHT, "pool": self.pool}.items()}
        codes = {"imports": "import numpy as np", "first": self.first, **answers, "last": self.last}
        return {i: textwrap.dedent(c).strip("\n") for i, c in codes.items() if c.strip()}


ATTACKS: list[Attack] = []


def _answer(name: str, pool: str, says: str, **more: Any) -> None:
    """An attack while it is called, by an answer that deserves nothing."""
    honest = {"pool": 0.0, **more.pop("honest", {})}
    ATTACKS.append(Attack(name, pool=pool, says=says, honest=honest, **more))


def _cell(name: str, first: str, says: str = "", **more: Any) -> None:
    """An attack while the cells run; all answers are right, and deserve everything."""
    ATTACKS.append(Attack(name, first=first, says=says, **more))


def code_cell(cell_id: str, source: object, **more: object) -> dict[str, object]:
    """One code cell of a notebook."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
        **more,
    }


def notebook(codes: Mapping[str, str]) -> dict[str, Any]:
    """A notebook as Jupyter writes it, with these code cells."""
    cells = [code_cell(name, source) for name, source in codes.items()]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def clean() -> dict[str, Any]:
    """A notebook in which everything is right."""
    return notebook(Attack("clean").codes())


def written(attack: Attack, classroom: Path) -> bytes:
    """The attack's notebook; ``CLASSROOM`` in its code is where the others' notebooks are."""
    text = json.dumps(notebook(attack.codes()))
    return text.replace("CLASSROOM", str(classroom)).encode()


LATE = r"ran longer than"
ENDED = r"ended the whole process"
WRONG = r"Fails: one block \((the numbers are wrong|.*shape|something else)"
RAISED = r"Fails: one block \(it raised an exception\)"

# --- endless -----------------------------------------------------------------------------------

_answer("endless loop", "def pool(x, size=2):\n    while True:\n        pass", LATE, everywhere=True)
_answer(
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
_answer(
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
    everywhere=True,
)
_answer("endless in C", "def pool(x, size=2):\n    return sum(range(10**12))", LATE)
_answer(
    "a regular expression that backtracks",
    """
    import re

    def pool(x, size=2):
        return re.match(r"(a|aa)+$", "a" * 80 + "b")
    """,
    LATE,
)
_answer("a number of ten million digits", "def pool(x, size=2):\n    return 7**(10**8)", LATE)
_answer(
    "asleep",
    "import time\n\ndef pool(x, size=2):\n    time.sleep(10**6)",
    LATE,
)
_answer(
    "stops itself",
    "import os, signal\n\ndef pool(x, size=2):\n    os.kill(os.getpid(), signal.SIGSTOP)",
    r"ran longer than|ended the whole process|raised",
)
_answer(
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
_answer(
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
_cell("an endless cell", "while True:\n    pass", r"Cell 2.*: it ran longer than", everywhere=True)
_cell(
    "an endless cell in C",
    "sum(range(10**12))",
    r"Cell 2: it ran longer than .*left out",
)
_cell(
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
_cell(
    "a thread that never lets go",
    """
    import threading

    threading.Thread(target=lambda: sum(range(10**12)), daemon=True).start()
    """,
    r"Cell 2: it ran longer than|apart",
)
_answer(
    "a thread that never lets go, later",
    """
    import threading

    def pool(x, size=2):
        threading.Thread(target=lambda: sum(range(10**12)), daemon=True).start()
        return x
    """,
    r"ran longer than|shape",
)
_answer(
    "all the time there is, just within the limit",
    "import time\n\ndef pool(x, size=2):\n    time.sleep(0.24)\n    return x",
    WRONG,
)

# --- memory ------------------------------------------------------------------------------------

_MEMORY = r"raised an exception|ended the whole process|ran longer"
_answer(
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
_answer("an array of 800 GB", "def pool(x, size=2):\n    return np.ones(10**11)", RAISED)
_answer("a text of 10 TB", "def pool(x, size=2):\n    return 'x' * 10**13", RAISED)
_answer(
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
_answer(
    "recursion without end",
    """
    import sys

    def pool(x, size=2):
        sys.setrecursionlimit(10**9)
        return pool([x], size)
    """,
    _MEMORY,
)
_answer(
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
_answer(
    "10 GB that are one number",
    "def pool(x, size=2):\n    return np.broadcast_to(x.max(), (40_000, 40_000))",
    r"raised an exception|shape|ended",
)
_answer(
    "strides beyond the memory",
    """
    def pool(x, size=2):
        return np.lib.stride_tricks.as_strided(x, (1 << 10, 8), (1 << 40, 8))
    """,
    r"ended|raised",
)
_answer(
    "a list of a hundred thousand levels",
    """
    def pool(x, size=2):
        for _ in range(100_000):
            x = [x]
        return x
    """,
    r"raised|ended|something else|wrong",
)
_answer(
    "a list that holds itself",
    """
    def pool(x, size=2):
        itself = []
        itself.append(itself)
        return itself
    """,
    r"raised|ended|something else|wrong|shape",
)
_answer(
    "a number of a million digits",
    "def pool(x, size=2):\n    return 1 << 4_000_000",
    r"something else|wrong|shape",
)
_cell(
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
_answer(
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

# --- processes ---------------------------------------------------------------------------------

_answer(
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
_answer(
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
_answer(
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
_answer(
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
_cell(
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
_answer("ends the process", "import os\n\ndef pool(x, size=2):\n    os._exit(0)", ENDED)
_cell("a cell that ends the process", "import os\nos._exit(0)", r"Cell 2: .*ended.*left out")
_answer(
    "kills itself",
    "import os\n\ndef pool(x, size=2):\n    os.kill(os.getpid(), 9)",
    r"raised|ended",
    everywhere=True,
)
_answer(
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
_answer(
    "a null pointer",
    "import ctypes\n\ndef pool(x, size=2):\n    return ctypes.string_at(0)",
    ENDED,
    everywhere=True,
)
_answer("aborts", "import os\n\ndef pool(x, size=2):\n    os.abort()", ENDED)
_answer(
    "an array in nobody's memory",
    """
    class Elsewhere:
        __array_interface__ = {"shape": (1 << 20,), "typestr": "<f8", "data": (8, True), "version": 3}

    def pool(x, size=2):
        return [Elsewhere(), Elsewhere()]
    """,
    ENDED,
)
_cell(
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

# --- the ends of a call ------------------------------------------------------------------------

for ending in ("SystemExit", "KeyboardInterrupt", "BaseException", "GeneratorExit", "MemoryError"):
    _answer(f"raises {ending}", f"def pool(x, size=2):\n    raise {ending}", r"raised|ended")
    _cell(f"a cell that raises {ending}", f"raise {ending}", rf"Cell 2, line 1: it raised {ending}")
_cell("exit() in a cell", "exit()", r"Cell 2|skip|effect")
_answer(
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
_answer(
    "an exception of 10 MB",
    "def pool(x, size=2):\n    raise ValueError('\\ud800<script>' + 'x' * 10**7)",
    RAISED,
    reveals=("x" * 5000,),
)
_answer(
    "a class of exceptions with a name",
    """
    def pool(x, size=2):
        raise type("A" * 10**6 + "\\n\\ud800<b>", (Exception,), {})()
    """,
    RAISED,
)
_answer(
    "says itself that it ran out of time",
    """
    from coursekit.checking.limits import OutOfTime

    def pool(x, size=2):
        raise OutOfTime
    """,
    LATE,
)
_answer(
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

# --- patches -----------------------------------------------------------------------------------

_ALWAYS = "lambda *args, **kwargs: True"
_cell(
    "comparisons that always agree",
    f"""
    for name in ("allclose", "isclose", "array_equal", "all", "any", "testing", "asarray", "array"):
        setattr(np, name, {_ALWAYS})
    np.testing = np.allclose
    """,
    r"apart",
    everywhere=True,
)
_answer(
    "comparisons that always agree, later",
    f"""
    def pool(x, size=2):
        np.allclose = np.array_equal = np.isclose = np.abs = {_ALWAYS}
        np.zeros = np.zeros_like = np.sum = lambda *args, **kwargs: None
        return x
    """,
    r"shape",
)
_cell(
    "NumPy turned inside out",
    """
    import numpy._core.fromnumeric as inner

    inner._wrapreduction = lambda *args, **kwargs: 0
    np._core.numeric.zeros_like = np._core.numeric.ones_like
    """,
)
_answer(
    "NumPy turned inside out, later",
    """
    import numpy._core.fromnumeric as inner

    def pool(x, size=2):
        inner._wrapreduction = lambda *args, **kwargs: 0
        inner._wrapreduction_any_all = inner._wrapfunc = inner._wrapreduction
        return x
    """,
    r"shape",
)
_cell(
    "builtins that lie",
    """
    import builtins

    builtins.len = lambda x: 0
    builtins.isinstance = lambda *args: True
    builtins.print = builtins.open = builtins.hash = builtins.range = lambda *args: None
    builtins.__import__ = lambda *args, **kwargs: None
    """,
    r"apart",
    everywhere=True,
)
_answer(
    "builtins that lie, later",
    """
    import builtins

    def pool(x, size=2):
        builtins.len = builtins.id = lambda x: 0
        builtins.isinstance = lambda *args: True
        builtins.type = builtins.str = builtins.list = builtins.dict = lambda *args: None
        return x
    """,
    r"shape|ended|raised",
)
_cell(
    "modules that are others",
    """
    import sys, types

    class Poison(types.ModuleType):
        def __getattr__(self, name):
            return lambda *args, **kwargs: True

    for name in list(sys.modules):
        if name not in ("sys", "builtins", "__main__"):
            sys.modules[name] = Poison(name)
    """,
)
_cell(
    "imports that go elsewhere",
    """
    import sys

    class Finder:
        def find_spec(self, name, path=None, target=None):
            raise SystemExit(f"no {name}")

    sys.meta_path.insert(0, Finder())
    sys.path_hooks.clear()
    sys.path[:] = ["/nowhere"]
    for name in [n for n in sys.modules if n.startswith("coursekit")]:
        del sys.modules[name]
    """,
)
_answer(
    "the worker's own functions",
    """
    import sys

    def pool(x, size=2):
        for name, module in list(sys.modules.items()):
            if name.startswith("coursekit."):
                for each in ("decode", "mismatch", "answer_call", "as_array", "same", "call"):
                    if hasattr(module, each):
                        setattr(module, each, lambda *args, **kwargs: True)
        return x
    """,
    r"shape|ended|raised|something else",
)
_answer(
    "the worker's own functions, put to use",
    """
    import gc, sys

    def pool(x, size=2):
        for each in gc.get_objects():
            if type(each).__name__ == "Worker":
                each._find = lambda told: dict(there=True, callable=True, changed=False)
                each._call = lambda told: dict(value=np.zeros((1, 1)), passed=True, score=10)
        return x
    """,
    r"shape|ended|raised|something else|wrong",
)
_cell(
    "clocks that run backwards",
    """
    import itertools, time

    backwards = itertools.count(10**9, -1)
    time.perf_counter = time.time = time.monotonic = lambda: float(next(backwards))
    time.sleep = lambda seconds: None
    """,
)
_cell(
    "errors wherever NumPy finds one",
    """
    import warnings

    np.seterr(all="raise")
    warnings.simplefilter("error")
    warnings.warn = warnings.warn_explicit = None
    """,
)
_answer(
    "the rules of the process, later",
    """
    import decimal, gc, locale, os, sys, warnings

    def pool(x, size=2):
        np.seterr(all="raise")
        np.set_printoptions(precision=1, threshold=0)
        warnings.simplefilter("error")
        decimal.getcontext().prec = 1
        locale.setlocale(locale.LC_ALL, "C")
        gc.disable()
        os.umask(0)
        os.chdir("/")
        os.environ.clear()
        sys.setrecursionlimit(60)
        return x
    """,
    r"shape|raised",
)
_cell(
    "everything is traced",
    """
    import sys, threading

    def trace(frame, event, arg):
        if frame.f_code.co_name in RIGHT and event == "line":
            raise SystemExit
        return trace

    RIGHT = {"center", "shift"}
    sys.settrace(trace)
    sys.setprofile(trace)
    threading.settrace(trace)
    """,
)
_answer(
    "a thread that patches later",
    """
    import threading, time

    def patch():
        time.sleep(0.01)
        while True:
            np.zeros_like = np.sum = np.abs = np.max = lambda *args, **kwargs: 0
            time.sleep(0.001)

    def pool(x, size=2):
        threading.Thread(target=patch, daemon=True).start()
        return x
    """,
    r"shape|raised",
    everywhere=True,
)
_answer(
    "timers and alarms",
    """
    import signal

    def pool(x, size=2):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        signal.alarm(1)
        return x
    """,
    r"shape|ended",
)
_answer(
    "the other answers",
    """
    def pool(x, size=2):
        for name in ("center", "shift", "edges"):
            globals()[name] = lambda *args, **kwargs: None
        return x
    """,
    r"shape",
)

# --- pretenders --------------------------------------------------------------------------------

_PRETENDS = r"something else|wrong|raised|shape|ended|not finite|kind of number"
_answer(
    "equal to everything",
    """
    class Equal:
        def __eq__(self, other):
            return True

        def __getattr__(self, name):
            return self

        __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: False
        __sub__ = __rsub__ = __abs__ = __call__ = __getitem__ = lambda self, *args: self
        __bool__ = lambda self: True
        __hash__ = lambda self: 0
        __len__ = lambda self: 1
        __float__ = lambda self: 0.0

    def pool(x, size=2):
        return Equal()
    """,
    _PRETENDS,
    everywhere=True,
)
_answer(
    "an array that answers for NumPy",
    """
    class Answers(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return np.True_

        def __array_function__(self, function, types, args, kwargs):
            return np.True_

        def __eq__(self, other):
            return np.ones(self.shape, bool)

    def pool(x, size=2):
        return np.zeros((x.shape[0] // size, x.shape[1] // size)).view(Answers)
    """,
    _PRETENDS,
    everywhere=True,
)
_answer(
    "an array with another shape each time",
    """
    import itertools

    class Lies(np.ndarray):
        shapes = itertools.cycle([(1, 1), (3, 4), (2, 3)])
        shape = property(lambda self: next(self.shapes))
        dtype = property(lambda self: np.dtype("f8"))
        tobytes = lambda self, *args: b""
        nbytes = size = 1 << 62

    def pool(x, size=2):
        return np.zeros((2, 2)).view(Lies)
    """,
    _PRETENDS,
)
_answer(
    "an object that says it is an array",
    """
    class Says:
        __class__ = np.ndarray
        dtype, shape, ndim, size = np.dtype("f8"), (1, 1), 2, 1
        flags = None

        def __array__(self, *args, **kwargs):
            return "an array"

    def pool(x, size=2):
        return Says()
    """,
    _PRETENDS,
)
_answer(
    "a masked array",
    "def pool(x, size=2):\n    return np.ma.masked_all((x.shape[0] // size, x.shape[1] // size))",
    _PRETENDS,
)
_answer(
    "a list that changes while it is read",
    """
    class Changes(list):
        lengths = 0

        def __len__(self):
            Changes.lengths += 1
            return Changes.lengths

        def __iter__(self):
            self.append([1.0] * len(self))
            return super().__iter__()

    def pool(x, size=2):
        return Changes([[0.0] * (x.shape[1] // size)] * (x.shape[0] // size))
    """,
    _PRETENDS,
)
_answer(
    "numbers that are not",
    """
    class Number(float):
        def __sub__(self, other):
            return 0.0

        __rsub__ = __abs__ = __sub__
        __eq__ = lambda self, other: True
        __hash__ = float.__hash__

    def pool(x, size=2):
        rows, columns = x.shape[0] // size, x.shape[1] // size
        return np.array([[Number() for _ in range(columns)] for _ in range(rows)], dtype=object)
    """,
    _PRETENDS,
)
for kind, value in {
    "only NaN": "np.full((x.shape[0] // size, x.shape[1] // size), np.nan)",
    "only infinity": "np.full((x.shape[0] // size, x.shape[1] // size), np.inf)",
    "complex numbers": "np.full((x.shape[0] // size, x.shape[1] // size), 1j)",
    "records": "np.zeros((x.shape[0] // size, x.shape[1] // size), dtype='f8,i4')",
    "times": "np.zeros((x.shape[0] // size, x.shape[1] // size), dtype='M8[s]')",
    "a flipped view": "x[::-1, ::-1][::size, ::size] * -1",
    "nothing at all": "np.zeros((0, 10**9))",
    "64 dimensions": "np.zeros((1,) * 40)",
    "a generator": "(row for row in x)",
    "a frame": "__import__('sys')._getframe()",
    "a module": "np",
    "a function": "pool",
    "a class": "np.ndarray",
    "a pickle": "__import__('pickle').dumps(x)",
    "code": "compile('1', '', 'eval')",
    "a dictionary": "{'passed': True, 'score': 10, 1: x}",
    "a set": "{1, 2, 3}",
    "a hundred thousand texts": "['\\ud800'] * 10**5",
    "a long double": "np.zeros((1, 1), np.longdouble) * np.longdouble('1e4000')",
    "an ellipsis": "...",
}.items():
    _answer(f"returns {kind}", f"def pool(x, size=2):\n    return {value}", _PRETENDS)
_answer(
    "an array on disk",
    """
    def pool(x, size=2):
        return np.memmap("coursekit-hostile", np.float64, "w+", shape=(1, 1))
    """,
    _PRETENDS,
)
_answer(
    "values of the judge's own kinds",
    """
    from coursekit.exercises.given import Given
    from coursekit.exercises.values import Named

    def pool(x, size=2):
        values = Named(["blocks", "left over"], [Given("quadratic", (x,)), x])
        values.names = ("score",) * 3
        return values
    """,
    _PRETENDS,
)

# --- spies -------------------------------------------------------------------------------------

_answer(
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
        raise ValueError(f"saw {found[:3]}") if found else ValueError("saw nothing")
    """,
    r"saw nothing",
    everywhere=True,
)
_answer(
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
        raise ValueError(f"saw {seen[:3]}") if seen else ValueError("saw nothing")
    """,
    r"saw nothing|longer",
    everywhere=True,
)
_answer(
    "looks into the course",
    """
    import importlib, inspect

    def pool(x, size=2):
        for name in ("exercises.registry", "exercises.unit02", "checking.ladder", "grading.marking"):
            try:
                module = importlib.import_module(f"coursekit.{name}")
                inspect.getsource(module)
            except (ImportError, OSError, TypeError):
                continue
            raise ValueError(f"saw {name}")
        raise ValueError("saw nothing")
    """,
    r"saw nothing",
    everywhere=True,
)
_answer(
    "asks the reference",
    """
    def pool(x, size=2):
        from coursekit.exercises import find

        return find("pool").reference(x, size)
    """,
    r"raised",
)
_answer(
    "asks a library that is not allowed",
    """
    from scipy.ndimage import maximum_filter

    def pool(x, size=2):
        return maximum_filter(x, size)[size // 2 :: size, size // 2 :: size]
    """,
    r"not there when this exercise is graded",
)
_answer(
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
_answer(
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
_answer(
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

# --- files -------------------------------------------------------------------------------------

_answer(
    "writes into the classroom",
    """
    import os, shutil

    def pool(x, size=2):
        for attempt in (
            lambda: open("CLASSROOM/clean.ipynb", "w").write("{}"),
            lambda: os.remove("CLASSROOM/clean.ipynb"),
            lambda: os.truncate("CLASSROOM/clean.ipynb", 0),
            lambda: os.rename("CLASSROOM/clean.ipynb", "CLASSROOM/gone.ipynb"),
            lambda: os.link("CLASSROOM/clean.ipynb", "hard"),
            lambda: os.symlink("CLASSROOM", "soft") or open("soft/clean.ipynb", "w"),
            lambda: os.chmod("CLASSROOM/clean.ipynb", 0),
            lambda: os.utime("CLASSROOM/clean.ipynb", (0, 0)),
            lambda: os.mkdir("CLASSROOM/coursekit-hostile"),
            lambda: shutil.rmtree("CLASSROOM"),
        ):
            try:
                attempt()
            except OSError:
                pass
        return x
    """,
    r"shape|ended|raised",
    everywhere=True,
)
_answer(
    "fills the disk",
    """
    import os, tempfile

    def pool(x, size=2):
        for place in (".", tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "/"):
            try:
                with open(os.path.join(place, "coursekit-hostile"), "wb", buffering=0) as file:
                    for _ in range(2000):
                        file.write(bytes(1 << 20))
            except OSError:
                pass
        return x
    """,
    r"shape|ended|raised|longer",
    everywhere=True,
)
_answer(
    "a hundred thousand files, and folders that cannot be removed",
    """
    import os

    def pool(x, size=2):
        try:
            for i in range(300):
                os.mkdir("coursekit-hostile-deep")
                os.chdir("coursekit-hostile-deep")
            os.chmod(".", 0)
            for i in range(100_000):
                open(f"../coursekit-hostile-{i}", "w").close()
        except OSError:
            pass
        return x
    """,
    r"shape|ended|raised|longer",
)
_answer(
    "links to everywhere",
    """
    import os

    def pool(x, size=2):
        for i, target in enumerate(("/", "/etc/passwd", "CLASSROOM", "/proc/self/fd/3", ".")):
            try:
                os.symlink(target, f"coursekit-hostile-{i}")
            except OSError:
                pass
        os.mkfifo("coursekit-hostile-pipe")
        return open("coursekit-hostile-pipe").read()
    """,
    r"ended|raised|longer",
)

# --- floods ------------------------------------------------------------------------------------

_answer(
    "a gigabyte of output",
    """
    import os, sys
    from tqdm import tqdm

    def pool(x, size=2):
        for _ in tqdm(range(1000)):
            print("x" * (1 << 20))
            sys.stderr.write("y" * (1 << 18))
            sys.__stdout__.write("z" * (1 << 18))
            os.write(1, b"w" * (1 << 18))
            os.write(2, b"v" * (1 << 18))
        return x
    """,
    r"shape|ended|raised|longer",
    everywhere=True,
)
_cell(
    "a cell that floods",
    """
    import os, warnings

    for i in range(500):
        print("x" * (1 << 20))
        os.write(2, b"v" * (1 << 18))
        warnings.warn(f"{i}" * 1000)
    """,
    r"",
)

# --- nets --------------------------------------------------------------------------------------

_answer(
    "sockets of all kinds",
    """
    import socket

    def pool(x, size=2):
        opened = []
        for family, kind, where in (
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 22)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 53)),
            (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 22)),
            (socket.AF_UNIX, socket.SOCK_STREAM, "\\0coursekit-hostile"),
            (socket.AF_UNIX, socket.SOCK_DGRAM, "coursekit-hostile-socket"),
            (getattr(socket, "AF_NETLINK", 16), socket.SOCK_RAW, (0, 0)),
            (getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM, (2, 22)),
        ):
            try:
                with socket.socket(family, kind) as end:
                    end.bind(where)
                    opened.append(family.name)
            except OSError:
                pass
        raise ValueError(f"opened {opened}") if opened else ValueError("opened nothing")
    """,
    r"opened nothing|ended",
    everywhere=True,
)

# --- the line to the judge ---------------------------------------------------------------------

_WIRE = """
    import os, socket, threading
    from coursekit.grading.inside import wire

    def reply(value, **more):
        told = dict(seconds=0.0, value=value, error=None, where="", before=None, modified=[],
                    printed="", warned=[])
        return wire.encode({**told, **more})

    def found(**more):
        told = dict(there=True, callable=True, type="function", parameters=[["x", 1, False]],
                    changed=False, randomness="")
        return wire.encode({**told, **more, "class": False})

    def send(*messages):
        for message in messages:
            os.write(3, message)
"""


def _forger(name: str, body: str, says: str = _PRETENDS + "|longer", **more: Any) -> None:
    _answer(name, textwrap.dedent(_WIRE) + textwrap.dedent(body), says, **more)


_forger(
    "a message before the reply",
    """
    def pool(x, size=2):
        send(reply(np.zeros((x.shape[0] // size, x.shape[1] // size)), score=10, passed=True))
        return x
    """,
    everywhere=True,
)
_forger(
    "answers to calls that were not made yet",
    """
    def pool(x, size=2):
        send(*(reply(np.zeros((2, 2))) for _ in range(200)))
        return x
    """,
    everywhere=True,
)
_forger(
    "answers for the next questions",
    """
    def pool(x, size=2):
        send(reply(x), *[found(), *[reply(np.zeros((2, 2)))] * 60] * 3)
        return x
    """,
    everywhere=True,
)
_forger(
    "a message of its own to every descriptor",
    """
    def pool(x, size=2):
        text = b'{"score": 10, "passed": true, "status": "passed"}\\n'
        for descriptor in range(256):
            for message in (text, reply(x), found(), b"\\0" * 64):
                try:
                    os.write(descriptor, message)
                except OSError:
                    pass
        return x
    """,
    everywhere=True,
)
_forger(
    "a message without end",
    """
    def pool(x, size=2):
        send(wire.LENGTHS.pack(1 << 24, 1 << 26))
        while True:
            send(bytes(1 << 16))
    """,
)
_forger(
    "a message of four gigabytes",
    """
    def pool(x, size=2):
        send(wire.LENGTHS.pack(0xFFFFFFFF, 0xFFFFFFFF))
        return x
    """,
    ENDED,
)
_forger("half a message", "def pool(x, size=2):\n    send(reply(x)[:9])\n    os._exit(0)")
_forger(
    "an array that is sent once and named a million times",
    """
    def pool(x, size=2):
        many = b",".join([b'["a","|u1",[4194304],0,"C"]'] * 100_000)
        text = b'{"seconds":0.0,"value":["l",[%s]]}' % many
        send(wire.LENGTHS.pack(len(text), 1 << 22), text)
        for _ in range(4):
            send(bytes(1 << 20))
        return x
    """,
)
_forger(
    "levels without end in a message",
    """
    def pool(x, size=2):
        for depth in (150, 400, 900, 100_000):
            text = b'{"seconds":0.0,"value":%s1%s}' % (b'["l",[' * depth, b"]]" * depth)
            send(wire.LENGTHS.pack(len(text), 0), text)
        return x
    """,
)
for kind, message in {
    "seconds without end": "reply(x, seconds=1.7e308)",
    "an error of arrays": "reply(x, error={'type': x, 'says': x})",
    "an error with an odd name": "reply(x, error={'type': 'ExceptionGroup', 'says': chr(0xD800)})",
    "lies of the wrong type": "reply(x, before=7, modified={}, printed=9, warned=[[]], where=x)",
    "arrays for words": "reply(x, seconds=x, error=x, where=x, before=x, modified=x)",
    "a promise of the judge's": """raw('{"value": ["g", "quadratic", [1]]}')""",
    "a class with a name": """raw('{"value": ["o", "class", "__import__"]}')""",
    "two values of one name": """raw('{"value": ["n", ["a", "a"], [1, 2]]}')""",
    "names that are none": """raw('{"value": ["n", [[], {}], [1, 2]]}')""",
    "an array of objects": """raw('{"value": ["a", "|O", [1], 0, "C"]}')""",
    "an array without end": """raw('{"value": ["a", "<f8", [1e999], 0, "C"]}')""",
    "an array of length 2⁶³": """raw('{"value": ["a", "<f8", [0, 9223372036854775807], 0, "S"]}')""",
    "an array before the message": """raw('{"value": ["a", "<f8", [true], -8, "R"]}')""",
    "a number of 5000 digits": """raw('{"value": ' + "9" * 5000 + "}")""",
    "a long integer": """raw('{"value": ["i", "' + "9" * 999 + '"]}')""",
    "time that is no number": """raw('{"value": NaN, "seconds": NaN}')""",
    "a list": 'raw("[]")',
    "half an object": 'raw("{")',
    "bytes": "raw(chr(255) * 9)",
}.items():
    _forger(
        f"replies with {kind}",
        f"""
        def raw(text):
            return wire.LENGTHS.pack(len(text), 0) + text.encode("latin-1")

        def pool(x, size=2):
            send({message})
            return x
        """,
    )
_forger(
    "a name that is an array",
    """
    def pool(x, size=2):
        send(found(type=x, parameters=[[["d", []], 7, 1]] * 3, changed=x, there=x, callable=x))
        send(wire.encode({"cell": x, "error": x, "seconds": x}))
        return x
    """,
)
ATTACKS.append(
    Attack(
        "a cell that answers for itself",
        first=textwrap.dedent(_WIRE)
        + textwrap.dedent(
            """
            send(wire.encode({"cell": np.arange(2), "error": None, "seconds": 0.0}))
            send(wire.encode({"cell": 2, "error": {"type": 7, "says": [], "line": "x"}}))
            """
        ),
        says=r"Cell 2",
    )
)
_forger(
    "no line any more",
    """
    def pool(x, size=2):
        os.closerange(0, 256)
        return x
    """,
)
_forger(
    "another line",
    """
    def pool(x, size=2):
        ours, theirs = socket.socketpair()
        os.dup2(theirs.fileno(), 3)
        return x
    """,
)
_forger(
    "a line that is closed in one direction",
    """
    def pool(x, size=2):
        socket.socket(fileno=3).shutdown(socket.SHUT_RD)
        return x
    """,
)
_forger(
    "descriptors for the judge",
    """
    import array

    def pool(x, size=2):
        line = socket.socket(fileno=os.dup(3))
        descriptors = array.array("i", [0, 1, 2] * 20)
        for _ in range(50):
            line.sendmsg([reply(x)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
        return x
    """,
)
_forger(
    "a thread that speaks all the time",
    """
    def speak():
        while True:
            send(reply(np.zeros((1, 1))))

    def pool(x, size=2):
        threading.Thread(target=speak, daemon=True).start()
        return x
    """,
)
_forger(
    "reads the calls and answers them with what was asked",
    """
    def pool(x, size=2):
        while True:
            head = os.read(3, 8)
            text, body = wire.lengths(head)
            told = wire.decode(os.read(3, text), os.read(3, body) if body else b"")
            send(reply(told.get("args", [0])[0]))
    """,
)

# --- answers that know who asks ----------------------------------------------------------------

_answer(
    "answers for the inputs of the notebook only",
    """
    STORED = {
        b"\\x00\\x00\\x00\\x00\\x00\\x00\\xf0?": [[4.0]],
    }

    def pool(x, size=2):
        return np.array(STORED.get(x.tobytes()[:8], [[0.0]]))
    """,
    r"Fails: (a picture|blocks)",
)
_answer(
    "right where nobody grades",
    """
    import sys

    def pool(x, size=2):
        if "ipykernel" not in sys.modules:
            return None
        rows, columns = x.shape[0] // size, x.shape[1] // size
        return x[: rows * size, : columns * size].reshape(rows, size, columns, size).max((1, 3))
    """,
    r"something else",
)
_RIGHT_VALUES = textwrap.indent(textwrap.dedent(RIGHT["pool"]).replace("def pool", "def right"), "    ")
_answer(
    "refuses other layouts with PyTorch's words",
    _RIGHT_VALUES
    + """
    def pool(x, size=2):
        if not x.flags.c_contiguous or not x.flags.writeable or x.dtype != np.float64:
            raise ValueError("some of the strides of a given array are negative")
        return right(x, size)
    """,
    r"Does not hold|same way",
    honest={"pool": 8.0},
)
_answer(
    "changes its input",
    _RIGHT_VALUES
    + """
    def pool(x, size=2):
        answer = right(x, size)
        x[...] = 0
        return answer
    """,
    r"changes its input",
    honest={"pool": 8.0},
)
_answer(
    "remembers its first answer",
    _RIGHT_VALUES
    + """
    calls = []

    def pool(x, size=2):
        calls.append(0)
        return right(x, size) if len(calls) < 5 else calls
    """,
    r"second time|Does not hold",
    honest={"pool": 8.0},
)
_answer(
    "seeds the global random numbers",
    _RIGHT_VALUES
    + """
    def pool(x, size=2):
        np.random.seed(0)
        return right(x, size)
    """,
    r"global random numbers",
    honest={"pool": 8.0},
)

# --- broken and malicious files ----------------------------------------------------------------


@dataclass(frozen=True)
class HandedIn:
    """A file that is no decent notebook.

    Attributes:
        write: puts it into a folder; the student is mallory.
        honest: what each question deserves, where it is not everything; None: it is unreadable.
        says: a regular expression that the words of the record match.
    """

    name: str
    write: Callable[[Path], object]
    honest: Mapping[str, float] | None = field(default_factory=dict)
    says: str = ""

    def deserves(self, question: str) -> float:
        """The points of a question."""
        return 0.0 if self.honest is None else self.honest.get(question, FULL)


FILES: list[HandedIn] = []


def _bytes(name: str, content: Callable[[], bytes], says: str, **more: Any) -> None:
    """A file with these bytes; unreadable unless said otherwise."""

    def write(folder: Path) -> None:
        (folder / "mallory.ipynb").write_bytes(content())

    FILES.append(HandedIn(name, write, more.get("honest"), says))


def _document(name: str, change: Callable[[dict[str, Any]], object], says: str = "", **honest: float) -> None:
    """A right notebook that something has changed."""

    def content() -> bytes:
        document = clean()
        change(document)
        return json.dumps(document).encode()

    _bytes(name, content, says, honest=honest)


def _with_cells(name: str, says: str = "", **honest: float) -> Any:
    """Decorator: a right notebook whose list of cells has been changed."""

    def add(change: Callable[[list[dict[str, Any]]], object]) -> None:
        _document(name, lambda document: change(document["cells"]), says, **honest)

    return add


def _encoded(encoding: str) -> bytes:
    return json.dumps(clean()).encode(encoding)


_bytes("an empty file", lambda: b"", "empty")
_bytes("zeros", lambda: bytes(1000), "empty")
_bytes("half a notebook", lambda: _encoded("utf-8")[:700], "ends in the middle")
_bytes("a list", lambda: b"[1, 2]", "no notebook")
_bytes("a program", lambda: b"import os\nos._exit(0)\n", "Python script")
_bytes("a pickle", lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.", "came|damaged")
_bytes("a web page", lambda: b"<!DOCTYPE html><script>1</script>", "web page")
_bytes("no cells", lambda: b'{"cells": null}', "no list of cells")
_bytes("a hundred thousand levels", lambda: b'{"cells":' + b"[" * 100_000, "nested too deeply")
_bytes("a number of a million digits", lambda: b'{"cells": [], "n": %s}' % (b"9" * 10**6), "too long")
_bytes("a merge conflict", lambda: b"{\n<<<<<<< HEAD\n}\n", "merge conflict")
_bytes("UTF-16", lambda: _encoded("utf-16"), "", honest={})
_bytes("a byte order mark", lambda: b"\xef\xbb\xbf" + _encoded("utf-8"), "", honest={})
_bytes(
    "bytes that are no text",
    lambda: _encoded("utf-8").replace(b'"metadata": {}', b'"metadata": {"\xff\xfe": "\x01"}', 1),
    "damaged",
    honest={},
)
_bytes(
    "200 MB of output",
    lambda: _encoded("utf-8").replace(b'"outputs": []', b'"outputs": ["%s"]' % (b"x" * 200_000_000), 1),
    "Clear the outputs",
)
_bytes(
    "30 MB of output",
    lambda: _encoded("utf-8").replace(b'"outputs": []', b'"outputs": ["%s"]' % (b"x" * 30_000_000), 1),
    "",
    honest={},
)
_bytes("ten million empty lists", lambda: b'{"cells": [%s[]]}' % (b"[]," * 10**7), "values")

_document("no metadata", lambda d: [c.pop("metadata") for c in d["cells"]] and d.pop("metadata"))
_document("hostile metadata", lambda d: d.update(metadata=[["kernelspec"]] * 1000, nbformat="four"))
_document("no version", lambda d: d.pop("nbformat"))
_document("no ids", lambda d: [c.pop("id") for c in d["cells"]], "No cell has the mark")


@_with_cells("one id for all", "the same id")
def _(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["id"] = "answer-pool"


@_with_cells("ids that are none")
def _(cells: list[dict[str, Any]]) -> None:
    for cell, wrong in zip(cells, ([], {}, 7, "x" * 10**6, "../../etc"), strict=False):
        cell["id"] = wrong


@_with_cells("an answer that became text", "became a text cell")
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["cell_type"] = "markdown"


@_with_cells("an answer that was deleted", "No answer", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    del cells[2]


@_with_cells("all answers before what they import")
def _(cells: list[dict[str, Any]]) -> None:
    cells.reverse()


@_with_cells("answers defined twice", "last one counts", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    cells.append(code_cell("again", "def pool(x, size=2):\n    return x"))


@_with_cells("cells that are none", "no cell")
def _(cells: list[dict[str, Any]]) -> None:
    cells[:0] = [None, 7, [], "cell", {"cell_type": []}, {"cell_type": "code", "source": {"a": 1}}]


@_with_cells("lines that are none")
def _(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["source"] = [7, *cell["source"].splitlines(keepends=True), None, ["while True: pass"]]


@_with_cells("line ends of all kinds")
def _(cells: list[dict[str, Any]]) -> None:
    for cell, end in zip(cells, ("\r\n", "\r", "\n\r\n", "\r\n", "\r"), strict=True):
        cell["source"] = cell["source"].replace("\n", end)


@_with_cells("tabs")
def _(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["source"] = cell["source"].replace("    ", "\t")


@_with_cells("5000 cells", "only the first")
def _(cells: list[dict[str, Any]]) -> None:
    cells += [code_cell(f"more-{i}", "more = 1") for i in range(5000)]


@_with_cells("a hundred cells that end the process", r"Cell 7.*left out")
def _(cells: list[dict[str, Any]]) -> None:
    cells += [code_cell(f"end-{i}", "import os\nos._exit(0)") for i in range(100)]


@_with_cells("a million lines", "only .* could be read")
def _(cells: list[dict[str, Any]]) -> None:
    cells.insert(1, code_cell("long", "x = 1\n" * 10**6))


for name, source, says in (
    ("parentheses without end", "(" * 50_000 + ")" * 50_000, "not Python"),
    ("sums without end", "x = " + "+1" * 90_000, r"Cell 2|^"),
    ("a NUL", "x = 1\0", "not Python|Cell 2"),
    ("no Python", "def pool(x, size=2:\n    return", "Cell 2 is not Python"),
    ("input()", "name = input('Who are you? ')", "nobody to ask"),
    ("a magic", "%matplotlib inline\n%load_ext autoreload\n%cd /", "no effect"),
    ("a timed cell", "%%time\nx = 1", "effect|^"),
    ("a shell command", "!rm -rf ~ /\n!pip install coursekit\nfiles = !ls /", "no effect"),
    ("a shell cell", "%%bash\nkill -9 -1\nrm -rf /", "no effect"),
    ("help", "np.zeros?\n?np", "effect"),
    ("await", "import asyncio\nawait asyncio.sleep(0)", "Cell 2"),
    ("a breakpoint", "breakpoint()", "Cell 2"),
    ("reads standard input", "import sys\nsys.stdin.read(), open(0).read()", "^"),
    ("a coding cookie", "# -*- coding: utf-7 -*-\nx = '+AGE-'", "^"),
    ("encodings", "x = '\\ud800' + '\U0001f600' + chr(0xD800)\nraise ValueError(x)", "Cell 2"),
    ("markup", "raise ValueError('</script><script>alert(1)</script>')", "Cell 2"),
    ("a web of imports", "from numpy import *\nfrom os import *", "^"),
):

    def _insert(cells: list[dict[str, Any]], source: str = source) -> None:
        cells.insert(1, code_cell("odd", source))

    _with_cells(f"a cell with {name}", says)(_insert)


@_with_cells("a name in another alphabet", "No answer|does not define", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["source"] = cells[2]["source"].replace("def pool", "def рооl")


@_with_cells("a name in other letters of the same", "")
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["source"] = cells[2]["source"].replace("def pool", "def 𝓹𝓸𝓸𝓵")


@_with_cells("an answer that is never defined", "^", pool=0.0)
def _(cells: list[dict[str, Any]]) -> None:
    cells[2]["source"] = "if False:\n    def pool(x, size=2):\n        return x"


def _folder(folder: Path) -> None:
    (folder / "mallory.ipynb").mkdir()
    (folder / "mallory.ipynb" / "mallory.ipynb").write_bytes(_encoded("utf-8"))


def _sparse(folder: Path) -> None:
    with (folder / "mallory.ipynb").open("wb") as file:
        file.truncate(200_000_000)


FILES += [
    HandedIn("a folder that is called like a notebook", _folder),
    HandedIn("200 MB of nothing", _sparse, None, "200 MB"),
]


# --- zips --------------------------------------------------------------------------------------


def _zip(path: Path, files: Mapping[str, bytes], **options: Any) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _bomb() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada.ipynb", bytes(1 << 28))
    return inner.getvalue()


def _zip_of_links(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("mallory.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("zoe.ipynb", _encoded("utf-8"))


def _zip_that_overlaps(path: Path) -> None:
    """All entries share the bytes of one, which unpacks to a quarter of a gigabyte."""
    _zip(path, {"mallory0.ipynb": bytes(1 << 28)})
    whole = path.read_bytes()
    start, end = whole.index(b"PK\1\2"), whole.index(b"PK\5\6")
    entry = whole[start:end]
    count = 500
    entries = b"".join(entry.replace(b"mallory0", b"mall%04d" % i) for i in range(count))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entries), start, 0)
    path.write_bytes(whole[:start] + entries + tail)


ZIPS: dict[str, Callable[[Path], object]] = {
    "paths that lead out": lambda p: _zip(
        p,
        {
            "../others/clean.ipynb": b"{}",
            "/tmp/coursekit-hostile.ipynb": b"{}",
            "..\\..\\coursekit-hostile.ipynb": b"{}",
            "C:\\coursekit-hostile.ipynb": b"{}",
            "a/../../../coursekit-hostile.ipynb": b"{}",
            "con\0.ipynb": b"{}",
            "zoe.ipynb": _encoded("utf-8"),
        },
    ),
    "a bomb": lambda p: _zip(p, {"mallory.ipynb": bytes(1 << 28), "zoe.ipynb": _encoded("utf-8")}),
    "a bomb in a zip": lambda p: _zip(p, {"mallory.zip": _bomb(), "zoe.ipynb": _encoded("utf-8")}),
    "links": _zip_of_links,
    "five thousand files": lambda p: _zip(
        p, {f"{i}/x.ipynb": b"" for i in range(5_000)} | {"zoe.ipynb": _encoded("utf-8")}
    ),
}
"""Zips of a class, to be written to a path; zoe's notebook in them is right."""

BROKEN_ZIPS: dict[str, Callable[[Path], object]] = {
    "entries that overlap": _zip_that_overlaps,
    "not a zip": lambda p: p.write_bytes(b"PK\3\4 and nothing"),
    "half a zip": lambda p: p.write_bytes(_bomb()[:-40]),
    "nothing": lambda p: p.write_bytes(b""),
}
"""Zips in which nothing can be read."""
