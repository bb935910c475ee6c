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
from coursekit.training.settings import Settings

FORMAT = 2

ADVICE = "Make room or take another --out; a run that has begun goes on with --resume."


@dataclass(frozen=True)
class RunConfig:
    """All that decides a run's result, bit for bit on one computer.

    Attributes:
        recipe, data, seed, width, compiled, micro_batch: as on the command line.
        threads: None for PyTorch's own number.
        settings: how the network is trained.
        precision: see `coursekit.training.pytorch.learner.TorchLearner`.
        validation: share of the training images, None for the data set's own.
        size: height and width of the images that the network reads.
        channels: 1 for grey, 3 for colour.
        classes: number of classes; names: what they are called.
        mean, std: of each channel of the training images, with white as 1.
        images: hash of training and validation images and labels.
    """

    recipe: str
    data: str
    settings: Settings
    seed: int
    size: int
    channels: int
    classes: int
    names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    images: str
    validation: float | None = None
    threads: int | None = None
    width: float = 1.0
    precision: str | None = None
    compiled: bool = False
    micro_batch: int | None = None

    def option(self, name: str) -> object:
        """A value by its name here or in the settings."""
        return getattr(self.settings if hasattr(self.settings, name) else self, name)


class RunFolder:
    """``config.json``, ``checkpoint.npz``, ``metrics.csv``, ``curves.png``, and the weights.

    All are written whole or not at all, and none holds a time or a place: the same run gives the
    same bytes, but for a data folder's path in config.json.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        self.config_file = self.path / "config.json"
        self.checkpoint_file = self.path / "checkpoint.npz"
        self.metrics_file = self.path / "metrics.csv"
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
            text = json.dumps({"format": FORMAT, **asdict(config)}, indent=2, ensure_ascii=False)
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
            if found.pop("format") != FORMAT:
                raise ValueError("it was written by another version of coursekit")
            names = [field.name for field in fields(RunConfig)]
            if sorted(found) != sorted(names):
                raise ValueError(f"it should have {', '.join(names)}")
            how = found.pop("settings")
            lists = {k: tuple(v) for k, v in found.items() if isinstance(v, list)}
            return RunConfig(settings=Settings(**how), **{**found, **lists})
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
