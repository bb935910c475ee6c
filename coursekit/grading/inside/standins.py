"""Stand-ins for what a notebook imports and the sandbox does not have.

An ``import`` of a plotting library must not take the NumPy import below it along. So the packages
that a student's notebook has, and an assignment does not allow, can be imported and do nothing
(what draws) or say on use that they are not there (what computes).
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

DRAWING = frozenset(
    (
        *("matplotlib", "mpl_toolkits", "seaborn", "plotly", "PIL", "IPython", "ipywidgets"),
        *("nbval", "tensorboard", "torchinfo", "torchsummary", "torchviz", "wandb"),
    )
)
"""Packages whose stand-ins do nothing, whatever is asked of them."""

DRAWING_HERE = ("coursekit.plots", "coursekit.images")
"""Modules of the course for which the same holds."""

COMPUTING = frozenset(
    (
        *("coursekit", "torch", "torchvision", "scipy", "sklearn", "skimage", "pandas", "cv2"),
        *("jax", "tensorflow", "numba", "timm", "networkx", "sympy", "requests", "pooch"),
        *("torchaudio", "torchmetrics", "lightning", "pytorch_lightning", "einops", "safetensors"),
    )
)
"""Packages whose stand-ins can be imported, but not used."""


_NOWHERE: list[str] = []
"""The path of a package whose parts are stand-ins too."""


class NotAllowedHere(ImportError):
    """An answer used something that its assignment does not allow."""


class Nothing(types.ModuleType):
    """A module or object that takes everything and does nothing."""

    __path__ = _NOWHERE

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **_kwargs: Any) -> Any:
        if self.__name__.endswith("subplots"):
            return Nothing("figure"), Nothing("axes")
        # A decorator gives back what it decorates.
        return args[0] if len(args) == 1 and callable(args[0]) else Nothing(self.__name__)

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *_exception: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __getitem__(self, _key: Any) -> Nothing:
        return self


class Forbidden(Nothing):
    """A module or object that an answer cannot use; in a cell's own code it does nothing."""

    in_an_answer = False
    """Whether an answer is being called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Forbidden(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        if not Forbidden.in_an_answer:
            super().__call__(*args, **options)
            return self
        raise NotAllowedHere(
            f"`{self.__name__}` is not there when this exercise is graded: it asks you to write "
            "this yourself."
        )


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes last: gives stand-ins for the packages named above that nobody else has found."""

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A specification for what is to be stood in for."""
        if fullname.partition(".")[0] not in DRAWING | COMPUTING:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The stand-in."""
        name = spec.name
        draws = name.partition(".")[0] in DRAWING or name.startswith(DRAWING_HERE)
        return Nothing(name) if draws else Forbidden(name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is to be run."""


class Progress(types.ModuleType):
    """tqdm: gives back what it is to count."""

    __path__ = _NOWHERE

    @staticmethod
    def tqdm(iterable: Any = None, *_args: Any, **_kwargs: Any) -> Any:
        """The iterable itself."""
        return Nothing("tqdm") if iterable is None else iterable

    trange = staticmethod(lambda *args, **_kwargs: range(*args))


class Shell:
    """What ``get_ipython()`` gives: magics do nothing but run the cell that they time."""

    def __init__(self, run: Callable[[str], None]) -> None:
        self._run = run

    def run_line_magic(self, _name: str, _line: str, *_more: Any) -> None:
        """``%matplotlib inline`` and the like."""

    def run_cell_magic(self, name: str, _line: str, body: str) -> None:
        """``%%time`` and the like run the cell; ``%%bash`` and the like do not."""
        if name in ("time", "timeit", "capture", "prun"):
            self._run(body)

    def system(self, _command: str) -> None:
        """``!command``."""

    def getoutput(self, _command: str, *_more: Any) -> list[str]:
        """``x = !command``."""
        return []

    def __getattr__(self, name: str) -> Any:
        return Nothing(name)


def install(run: Callable[[str], None]) -> None:
    """Put all stand-ins in place; ``run(code)`` runs code in the notebook's namespace."""
    sys.meta_path.append(Finder())
    for name in ("tqdm", "tqdm.auto", "tqdm.notebook"):
        sys.modules[name] = Progress(name)
    shell = Shell(run)
    for name, value in {
        "get_ipython": lambda: shell,
        "display": lambda *_values, **_options: None,
        "input": _no_input,
    }.items():
        setattr(builtins, name, value)


def _no_input(prompt: object = "", /) -> NoReturn:
    raise EOFError("input() has nobody to ask when an exercise is graded")
