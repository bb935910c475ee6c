"""Pictures in every form that augmentations take."""

import pytest

torch = pytest.importorskip("torch")

FORMS = {
    "uint8": (torch.uint8, torch.contiguous_format),
    "uint8, channels last": (torch.uint8, torch.channels_last),
    "float32": (torch.float32, torch.contiguous_format),
    "float32, channels last": (torch.float32, torch.channels_last),
    "float64": (torch.float64, torch.contiguous_format),
}


@pytest.fixture(params=FORMS)
def pictures(request: pytest.FixtureRequest) -> torch.Tensor:
    """Seven pictures of 3 channels, 18 rows and 23 columns, all different: (7, 3, 18, 23)."""
    dtype, order = FORMS[request.param]
    pixels = torch.randint(256, (7, 3, 18, 23), generator=torch.Generator().manual_seed(1))
    x = pixels.to(torch.uint8) if dtype == torch.uint8 else pixels.to(dtype) / 255
    return x.contiguous(memory_format=order)


@pytest.fixture
def generator() -> torch.Generator:
    """A generator that always begins the same."""
    return torch.Generator().manual_seed(0)
