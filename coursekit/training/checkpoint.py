"""The state of a training run between two steps, as one file without pickle."""

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from coursekit.training.errors import RunError
from coursekit.training.files import write_whole
from coursekit.training.learner import Arrays

#: The columns of metrics.csv. Losses are means, accuracies shares from 0 to 1.
COLUMNS = (
    "epoch",
    "training_loss",
    "validation_loss",
    "training_accuracy",
    "validation_accuracy",
    "training_top5",
    "validation_top5",
)

Row = dict[str, float]

#: What NumPy and zipfile raise for a file that is no checkpoint.
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Checkpoint:
    """Where a run is and all it needs to go on.

    Attributes:
        epoch: epochs done.
        batch: batches done in the epoch that has begun.
        rows: one row of measurements for each epoch done, with the keys `COLUMNS`; what was not
            measured is absent.
        state: what the learner's ``state()`` gave.
    """

    epoch: int = 0
    batch: int = 0
    rows: list[Row] = field(default_factory=list)
    state: Arrays = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write it whole or not at all. Raises OSError when the disk refuses."""
        table = [[row.get(name, np.nan) for name in COLUMNS] for row in self.rows]
        content = io.BytesIO()
        np.savez(
            content,
            allow_pickle=False,
            place=np.array([self.epoch, self.batch], np.int64),
            rows=np.array(table, np.float64).reshape(-1, len(COLUMNS)),
            **{f"state.{name}": array for name, array in self.state.items()},
        )
        write_whole(path, content.getvalue())

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read what ``save`` wrote; nothing in the file is executed.

        Raises RunError when it is damaged or not readable, FileNotFoundError when not there.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            epoch, batch = (int(n) for n in arrays.pop("place"))
            table = arrays.pop("rows")
            rows = [
                {name: v for name, v in zip(COLUMNS, values, strict=True) if v == v}
                for values in table.tolist()
            ]
        except FileNotFoundError:
            raise
        except _UNREADABLE as error:
            raise RunError(
                f"{path} is damaged or cannot be read ({error}): remove it, and --resume begins "
                "the run again"
            ) from error
        state = {name.removeprefix("state."): array for name, array in arrays.items()}
        return cls(epoch, batch, rows, state)
