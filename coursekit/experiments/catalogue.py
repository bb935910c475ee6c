"""The experiments by name."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from coursekit.errors import CourseError
from coursekit.experiments.result import Run

_OTHERS = {"catalogue", "result"}


def names() -> list[str]:
    """Every experiment there is: the package's modules but its own two and private ones."""
    found = (module.name for module in iter_modules([str(Path(__file__).parent)]))
    return sorted(n for n in found if n not in _OTHERS and not n.startswith("_"))


def find(name: str) -> Run:
    """The function that runs the experiment ``name``.

    Raises CourseError when there is no such experiment.
    """
    if name not in names():
        raise CourseError(f"There is no experiment {name!r}. There are: {', '.join(names())}.")
    run: Run = import_module(f"coursekit.experiments.{name}").run
    return run
