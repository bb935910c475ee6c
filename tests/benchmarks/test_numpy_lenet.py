"""All ways of training the LeNet make the same steps, in processes that answer."""

import numpy_lenet
import pytest
from beside_pytorch import Worker, header, peak_memory, seconds, write


@pytest.mark.parametrize("threads", [1, 2])
def test_all_train_alike(threads):
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    steps = {library: make(threads, 6) for library, make in numpy_lenet.STEPS.items()}
    losses = {library: [step() for _ in range(10)] for library, step in steps.items()}
    torch.set_num_threads(before)
    assert losses["torch"][-1] < losses["torch"][0]
    assert losses["numpy"] == pytest.approx(losses["torch"], rel=1e-3)
    assert losses["fast"] == pytest.approx(losses["torch"], rel=1e-3)


def test_a_worker_answers_until_it_is_closed():
    worker = Worker(numpy_lenet.__file__, "numpy", "1", "4")
    first, second = worker.ask("losses", 2)
    assert second < first and worker.ask("time", 1) > 0
    worker.close()
    assert worker.process.returncode == 0


def test_a_worker_that_ends_is_named():
    worker = Worker(numpy_lenet.__file__, "numpy", "1", "0")  # a batch of nothing
    with pytest.raises(RuntimeError, match="ended with exit status 1"):
        worker.ask("losses", 1)
    worker.close()


def test_what_a_burst_and_a_peak_are():
    calls = []
    assert seconds(lambda: calls.append(1), 5) >= 0 and len(calls) == 5
    assert 8 <= peak_memory(lambda: bytes(8_000_000)) < 8.1


def test_the_report_says_how_it_was_made(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["somewhere/some.py"])
    page, doc = tmp_path / "page.md", "What?\n\n    a command\n\nHow.\n\nWhy.\n"
    write(page, "Title", " --quick", doc, header(["a", "b"]), "![alt](plot.webp)")
    assert page.read_text(encoding="utf-8").split("\n\n") == [
        "# Title",
        f"Made by `python benchmarks/some.py --quick --markdown {page}`.",
        "![alt](plot.webp)",
        "How.",
        "Why.",
        "| a | b |\n| --- | --- |\n",
    ]
