"""Libraries, builtins and rules of the process, changed under everybody's feet."""

from __future__ import annotations

from hostile import answer, cell

_ALWAYS = "lambda *args, **kwargs: True"
cell(
    "comparisons that always agree",
    f"""
    for name in ("allclose", "isclose", "array_equal", "all", "any", "testing", "asarray", "array"):
        setattr(np, name, {_ALWAYS})
    np.testing = np.allclose
    """,
    r"apart",
)
answer(
    "comparisons that always agree, later",
    f"""
    def pool(x, size=2):
        np.allclose = np.array_equal = np.isclose = np.abs = {_ALWAYS}
        np.zeros = np.zeros_like = np.sum = lambda *args, **kwargs: None
        return x
    """,
    r"shape",
)
cell(
    "NumPy turned inside out",
    """
    import numpy._core.fromnumeric as inner

    inner._wrapreduction = lambda *args, **kwargs: 0
    np._core.numeric.zeros_like = np._core.numeric.ones_like
    """,
)
answer(
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
cell(
    "builtins that lie",
    """
    import builtins

    builtins.len = lambda x: 0
    builtins.isinstance = lambda *args: True
    builtins.print = builtins.open = builtins.hash = builtins.range = lambda *args: None
    builtins.__import__ = lambda *args, **kwargs: None
    """,
    r"apart",
)
answer(
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
cell(
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
cell(
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
answer(
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
answer(
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
cell(
    "clocks that run backwards",
    """
    import itertools, time

    backwards = itertools.count(10**9, -1)
    time.perf_counter = time.time = time.monotonic = lambda: float(next(backwards))
    time.sleep = lambda seconds: None
    """,
)
cell(
    "errors wherever NumPy finds one",
    """
    import warnings

    np.seterr(all="raise")
    warnings.simplefilter("error")
    warnings.warn = warnings.warn_explicit = None
    """,
)
answer(
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
cell(
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
answer(
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
)
answer(
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
answer(
    "the other answers",
    """
    def pool(x, size=2):
        for name in ("center", "shift", "edges"):
            globals()[name] = lambda *args, **kwargs: None
        return x
    """,
    r"shape",
)
