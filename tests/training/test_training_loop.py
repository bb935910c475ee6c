"""The loop's parts: order, rates, shifts, checkpoints, progress."""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursekit.data import Split, load_digits32
from coursekit.numpy_nn import modified_lenet
from coursekit.training import (
    ArraySource,
    Checkpoint,
    Diverged,
    NumpyLearner,
    Plan,
    RandomShift,
    WarmUpCosine,
    train,
)
from coursekit.training.learner import Share
from coursekit.training.progress import Progress


def test_the_rate_rises_and_falls_to_nothing() -> None:
    rate = WarmUpCosine(0.1, warm_up=0.25)
    rates = [rate(t) for t in np.linspace(0, 1, 101)]
    assert rates[0] == pytest.approx(0.001)
    assert max(rates) == rates[25] == 0.1
    assert rates[-1] == pytest.approx(0, abs=1e-12)
    assert all(np.diff(rates[25:]) < 0)
    assert rate(0.25 + 0.75 / 3) == pytest.approx(0.1 * (1 + math.cos(math.pi / 3)) / 2)
    with pytest.raises(ValueError, match="warm_up in"):
        WarmUpCosine(0.1, warm_up=0)


def test_every_epoch_has_an_order_of_its_own_and_sees_each_image_once() -> None:
    plan = Plan(3, 10, WarmUpCosine(0.1, warm_up=0.1), seed=5)
    orders = [plan.order(epoch, 50) for epoch in range(3)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    assert (plan.order(2, 50) == orders[2]).all()


def test_shifts_move_whole_images_by_whole_pixels() -> None:
    x = np.arange(1, 2 * 25 + 1, dtype=np.float32).reshape(2, 1, 5, 5).repeat(40, axis=0)
    moved = RandomShift(2, paper=-1)(x, np.random.default_rng(0), Share(slice(None), len(x)))
    assert moved.shape == x.shape
    assert moved.dtype == x.dtype
    seen = set()
    padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)), constant_values=-1)
    for image, wide in zip(moved, padded, strict=True):
        fits = [
            (i, j)
            for i in range(5)
            for j in range(5)
            if (wide[:, i : i + 5, j : j + 5] == image).all()
        ]
        assert len(fits) == 1
        seen |= set(fits)
    assert len(seen) > 15
    assert RandomShift(0)(x, np.random.default_rng(0), Share(slice(None), len(x))) is x


def test_a_change_depends_on_seed_epoch_and_batch_only() -> None:
    plan = Plan(2, 4, WarmUpCosine(0.1, warm_up=0.1), 7, RandomShift(3))
    x = np.random.default_rng(0).random((4, 1, 12, 12))
    whole = Share(slice(None), 4)
    a = plan.images(x, 1, 2, whole)
    plan.images(x, 0, 0, whole)
    assert (plan.images(x, 1, 2, whole) == a).all()
    assert (plan.images(x, 1, 3, whole) != a).any()
    assert (plan.images(x, 0, 2, whole) != a).any()
    assert (plan.images(x[1:3], 1, 2, Share(slice(1, 3), 4)) == a[1:3]).all()


class Notebook:
    """A `Learner` that learns nothing and notes what it is given."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.seen: list[float] = []

    def share(self, count: int) -> Share:
        return Share(slice(None), count)

    def agreed(self, stop: bool) -> bool:
        return stop

    def step(self, x: Any, labels: Any, lr: float, share: Share) -> float:
        assert len(x) == len(labels)
        self.rates.append(lr)
        self.seen += x.ravel().tolist()
        return 0.0

    def scores(self, x: Any) -> Any:
        """Undecided about image 0; three to one for the second class, which is wrong, elsewhere."""
        return np.where(x.reshape(-1, 1) == 0, [0.0, 0.0], [0.0, np.log(3)])

    def state(self) -> dict[str, Any]:
        return {}

    def load_state(self, state: Any) -> None: ...

    def save_weights(self, path: Path) -> None: ...


def numbered(learn: int, choose: int) -> Split:
    """Images of one pixel that says which they are, all of class 0."""
    x = np.arange(learn + choose, dtype=float).reshape(-1, 1, 1, 1)
    y = np.zeros(len(x), int)
    return Split(x[:learn], y[:learn], x[learn:], y[learn:], x[:0], y[:0])


def test_each_step_has_its_rate_and_each_epoch_its_measurements() -> None:
    learner, data = Notebook(), numbered(5, 2)
    rows = train(learner, ArraySource(data), Plan(2, 2, lambda progress: progress, seed=4))
    assert learner.rates == pytest.approx([i / 6 for i in range(6)])
    orders = [np.random.default_rng([4, epoch]).permutation(5) for epoch in range(2)]
    assert learner.seen == np.concatenate(orders).tolist()
    assert [row["epoch"] for row in rows] == [1, 2]
    assert rows[1]["training_loss"] == pytest.approx((math.log(2) + 4 * math.log(4)) / 5)
    assert rows[1]["training_accuracy"] == 1 / 5
    assert rows[1]["validation_loss"] == pytest.approx(math.log(4))
    assert rows[1]["validation_accuracy"] == 0


def test_training_is_measured_on_the_same_5000_images() -> None:
    learner = Notebook()
    (row,) = train(learner, ArraySource(numbered(5_100, 0)), Plan(1, 5_100, lambda progress: 0.1))
    assert row["training_accuracy"] == 1 / 5_000
    assert "validation_loss" not in row


@pytest.mark.parametrize(("every", "places"), [(0, [1, 2, 3, 0]), (1e9, [0])])
def test_checkpoints_within_an_epoch(every: float, places: list[int]) -> None:
    kept: list[Checkpoint] = []
    plan = Plan(1, 2, lambda progress: 0.1)
    train(Notebook(), ArraySource(numbered(5, 0)), plan, keep=kept.append, every=every)
    assert [c.batch for c in kept] == places


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = [{"epoch": 1.0, "training_loss": 0.1, "training_accuracy": 1 / 3}]
    state = {"net.0.w": np.array([np.pi], np.float32), "optimizer.v.0.w": np.array([-0.0])}
    Checkpoint(1, 17, rows, state).save(tmp_path / "checkpoint.npz")
    back = Checkpoint.load(tmp_path / "checkpoint.npz")
    assert (back.epoch, back.batch, back.rows) == (1, 17, rows)
    assert back.state.keys() == state.keys()
    for name, array in state.items():
        assert back.state[name].tobytes() == array.tobytes()
        assert back.state[name].dtype == array.dtype
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_the_loop_learns_and_measures() -> None:
    data = load_digits32(sizes=(300, 100, 100))
    plan = Plan(8, 32, WarmUpCosine(0.03, warm_up=0.1))
    kept: list[Checkpoint] = []
    with NumpyLearner(modified_lenet(32), momentum=0.9) as learner:
        rows = train(learner, ArraySource(data), plan, keep=kept.append)
        assert rows[-1]["training_accuracy"] > 0.9
        assert rows[-1]["validation_loss"] < rows[0]["validation_loss"]
        assert [(c.epoch, c.batch) for c in kept] == [(epoch, 0) for epoch in range(1, 9)]
        empty = data._replace(x_val=data.x_val[:0], y_val=data.y_val[:0])
        assert "validation_loss" not in train(learner, ArraySource(empty), plan, start=kept[6])[-1]
        with pytest.raises(ValueError, match="another network"):
            learner.load_state({"net.0.w": np.zeros(3)})


def test_a_loss_that_is_not_finite_ends_the_training() -> None:
    data = load_digits32(sizes=(300, 100, 100))
    plan = Plan(4, 32, WarmUpCosine(1e9, warm_up=0.1))
    with (
        NumpyLearner(modified_lenet(32)) as learner,
        np.errstate(all="ignore"),
        pytest.raises(Diverged, match=r"in epoch 1, batch \d+ of 10: .* such as a fifth"),
    ):
        train(learner, ArraySource(data), plan)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


ROW = {"epoch": 1.0, "training_loss": 0.5, "training_accuracy": 0.9}


def test_progress_is_a_bar_on_a_terminal_and_a_line_per_epoch_everywhere() -> None:
    for screen in (Terminal(), io.StringIO()):
        lines: list[str] = []
        progress = Progress(lines.append, screen)
        for done in range(1, 4):
            progress.batch(1, 2, done, 3, 0.7)
        progress.epoch(2, ROW)
        (line,) = lines
        assert line.startswith("epoch 1/2 · training loss 0.5000, accuracy 90.00 % · ")
        assert ("epoch 1/2:" in screen.getvalue()) == screen.isatty()
