"""What an experiment gives: curves, numbers, and where they came from."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError
from coursekit.training.checkpoint import Row
from coursekit.training.files import write_whole


class Scale(StrEnum):
    """How large an experiment is run.

    LIVE takes seconds of one core, in double precision, so that the printed digits agree on other
    machines. STORED takes minutes or a GPU, and its result is committed.
    """

    LIVE = "live"
    STORED = "stored"


@dataclass(frozen=True)
class Result:
    """The outcome of one experiment at one scale.

    Attributes:
        name: the module in `coursekit.experiments` that makes it.
        title: what was asked, in words.
        series: for each thing compared, one row per epoch (or layer, or step).
        numbers: single figures, by name.
        how: the command or settings that made it, so that it can be made again.
        machine: what it ran on, in words.
    """

    name: str
    title: str
    series: dict[str, list[Row]]
    numbers: dict[str, float]
    how: str
    machine: str

    @property
    def source(self) -> str:
        """One sentence that says where the figures come from."""
        return f"{self.title}: {self.how}, on {self.machine}."

    def last(self, series: str, column: str) -> float:
        """The last value of a column. Raises CourseError when there is none of that name."""
        rows = self.series.get(series, [])
        if not rows or column not in rows[-1]:
            known = ", ".join(self.series)
            raise CourseError(f"{self.name} has no {column!r} of {series!r}; series: {known}.")
        return rows[-1][column]

    def save(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all.

        Raises ValueError for NaN or infinity, which JSON cannot say; OSError when the disk refuses.
        """
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)
        write_whole(Path(path), f"{text}\n".encode())

    @classmethod
    def load(cls, path: str | Path) -> Result:
        """Read what `save` wrote.

        Raises CourseError when it is something else, FileNotFoundError when it is not there.
        """
        return cls._parsed(Path(path).read_text(encoding="utf-8"), str(path))

    @classmethod
    def _parsed(cls, text: str, path: str) -> Result:
        try:
            found = json.loads(text)
            result = cls(**found)
            checked = cls(
                name=_text(result.name),
                title=_text(result.title),
                series={n: [_row(row) for row in rows] for n, rows in result.series.items()},
                numbers=_row(result.numbers),
                how=_text(result.how),
                machine=_text(result.machine),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise CourseError(
                f"{path} is not the result of an experiment ({error}): make it again with "
                "`python benchmarks/experiments.py NAME`."
            ) from error
        return checked


def stored(name: str) -> Result | None:
    """The committed result of the experiment ``name``; None where nobody has run it yet.

    Raises CourseError when the file is damaged.
    """
    place = files("coursekit.experiments") / "stored" / f"{name}.json"
    if not place.is_file():
        return None
    return Result._parsed(place.read_text(encoding="utf-8"), f"stored/{name}.json")


def this_machine() -> str:
    """The processor or graphics card that PyTorch will use, and PyTorch's version, in words."""
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_name(0)
    else:
        threads = torch.get_num_threads()
        device = f"{threads} thread{'s' * (threads > 1)} of {_processor()}"
    return f"{device}, PyTorch {torch.__version__.partition('+')[0]}"


def _processor() -> str:
    """The processor's name, as far as the system tells."""
    known = Path("/proc/cpuinfo")
    if known.is_file():
        for line in known.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or f"a computer with {os.cpu_count()} cores"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r}")
    return value


def _row(values: dict[str, Any]) -> Row:
    row = {_text(name): float(value) for name, value in values.items()}
    if not all(map(math.isfinite, row.values())):
        raise ValueError(f"not all finite: {row}")
    return row


Run = Callable[[Scale], Result]
"""What every experiment's module has under the name ``run``."""
