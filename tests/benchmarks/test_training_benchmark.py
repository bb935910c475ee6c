"""The benchmark of deep training: a fair comparison, an honest clock, a recipe that learns."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
if find_spec("torchvision") is None:
    pytest.skip("torchvision, the peer, is not installed", allow_module_level=True)

import cifar94
import hardware
import tables
import throughput
import training
from fast_resnet import FastResNet

from coursekit.analysis import summary
from coursekit.data import Split
from coursekit.models import GoogLeNet
from coursekit.training import Plan, train
from coursekit.training.pytorch.sources import randomly
from coursekit.training.schedule import OneCycle

CPU = torch.device("cpu")
PAGE = Path(training.__file__).with_suffix(".md")
TOY = throughput.Case("resnet18", size=32, batch=2, precision="fp32")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def pictures() -> Split:
    """Ten classes that differ by their colours, with much noise."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % 10
    colours = rng.integers(60, 196, (10, 3))
    x = colours[y][:, :, None, None] + rng.normal(0, 30, (300, 3, 32, 32))
    x = x.clip(0, 255).astype(np.uint8)
    return Split(x[:200], y[:200], x[:0], y[:0], x[200:], y[200:])


# Beside torchvision


def batch(case):
    x = torch.randn(case.batch, 3, case.size, case.size)
    return x.contiguous(memory_format=torch.channels_last), torch.tensor([1, 2])


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_both_learn_the_same(precision):
    case = throughput.Case("resnet18", size=64, batch=2, precision=precision)
    both, (x, labels) = throughput.networks(case), batch(case)
    before = [p.clone() for p in both[0].parameters()]
    for network, make in zip(both, (throughput.our_step, throughput.their_step), strict=True):
        make(network, case, x, labels)()
    ours, theirs = (list(network.parameters()) for network in both)
    assert all(torch.isfinite(p).all() for p in ours)
    changes = [
        torch.cat([(p - q).flatten() for p, q in zip(part, before, strict=True)])
        for part in (ours, theirs)
    ]
    assert changes[0].norm() > 0
    assert (changes[0] - changes[1]).norm() < 0.01 * changes[0].norm()


def test_weights_that_do_not_agree_are_noticed(monkeypatch):
    torch.manual_seed(1)  # with the same seed both would begin with the same weights anyway
    monkeypatch.setattr(throughput, "give_weights", lambda ours, theirs: None)
    with pytest.raises(AssertionError, match="our resnet18 and that of torchvision"):
        throughput.networks(TOY)


def test_the_helpers_of_googlenet_count():
    case = throughput.Case("googlenet", size=32, batch=2, precision="bf16")
    ours, theirs = throughput.networks(case)
    step = throughput.their_step(theirs, case, *batch(case))
    step()
    assert all(p.grad is not None for p in theirs.parameters())
    throughput.our_step(ours, case, *batch(case))()
    assert all(p.grad is not None for p in ours.parameters())


def test_what_the_helpers_cost_is_as_the_page_says():
    with torch.device("meta"):
        network = GoogLeNet(as_published=True).eval()
        work = summary(network, (3, 224, 224)).totals["macs"]
        helpers = [
            summary(aux, (channels, 14, 14)).totals["macs"]
            for aux, channels in ((network.aux1, 512), (network.aux2, 528))
        ]
    assert f"{sum(helpers) / work:.1%}" == "0.6%"
    assert "0.6 % of its work" in PAGE.read_text(encoding="utf-8")


def test_a_measurement_has_all_turns():
    clock = hardware.Clock(CPU)
    result = throughput.measure(TOY, clock, turns=2, steps=1, warm_up=1)
    assert [len(part) for part in result.seconds] == [2, 2]
    assert min(result.seconds[0] + result.seconds[1]) > 0
    assert result.memory == (None, None)
    assert result.macs == summary(throughput.build("resnet18"), (3, 32, 32)).totals["macs"]


def test_what_the_table_says():
    seconds = ([1.0, 2.0, 4.0], [2.0, 2.0, 2.0])
    result = throughput.Result(throughput.Case("vgg16", batch=8), 1000, seconds, (2**30, None))
    assert result.rates == (4.0, 4.0)
    assert result.ratios == (0.75, 1.0, 1.5)
    assert result.shares(24_000.0) == (0.5, 0.5)
    assert training.cells(result, 24_000.0) == [
        *("VGG-16", "bf16", "4 · 4", "**1.00** (0.75 to 1.50)", "50% · 50%", "1.1")
    ]


def test_timm_where_it_is_installed():
    if find_spec("timm") is None:
        pytest.skip("timm is not installed")
    assert throughput.known("resnet18", "timm") and not throughput.known("googlenet", "timm")
    throughput.networks(throughput.Case("resnet18", peer="timm", size=32))


def test_the_command_at_toy_size(capsys):
    training.main(["throughput", "--toy", "--networks", "resnet18", "--device", "cpu"])
    said = capsys.readouterr().out
    assert "`python benchmarks/training.py throughput --toy" in said
    assert "| ResNet-18 | bf16 |" in said
    assert "Batches of 2, 64×64 pixels; 3 turns of 1 step(s), processor time." in said


# The clock and the peak


def test_a_clock_says_what_it_measures():
    clock = hardware.Clock(CPU)
    assert clock.kind == "processor time"
    assert clock.seconds(lambda: sum(range(100_000))) > 0
    torch.set_num_threads(2)
    assert hardware.Clock(CPU).kind == "wall time"


def test_the_peak_counts_multiply_adds():
    class Second:
        device = CPU

        def seconds(self, work):
            work()
            return 1.0

    assert hardware.peak(Second(), "fp32", 16, bursts=2, times=3) == 3 * 16**3


def test_memory_is_told_on_a_gpu_only():
    done = []
    assert hardware.peak_memory(CPU, lambda: done.append(1)) is None and done == [1]


# 94 % on CIFAR-10


def test_the_network_is_as_its_docstring_says():
    with torch.device("meta"):
        found = summary(FastResNet().eval(), (3, 32, 32)).totals
    for number in (found["parameters"], found["macs"]):
        assert f"{number:,}" in FastResNet.__doc__


def test_the_recipe_learns(pictures):
    found = cifar94.run(pictures, CPU, epochs=4, batch=20, width=1 / 16, precision=None)
    assert found.test > 0.5 and found.mirrored > 0.5
    assert found.seconds > 0 and found.before > 0


def test_the_warm_up_leaves_nothing_behind(pictures):
    def trained(warm):
        learner = cifar94.make_learner(CPU, 3, 1 / 16, "bf16", False)
        if warm:
            cifar94.warm_up(learner, 50)
        plan = Plan(1, 50, OneCycle(0.4), 3, randomly(cifar94.AUGMENT))
        train(learner, cifar94.Unmeasured(pictures, CPU), plan)
        return learner.state()

    cold, warm = trained(False), trained(True)
    assert cold.keys() == warm.keys()
    assert all(np.array_equal(cold[name], warm[name]) for name in cold)


def test_the_test_pictures_are_judged_as_they_are(pictures):
    learner = cifar94.make_learner(CPU, 0, 1 / 16, None, False)
    learner.network.scores.weight.data.zero_()
    assert cifar94.judged(learner, pictures) == (0.1, 0.1)  # always the first of ten classes


def test_the_command_for_cifar_at_toy_size(pictures, monkeypatch, capsys):
    monkeypatch.setattr(training, "load_cifar10", lambda validation: pictures)
    training.main(["cifar", "--toy", "--device", "cpu", "--seeds", "9"])
    said = capsys.readouterr().out
    assert "| 0 |" in said and "| 1 |" in said and "| 2 |" not in said
    assert "200 pictures, 2 epochs, bf16" in said and "of 2 reached 94%" in said


def test_a_part_of_the_pictures(pictures):
    some = training.first(pictures, 7)
    assert [len(part) for part in some] == [7, 7, 0, 0, 7, 7]


# The page


def test_a_table_takes_its_place(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb\n", encoding="utf-8")
    tables.fill(page, "x", ["new", "lines"])
    expected = "a\n<!-- x -->\nnew\nlines\n<!-- end of x -->\nb\n"
    assert page.read_text(encoding="utf-8") == expected
    with pytest.raises(ValueError, match=r"no place for a table: put <!-- y -->"):
        tables.fill(page, "y", [])
    assert page.read_text(encoding="utf-8") == expected


def test_the_page_has_a_place_for_every_table(tmp_path):
    copy = tmp_path / "page.md"
    copy.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("throughput on cuda", "throughput on cpu", "cifar on cuda"):
        tables.fill(copy, name, ["here"])


def test_a_toy_does_not_get_into_the_page(capsys):
    with pytest.raises(SystemExit):
        training.parsed(["cifar", "--toy", "--markdown", "page.md"])
    assert "the table of a toy is no result" in capsys.readouterr().err
