"""Training steps of our networks and a peer's, in turns."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import torch
from beside_torchvision import imported
from hardware import PRECISIONS, Clock, peak_memory
from torch import Tensor, nn

from coursekit.analysis import summary
from coursekit.models import build
from coursekit.training import Settings
from coursekit.training.pytorch.learner import TorchLearner
from coursekit.training.pytorch.optimizers import make_optimizer
from coursekit.training.pytorch.processes import Processes

RATE, MOMENTUM, DECAY = 1e-4, 0.9, 1e-4
"""The rate is small: the same batch is learned again and again, and must not diverge."""

AUXILIARY = 0.3
PASSES = 3
"""Forward, and backward to inputs and to weights: each as many multiply-adds."""

Step = Callable[[], object]


@dataclass(frozen=True)
class Network:
    """One architecture: what it is called in a table, by us and by torchvision."""

    title: str
    ours: str
    theirs: str


NETWORKS = {
    "alexnet": Network("AlexNet, one tower", "alexnet-one-tower", "alexnet"),
    "vgg16": Network("VGG-16", "vgg16", "vgg16"),
    "googlenet": Network("GoogLeNet, as published", "googlenet-published", "googlenet"),
    "resnet18": Network("ResNet-18", "resnet18", "resnet18"),
    "resnet50": Network("ResNet-50", "resnet50", "resnet50"),
}


@dataclass(frozen=True)
class Case:
    """What is trained, and how.

    Attributes:
        network: a key of `NETWORKS`.
        peer: "torchvision" or "timm".
        size: pixels a side.
        batch: pictures per step.
        precision: a key of `PRECISIONS`.
        compiled: whether both networks go through `torch.compile`.
    """

    network: str
    peer: str = "torchvision"
    size: int = 224
    batch: int = 256
    precision: str = "bf16"
    compiled: bool = False


@dataclass(frozen=True)
class Result:
    """Seconds per step, turn by turn, and peaks of memory in bytes: ours first, then the peer's."""

    case: Case
    macs: int
    seconds: tuple[list[float], list[float]]
    memory: tuple[int | None, int | None]

    @property
    def rates(self) -> tuple[float, float]:
        """Pictures per second, the medians."""
        ours, theirs = (self.case.batch / median(part) for part in self.seconds)
        return ours, theirs

    @property
    def ratios(self) -> tuple[float, float, float]:
        """Our speed by the peer's, turn by turn: lower quartile, median, upper quartile."""
        turns = [theirs / ours for ours, theirs in zip(*self.seconds, strict=True)]
        low, middle, high = quantiles(turns, method="inclusive")
        return low, middle, high

    def shares(self, peak: float) -> tuple[float, float]:
        """Multiply-adds per second as shares of a peak."""
        ours, theirs = (PASSES * self.macs * rate / peak for rate in self.rates)
        return ours, theirs


def known(network: str, peer: str) -> bool:
    """Whether the peer has this network."""
    return peer == "torchvision" or imported("timm").is_model(NETWORKS[network].theirs)


def networks(case: Case) -> tuple[nn.Module, nn.Module]:
    """Ours and the peer's, with the same weights.

    Raises AssertionError when they do not compute the same scores.
    """
    ours, name = build(NETWORKS[case.network].ours), NETWORKS[case.network].theirs
    if case.peer == "timm":
        theirs = imported("timm").create_model(name, drop_rate=0.5 if "vgg" in name else 0.0)
    else:
        own = {"init_weights": False, "transform_input": True} if name == "googlenet" else {}
        theirs = getattr(imported("torchvision.models"), name)(weights=None, **own)
    give_weights(ours, theirs)
    x = torch.randn(2, 3, case.size, case.size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        got, expected = ours.eval()(x), theirs.eval()(x)
    if not torch.allclose(got, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max())):
        raise AssertionError(f"our {case.network} and that of {case.peer} give different scores")
    return ours, theirs


@torch.no_grad()
def give_weights(ours: nn.Module, theirs: nn.Module) -> None:
    """Copy by name, or where names differ (timm's VGG) in the networks' order."""
    given, taken = ours.state_dict(), theirs.state_dict()
    names = given if given.keys() == taken.keys() else taken
    for (name, values), own in zip(taken.items(), given.values(), strict=True):
        values.copy_((given[name] if names is given else own).reshape(values.shape))


def our_step(network: nn.Module, case: Case, x: Tensor, labels: Tensor) -> Step:
    """A step of `coursekit.training`."""
    settings = Settings(1, case.batch, RATE, momentum=MOMENTUM, weight_decay=DECAY)
    learner = TorchLearner(
        network,
        make_optimizer(network, settings),
        Processes(x.device),
        precision=None if case.precision == "fp32" else case.precision,
        compiled=case.compiled,
    )
    share = learner.share(case.batch)

    def step() -> None:
        learner.step(x, labels, RATE, share)
        if learner.micro_batch < case.batch:
            raise MemoryError(f"a batch of {case.batch} does not fit; take a smaller --batch")

    return step


def their_step(network: nn.Module, case: Case, x: Tensor, labels: Tensor) -> Step:
    """A step as it is usually written: mixed precision, channels last."""
    nn.utils.convert_conv2d_weight_memory_format(network.train(), torch.channels_last)
    forward = torch.compile(network) if case.compiled else network
    on_gpu, short = x.device.type == "cuda", PRECISIONS[case.precision]
    optimizer = torch.optim.SGD(
        network.parameters(), RATE, MOMENTUM, weight_decay=DECAY, nesterov=True, fused=on_gpu
    )
    scaler = torch.amp.GradScaler(x.device.type, enabled=short is torch.float16)
    criterion = nn.CrossEntropyLoss()

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(x.device.type, short, enabled=short is not None):
            loss = _loss(criterion, forward(x), labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    return step


def _loss(criterion: nn.Module, outputs: Any, labels: Tensor) -> Tensor:
    """torchvision's GoogLeNet gives its own scores first, then those of its two helpers."""
    if isinstance(outputs, Tensor):
        return criterion(outputs, labels)
    main, *helpers = (criterion(scores, labels) for scores in outputs)
    return main + AUXILIARY * sum(helpers)


def measure(case: Case, clock: Clock, *, turns: int, steps: int, warm_up: int) -> Result:
    """Let both train in turns of so many steps; who begins changes each time."""
    device = clock.device
    gc.collect()
    both = networks(case)
    macs = summary(both[0], (3, case.size, case.size)).totals["macs"]
    x = torch.randn(case.batch, 3, case.size, case.size, device=device)
    x = x.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(1000, (case.batch,), device=device)
    made: list[Step] = []
    memory = []
    for network, make in zip(both, (our_step, their_step), strict=True):

        def begin(network: nn.Module = network, make: Callable[..., Step] = make) -> None:
            step = make(network.to(device), case, x, labels)
            for _ in range(warm_up):
                step()
            made.append(step)

        memory.append(peak_memory(device, begin))
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for i in (0, 1) if turn % 2 else (1, 0):

            def burst(step: Step = made[i]) -> None:
                for _ in range(steps):
                    step()

            times[i].append(clock.seconds(burst) / steps)
    if case.compiled:
        torch.compiler.reset()
    return Result(case, macs, times, (memory[0], memory[1]))
