"""The folder of a training run: what is in it and who may write to it."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from coursekit.training.checkpoint import COLUMNS, Row
from coursekit.training.errors import RunError
from coursekit.training.files import disk_errors, remove_parts, write_whole

ADVICE = "Make room or take another --out; a run that has begun goes on with --resume."


@dataclass(frozen=True)
class RunConfig:
    """All that decides a run's result, bit for bit on one computer.

    Attributes:
        recipe, data, epochs, batch, learning_rate, shift, seed, threads: as on the command line.
        validation: share of the training images, None for the data set's own.
        size: height and width of the images.
        classes: number of classes.
        images: hash of training and validation images and labels.
    """

    recipe: str
    data: str
    epochs: int
    batch: int
    learning_rate: float
    shift: int
    seed: int
    threads: int
    validation: float | None
    size: int
    classes: int
    images: str


class RunFolder:
    """``config.json``, ``checkpoint.npz``, ``metrics.csv``, ``weights.npz``, ``curves.png``.

    All are written whole or not at all, and none holds a time or a place: the same run gives the
    same bytes, but for a data folder's path in config.json.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        self.config_file = self.path / "config.json"
        self.checkpoint_file = self.path / "checkpoint.npz"
        self.metrics_file = self.path / "metrics.csv"
        self.weights_file = self.path / "weights.npz"
        self.curves_file = self.path / "curves.png"

    def holds_run(self) -> bool:
        """Whether a run was begun here."""
        return self.config_file.is_file()

    def begin(self, config: RunConfig) -> None:
        """Make the folder for a new run. Raises RunError when it is taken or cannot be written."""
        if self.holds_run():
            raise RunError(
                f"{self.path} holds a run already: --resume goes on with it, "
                "another --out begins a new one"
            )
        if self.path.exists() and not self._is_free():
            raise RunError(f"{self.path} is there and is no empty folder: take another --out")
        with disk_errors(self.path, ADVICE):
            self.path.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"format": 1, **asdict(config)}, indent=2, ensure_ascii=False)
            write_whole(self.config_file, f"{text}\n".encode())

    def _is_free(self) -> bool:
        """Whether it is a folder with nothing but, perhaps, the remains of a killed beginning."""
        return self.path.is_dir() and all(p.name.startswith(".") for p in self.path.iterdir())

    def config(self) -> RunConfig:
        """What ``begin`` wrote. Raises RunError when there is no run or it cannot be read."""
        if not self.holds_run():
            raise RunError(f"{self.path} holds no run: `coursekit train` makes one")
        try:
            found: dict[str, Any] = json.loads(self.config_file.read_text(encoding="utf-8"))
            if found.pop("format") != 1:
                raise ValueError("it was written by a newer coursekit")
            names = [field.name for field in fields(RunConfig)]
            if sorted(found) != sorted(names):
                raise ValueError(f"it should have {', '.join(names)}")
            return RunConfig(**found)
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            raise RunError(f"{self.config_file} cannot be used: {error}") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes out. Raises RunError when one is training here."""
        lock = FileLock(self.path / ".lock")
        with disk_errors(self.path, ADVICE):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise RunError(f"another process is training in {self.path}") from None
        try:
            with disk_errors(self.path, ADVICE):
                remove_parts(self.path)
            yield
        finally:
            lock.release()

    def write_metrics(self, rows: Sequence[Row]) -> None:
        """Write metrics.csv: one line per epoch, empty where nothing was measured."""
        names = [name for name in COLUMNS if any(name in row for row in rows)]
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([f"{row[name]:.6g}" if name in row else "" for name in names])
        write_whole(self.metrics_file, text.getvalue().encode())

    def metrics(self) -> list[Row]:
        """What metrics.csv says; no row when it is not there. Raises RunError: not readable."""
        if not self.metrics_file.exists():
            return []
        try:
            with self.metrics_file.open(encoding="utf-8", newline="") as file:
                return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
        except (ValueError, TypeError, AttributeError, OSError) as error:
            raise RunError(f"{self.metrics_file} cannot be read: {error}") from error
