"""The networks that come with the course: whole, small, and as good as their cards say."""

import hashlib
import os
from pathlib import Path

import pytest
import torch

from coursekit.data import CIFAR10_CLASSES
from coursekit.models import (
    WeightsError,
    shipped_card,
    shipped_names,
    shipped_network,
)

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "weights.md"
NAMES = shipped_names()


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_the_one_on_the_card(name: str) -> None:
    card = shipped_card(name)
    assert hashlib.sha256(card.weights.read_bytes()).hexdigest() == card.sha256
    assert card.name == name
    assert card.classes == CIFAR10_CLASSES


def test_they_are_small() -> None:
    assert sum(shipped_card(name).weights.stat().st_size for name in NAMES) <= 4_000_000


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_card_says(name: str) -> None:
    card, page = shipped_card(name), PAGE.read_text(encoding="utf-8")
    for said in (name, card.command, f"{100 * card.accuracy:.2f} %", f"{card.hours:g} h"):
        assert said in page, said


@pytest.mark.parametrize("name", NAMES)
def test_networks_are_ready_to_be_asked(name: str) -> None:
    card, network = shipped_card(name), shipped_network(name)
    assert not network.training
    pixels = torch.randint(256, (2, 3, card.size, card.size), dtype=torch.uint8)
    x = card.prepare(pixels)
    torch.testing.assert_close(x, card.prepare(pixels.float() / 255))
    assert network(x).shape == (2, len(card.classes))


def test_resnet20_is_nearly_as_good_as_the_papers() -> None:
    assert shipped_card("resnet20-cifar10").accuracy > 0.905  # the paper's has 0.9125


def test_unknown_names() -> None:
    with pytest.raises(WeightsError, match=r"no network called 'x' comes .* resnet20-cifar10"):
        shipped_card("x")


@pytest.mark.parametrize("name", NAMES)
def test_the_accuracy_on_the_card(
    name: str, photographs: tuple[torch.Tensor, torch.Tensor]
) -> None:
    """On all pictures in CI; one or two may change sides on another processor."""
    card, network = shipped_card(name), shipped_network(name)
    count, doubt = (10_000, 0.0003) if os.environ.get("COURSEKIT_TEST_FULL") else (1_000, 0.025)
    x, labels = (part[:count] for part in photographs)
    with torch.no_grad():
        answers = torch.cat([network(card.prepare(part)).argmax(dim=1) for part in x.split(500)])
    assert float((answers == labels).float().mean()) == pytest.approx(card.accuracy, abs=doubt)
