"""How long a GPU takes to 94 % on CIFAR-10: the recipe, and one run of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from fast_resnet import FastResNet

from coursekit.data import Split
from coursekit.metrics import accuracy
from coursekit.training import Plan, Settings, train
from coursekit.training.augment import Compose, Cutout, RandomCrop, RandomFlip
from coursekit.training.pytorch.learner import TorchLearner
from coursekit.training.pytorch.optimizers import make_optimizer
from coursekit.training.pytorch.pixels import Pixels
from coursekit.training.pytorch.processes import Processes
from coursekit.training.pytorch.sources import TensorSource, randomly
from coursekit.training.schedule import OneCycle
from coursekit.training.source import AT_ONCE, Measured

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
"""Of the 50,000 training pictures, white as 1."""

GREY = 121
"""The mean of all their bytes, about: what a hidden square shows."""

AUGMENT = Compose([RandomCrop(4, fill="reflect"), RandomFlip(), Cutout(8, fill=GREY)])
SETTINGS = Settings(24, 500, 0.4, weight_decay=5e-4, label_smoothing=0.2)
RISE = 0.2
"""Share of the steps in which the rate rises."""

WARM_UP = 5


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        seconds: from the first step to the end of the last.
        before: for what comes once: compilation, the choice of algorithms, first memory.
        test, mirrored: shares of the test pictures that are right, seen once, and seen together
            with their mirror images.
    """

    seed: int
    seconds: float
    before: float
    test: float
    mirrored: float


def run(
    data: Split,
    device: torch.device,
    *,
    seed: int = 0,
    epochs: int = SETTINGS.epochs,
    batch: int = SETTINGS.batch,
    width: float = 1.0,
    precision: str | None = "bf16",
    compiled: bool = False,
) -> Run:
    """Train anew with coursekit's loop and judge once, at the end, by the test pictures.

    Before the clock runs, a few steps are made on pictures of noise; then weights and optimizer
    are put back, so the training is the one that it would have been without them.
    """
    learner = make_learner(device, seed, width, precision, compiled)
    before = clocked(device, lambda: warm_up(learner, batch))
    source = Unmeasured(data, device)
    plan = Plan(epochs, batch, OneCycle(SETTINGS.learning_rate, rise=RISE), seed, randomly(AUGMENT))
    seconds = clocked(device, lambda: train(learner, source, plan))
    return Run(seed, seconds, before, *judged(learner, data))


def make_learner(
    device: torch.device, seed: int, width: float, precision: str | None, compiled: bool
) -> TorchLearner:
    """The untrained network with its optimizer; weights depend on the seed alone."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = FastResNet(width=width).to(device)
    return TorchLearner(
        network,
        make_optimizer(network, SETTINGS),
        Processes(device),
        prepare=Pixels(MEAN, STD, 32),
        label_smoothing=SETTINGS.label_smoothing,
        precision=precision,
        compiled=compiled,
        seed=seed,
    )


def warm_up(learner: TorchLearner, batch: int) -> None:
    """Steps that leave nothing behind but a device that is ready."""
    start = learner.state()
    device = learner.processes.device
    noise = torch.randint(256, (batch, 3, 32, 32), dtype=torch.uint8, device=device)
    labels = torch.randint(10, (batch,), device=device)
    change = randomly(AUGMENT)
    for step in range(WARM_UP):
        share = learner.share(batch)
        x = change(noise, np.random.default_rng(step), share)
        learner.step(x, labels, 1e-3, share)
    learner.load_state(start)


class Unmeasured(TensorSource):
    """All pictures are for learning; nothing is measured between the epochs."""

    def measured(self) -> Measured:
        """Nothing."""
        return {}


def judged(learner: TorchLearner, data: Split) -> tuple[float, float]:
    """Shares of right answers: from the picture, and from it and its mirror image together."""
    device = learner.processes.device
    x = torch.from_numpy(np.ascontiguousarray(data.x_test)).to(device)
    once = np.concatenate([learner.scores(part) for part in x.split(AT_ONCE)])
    other = np.concatenate([learner.scores(part.flip(3)) for part in x.split(AT_ONCE)])
    found = [accuracy(data.y_test, s.argmax(axis=1)) for s in (once, once + other)]
    return found[0], found[1]


def clocked(device: torch.device, work: Callable[[], object]) -> float:
    """Wall seconds until the device has done the work."""
    start = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start
