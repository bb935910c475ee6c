"""Learning with PyTorch: precision, memory, bad numbers, pauses, several processes."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn

from coursekit.data import Split, load_digits32
from coursekit.training import (
    Diverged,
    Plan,
    RunError,
    Settings,
    WarmUpCosine,
    begin,
    resume,
    train,
)
from coursekit.training.augment import Compose, RandomCrop, RandomFlip
from coursekit.training.learner import Share
from coursekit.training.pytorch.bad_numbers import first_bad_layer
from coursekit.training.pytorch.fitting import fit
from coursekit.training.pytorch.learner import TorchLearner
from coursekit.training.pytorch.optimizers import make_optimizer
from coursekit.training.pytorch.processes import Processes
from coursekit.training.pytorch.sources import TensorSource, randomly

ROOT = Path(__file__).parents[2]
ALONE = Processes(torch.device("cpu"))
HOW = Settings(epochs=2, batch=8, learning_rate=0.05)


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(dropout: float = 0.0, norm: bool = False, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, stride=3),
        nn.BatchNorm2d(6) if norm else nn.Identity(),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Flatten(),
        nn.Linear(6 * 10 * 10, 10),
    )


def learner(net: nn.Module | None = None, how: Settings = HOW, **options: Any) -> TorchLearner:
    net = network() if net is None else net
    return TorchLearner(net, make_optimizer(net, how), ALONE, **options)


@pytest.fixture(scope="module")
def digits() -> Split:
    return load_digits32(sizes=(100, 40, 40))


def batch(digits: Split, count: int = 20) -> tuple[Any, Any]:
    return torch.from_numpy(digits.x_train[:count]), torch.from_numpy(digits.y_train[:count])


def parameters(net: nn.Module) -> list[np.ndarray]:
    return [p.detach().numpy().copy() for p in net.state_dict().values()]


def all_of(x: Any) -> Share:
    return Share(slice(None), len(x))


def test_a_step_is_that_of_nesterov_with_decay_on_weights_only(digits: Split) -> None:
    how = Settings(1, 8, 0.1, momentum=0.9, weight_decay=0.01)
    one, x, y = learner(how=how), *batch(digits)
    twin = network()
    decayed = [p for n, p in twin.named_parameters() if n.endswith("weight")]
    plain = [p for n, p in twin.named_parameters() if n.endswith("bias")]
    by_hand = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain}],
        0.1,
        momentum=0.9,
        nesterov=True,
    )
    for rate in (0.1, 0.03):
        loss = one.step(x, y, rate, all_of(x))
        expected = nn.functional.cross_entropy(twin(x), y)
        by_hand.zero_grad()
        expected.backward()
        for group in by_hand.param_groups:
            group["lr"] = rate
        by_hand.step()
        assert loss == pytest.approx(float(expected.detach()), rel=1e-6)
    for a, b in zip(one.network.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("micro", [1, 7, 20])
def test_gradients_of_pieces_add_up(digits: Split, micro: int) -> None:
    x, y = batch(digits)
    whole, pieces = learner(), learner(micro_batch=micro)
    losses = [one.step(x, y, 0.1, all_of(x)) for one in (whole, pieces)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    for a, b in zip(parameters(whole.network), parameters(pieces.network), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    np.testing.assert_allclose(whole.scores(x), pieces.scores(x), atol=1e-5)


class SmallMemory(nn.Module):
    """Runs out of memory with more than `most` pictures at once, like a GPU."""

    def __init__(self, inside: nn.Module, most: int) -> None:
        super().__init__()
        self.inside, self.most = inside, most

    def forward(self, x: Any) -> Any:
        y = self.inside(x)
        if len(x) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return y


def test_when_memory_runs_out_the_step_is_repeated_with_half(digits: Split) -> None:
    x, y = batch(digits)
    small = learner(SmallMemory(network(norm=True), 6))
    other = learner(network(norm=True), micro_batch=5)
    for one in (small, other):
        one.step(x, y, 0.1, all_of(x))
    assert small.micro_batch == 5
    for a, b in zip(parameters(small.network), parameters(other.network), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(torch.OutOfMemoryError):
        learner(SmallMemory(network(), 0)).step(x, y, 0.1, all_of(x))


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_mixed_precision_learns_the_same_but_for_rounding(precision: str, digits: Split) -> None:
    data = TensorSource(digits, ALONE.device)
    rows = [
        train(one, data, Plan(6, 10, WarmUpCosine(0.05, warm_up=0.1)))[-1]
        for one in (learner(), learner(precision=precision))
    ]
    assert rows[1]["training_loss"] == pytest.approx(rows[0]["training_loss"], rel=0.5)
    assert rows[1]["training_accuracy"] > 0.9


def test_all_is_computed_in_the_short_numbers_and_kept_in_the_long_ones(digits: Split) -> None:
    seen = []
    net = network()
    net[0].register_forward_hook(lambda layer, x, y: seen.append(y.dtype))
    x, y = batch(digits)
    learner(net, precision="bf16").step(x, y, 0.1, all_of(x))
    assert seen == [torch.bfloat16]
    assert {p.dtype for p in net.parameters()} == {torch.float32}


def test_images_lie_pixel_by_pixel(digits: Split) -> None:
    seen = []
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(3600, 10))
    net[0].register_forward_hook(
        lambda layer, x, y: seen.append(x[0].is_contiguous(memory_format=torch.channels_last))
    )
    x, y = batch(digits)
    x = x.repeat(1, 3, 1, 1)
    for wanted in (True, False):
        learner(net, channels_last=wanted).step(x, y, 0.1, all_of(x))
    assert seen == [True, False]


def test_clipping_bounds_the_whole_gradient(digits: Split) -> None:
    x, y = batch(digits)
    one = learner(clip=0.01)
    before = parameters(one.network)
    one.step(x, y, 1.0, all_of(x))
    moved = np.sqrt(
        sum(((a - b) ** 2).sum() for a, b in zip(parameters(one.network), before, strict=True))
    )
    # Nesterov's first step is 1.9 times the gradient; weight decay adds little.
    assert moved == pytest.approx(0.019, rel=0.3)


class Breaks(nn.Module):
    def __init__(self, after: float) -> None:
        super().__init__()
        self.after = after

    def forward(self, x: Any) -> Any:
        return torch.log(x + self.after)


def test_the_first_layer_that_gave_nan_is_named(digits: Split) -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(1024, 10), Breaks(-1e3), nn.Linear(10, 10))
    one, (x, y) = learner(net), batch(digits)
    before = parameters(net)
    with pytest.raises(Diverged, match=r"loss is nan .* first layer to give NaN was 2 \(Breaks\)"):
        one.step(x, y, 0.1, all_of(x))
    for a, b in zip(parameters(net), before, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(Diverged, match=r"in epoch 1, batch 1 of 5: .* rate was"):
        train(one, TensorSource(digits, ALONE.device), Plan(1, 20, WarmUpCosine(0.1, warm_up=0.1)))


def test_where_bad_numbers_begin(digits: Split) -> None:
    net, (x, _) = network(), batch(digits)
    assert first_bad_layer(net, x) == ""
    assert first_bad_layer(net, x / 0) == "The images themselves hold NaN."
    with torch.no_grad():
        net[5].bias[3] = float("inf")
    assert first_bad_layer(net, x) == "The parameter 5.bias holds infinity."
    big = nn.Sequential(nn.Flatten(), nn.Linear(1024, 5), nn.Threshold(-9, float("inf")))
    assert "first layer" not in first_bad_layer(big, x)
    nested = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(1024, 5), Breaks(-99.0)))
    assert first_bad_layer(nested, x).endswith("was 1.1 (Breaks).")


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("precision", [None, "fp16"])
def test_a_pause_changes_no_bit(optimizer: str, precision: str | None, digits: Split) -> None:
    how = Settings(2, 16, 0.01, optimizer=optimizer)
    change = randomly(Compose([RandomCrop(3), RandomFlip()]))
    plan = Plan(2, 16, how.rates(), 5, change)
    data = TensorSource(digits, ALONE.device)

    def make(seed: int) -> TorchLearner:
        net = network(0.5, norm=True, seed=seed)
        return TorchLearner(net, make_optimizer(net, how), ALONE, precision=precision, seed=3)

    kept: list[Any] = []
    whole = make(0)
    rows = train(whole, data, plan, keep=kept.append, every=0)
    for checkpoint in (kept[2], kept[8]):
        torch.manual_seed(99)
        again = make(1)
        again.load_state(checkpoint.state)
        assert train(again, data, plan, start=checkpoint) == rows
        for a, b in zip(parameters(again.network), parameters(whole.network), strict=True):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="another network's"):
        learner(nn.Linear(3, 3)).load_state(kept[0].state)


def test_fit_trains_in_place_and_goes_on(digits: Split, tmp_path: Path) -> None:
    how = Settings(3, 16, 0.03)
    whole, paused = network(0.3), network(0.3)
    state = torch.get_rng_state()
    rows = fit(whole, digits, how, title=None, seed=1, augment=RandomCrop(2))
    assert torch.equal(torch.get_rng_state(), state)
    assert not whole.training
    assert rows[-1]["training_accuracy"] > rows[0]["training_accuracy"]

    class Enough(Exception):
        pass

    class Ends:
        def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
            if (epoch, done) == (2, 4):
                raise Enough

        def epoch(self, epochs: int, row: Any) -> None: ...

    options: dict[str, Any] = {"title": None, "seed": 1, "augment": RandomCrop(2)}
    options["checkpoint"] = tmp_path / "fit.npz"
    with pytest.raises(Enough):
        fit(paused, digits, how, watcher=Ends(), **options)
    again = network(0.3, seed=4)
    assert fit(again, digits, how, **options) == rows
    for a, b in zip(parameters(again), parameters(whole), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(RunError, match="other settings"):
        fit(again, digits, Settings(4, 16, 0.03), **options)


def test_bytes_are_shares_of_255(digits: Split) -> None:
    as_bytes = digits._replace(
        x_train=np.rint(255 * digits.x_train).astype(np.uint8),
        x_val=np.rint(255 * digits.x_val).astype(np.uint8),
    )
    double = network().double()
    rows = fit(double, as_bytes, Settings(1, 16, 0.03), title=None)
    assert next(double.parameters()).dtype == torch.float64
    expected = fit(network().double(), digits, Settings(1, 16, 0.03), title=None)
    assert rows[0]["training_loss"] == pytest.approx(expected[0]["training_loss"], rel=1e-2)


def options(folder: Path) -> list[str]:
    return f"lenet --data digits --epochs 2 --threads 1 --checkpoint 0 --out {folder}".split()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deep") / "run"
    begin(folder, "lenet", "digits", epochs=2, threads=1, every=0)
    return folder


FILES = ("config.json", "checkpoint.npz", "metrics.csv", "curves.png", "weights.safetensors")


def test_a_run_that_is_killed_ends_with_the_same_bytes(
    whole: Path, tmp_path: Path, plain: dict[str, str]
) -> None:
    folder = tmp_path / "run"
    words = [sys.executable, "-m", "coursekit", "train", *options(folder)]
    process = subprocess.Popen(words, env=plain, stdout=subprocess.DEVNULL)
    while not (folder / "checkpoint.npz").exists():
        assert process.poll() is None
        time.sleep(0.005)
    time.sleep(np.random.default_rng().uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    process.wait()
    resume(folder)
    for name in FILES:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    assert {path.name for path in folder.iterdir()} == {*FILES, ".lock"}


def test_two_processes_learn_what_one_does(
    whole: Path, tmp_path: Path, plain: dict[str, str]
) -> None:
    folder = tmp_path / "run"
    launch = [
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "-m",
        "coursekit",
        "train",
    ]
    done = subprocess.run(
        [sys.executable, *launch, *options(folder)],
        env={**plain, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("epoch 2/2") == 1
    one, two = (read(f / "weights.safetensors") for f in (whole, folder))
    assert one.keys() == two.keys()
    for name in one:
        torch.testing.assert_close(one[name], two[name], atol=2e-3, rtol=2e-3)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, ".lock"])


def read(path: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(path))


@pytest.mark.parametrize(("count", "size"), [(10, 3), (7, 7), (2, 4), (128, 2)])
def test_shares_of_a_batch(count: int, size: int) -> None:
    shares = [Processes(torch.device("cpu"), rank, size).share(count) for rank in range(size)]
    rows = [list(range(count))[s.rows] for s in shares]
    if count >= size:
        assert [i for r in rows for i in r] == list(range(count))
        assert max(map(len, rows)) - min(map(len, rows)) <= 1
        assert {s.count for s in shares} == {count}
    else:
        assert all(r == list(range(count)) for r in rows)
        assert {s.count for s in shares} == {count * size}
