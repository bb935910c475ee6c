"""torchvision as the independent reference, and what the tests of all networks share."""

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from beside_torchvision import imported

if TYPE_CHECKING:
    import torch

BESIDE = Path(__file__).parents[3] / "shared" / "data"
REAL = Path(os.environ.get("COURSEKIT_TEST_DATA", BESIDE))


class WithoutTorch(pytest.Module):
    """A test file of this folder where PyTorch is not installed."""

    def collect(self) -> list[pytest.Item]:
        """Skip all of it."""
        pytest.skip("PyTorch is not installed", allow_module_level=True)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Skip the files of this folder, which import PyTorch, where it is not installed."""
    if find_spec("torch") is None:
        return WithoutTorch.from_parent(parent, path=module_path)
    return None


@pytest.fixture(scope="session")
def torchvision_models() -> ModuleType:
    """`torchvision.models`, wherever it is installed."""
    if find_spec("torchvision") is None:
        pytest.skip("torchvision, the reference of these tests, is not installed")
    return imported("torchvision.models")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the machine, and repeat exactly."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def photographs() -> "tuple[torch.Tensor, torch.Tensor]":
    """CIFAR-10's test part: the official files, or a lossless picture of them."""
    import numpy as np
    import torch
    from PIL import Image

    from coursekit.data import load_cifar10

    folder = REAL / "cifar10"
    if any((folder / n).exists() for n in ("cifar-10-python.tar.gz", "cifar-10-batches-py")):
        split = load_cifar10(REAL, download=False, validation=0)
        return torch.from_numpy(split.x_test), torch.from_numpy(split.y_test)
    if not (folder / "test_batch.webp").is_file():
        pytest.skip(
            "the real CIFAR-10 is not here: put cifar-10-python.tar.gz into the folder cifar10 of "
            "a directory and set COURSEKIT_TEST_DATA to that directory"
        )
    with Image.open(folder / "test_batch.webp") as sheet:
        tiles = np.asarray(sheet.convert("RGB")).reshape(100, 32, 100, 32, 3)
    x = torch.from_numpy(tiles.transpose(0, 2, 4, 1, 3).reshape(10_000, 3, 32, 32))
    return x, torch.from_numpy(np.load(folder / "labels_filenames.npz")["y_test"].astype(np.int64))
