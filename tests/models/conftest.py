"""torchvision as the independent reference, and what the tests of all networks share."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

_DECLARED = []


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
    """`torchvision.models`.

    torchvision's compiled operators do not load beside a build of PyTorch for another device, and
    then it does not import. No classification network needs them, so two of them are declared.
    """
    if find_spec("torchvision") is None:
        pytest.skip("torchvision, the reference of these tests, is not installed")
    try:
        return import_module("torchvision.models")
    except RuntimeError:
        import torch

        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _DECLARED.append(library)  # its operators live as long as it does
        return import_module("torchvision.models")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests share the machine, and repeat exactly."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)
