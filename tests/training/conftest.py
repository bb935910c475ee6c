"""Small runs on small data, so that the tests of training are quick."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from coursekit.cli import main
from coursekit.data import load_digits32, write_idx

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def plain() -> dict[str, str]:
    """The environment of a command: this checkout, no colours."""
    return {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run ``coursekit`` in this process: exit status, what it said, what it complained of."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["coursekit", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set that nobody has seen before: 28×28 pixels, ten classes, four IDX files.

    Made of scikit-learn's digits, turned on their side and cut to size.
    """
    digits = load_digits32(sizes=(500, 1, 200))
    folder = tmp_path_factory.mktemp("shop")
    parts = (("train", digits.x_train, digits.y_train), ("t10k", digits.x_test, digits.y_test))
    for name, x, y in parts:
        pixels = np.rot90(x[:, 0, 2:30, 2:30], axes=(1, 2))
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", (255 * pixels).astype(np.uint8))
        write_idx(folder / f"{name}-labels-idx1-ubyte", y.astype(np.uint8))
    return folder
