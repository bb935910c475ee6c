"""A run that is stopped, killed or starved of disk continues to the same bits."""

import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from coursekit.training import NUMPY_RECIPES, RunError, TrainingStopped, begin, resume

CommandLine = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[2]
FILES = ("weights.npz", "metrics.csv", "curves.png", "checkpoint.npz", "config.json")
SETTINGS: dict[str, Any] = {"epochs": 3, "seed": 3}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Path:
    """A run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    begin(folder, "lenet-numpy", str(shop), **SETTINGS)
    return folder


def same(folder: Path, other: Path) -> None:
    """Both runs left the same bytes, and nothing half-written."""
    for name in FILES:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name
    assert {path.name for path in folder.iterdir()} == {*FILES, ".lock"}


def command(shop: Path, folder: Path) -> list[str]:
    options = f"--data {shop} --epochs 3 --seed 3 --checkpoint 0 --out {folder}".split()
    return [sys.executable, "-m", "coursekit", "train", "lenet-numpy", *options]


def start(words: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen(words, env=environment, encoding="utf-8", stdout=pipe, stderr=pipe)


def wait_for(file: Path, process: "subprocess.Popen[str]") -> None:
    while not file.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_killed_at_any_moment(
    tmp_path: Path, shop: Path, whole: Path, plain: dict[str, str]
) -> None:
    folder, chance = tmp_path / "run", random.Random()
    process = start(command(shop, folder), plain)
    wait_for(folder / "checkpoint.npz", process)
    time.sleep(chance.uniform(0, 0.4))
    process.kill()
    process.communicate()
    for _ in range(3):  # further kills, inside this process's children's short lives
        child = os.fork()
        if child == 0:
            try:
                resume(folder, every=0)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.05, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    resume(folder)
    same(folder, whole)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_asked_to_stop(
    number: int, status: int, tmp_path: Path, shop: Path, whole: Path, plain: dict[str, str]
) -> None:
    folder = tmp_path / "run"
    process = start(command(shop, folder), plain)
    wait_for(folder / "checkpoint.npz", process)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == status
    assert re.search(r"Stopped in epoch \d, after .*\. To go on: coursekit train --resume", errors)
    assert f"--out {folder}" in errors
    assert "Traceback" not in errors
    resume(folder)
    same(folder, whole)


KILLED_WHILE_WRITING = """
import os, signal, sys
from coursekit.training import begin

left = int(sys.argv[3])

def fsync(number):
    global left
    left -= 1
    if not left:
        os.ftruncate(number, 1000)
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = fsync
begin(sys.argv[1], "lenet-numpy", sys.argv[2], epochs=3, seed=3, every=0)
"""


@pytest.mark.parametrize(
    ("write", "name"), [(1, "config"), (18, "metrics"), (19, "weights"), (25, "checkpoint")]
)  # an epoch has 15 batches
def test_killed_while_a_file_is_written(
    write: int, name: str, tmp_path: Path, shop: Path, whole: Path, plain: dict[str, str]
) -> None:
    folder = tmp_path / "run"
    words = [sys.executable, "-c", KILLED_WHILE_WRITING, str(folder), str(shop), str(write)]
    assert subprocess.run(words, env=plain).returncode == -signal.SIGKILL
    (part,) = folder.glob(".*.part*")
    assert part.name.startswith(f".{name}.")
    if write == 1:  # the run's settings: it has not begun yet
        begin(folder, "lenet-numpy", str(shop), **SETTINGS)
    else:
        resume(folder)
    same(folder, whole)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    tmp_path: Path, shop: Path, whole: Path, plain: dict[str, str]
) -> None:
    folder = tmp_path / "run"

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        command(shop, folder), env=plain, preexec_fn=small_files, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert f"{folder} cannot be written: File too large. Make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in folder.iterdir()} == {"config.json", ".lock"}
    resume(folder)
    same(folder, whole)


class Interrupt:
    """Watches, and presses Ctrl-C at one moment."""

    def __init__(self, epoch: int, batch: int) -> None:
        self.at = epoch, batch

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        if (epoch, done) == self.at:
            signal.raise_signal(signal.SIGINT)

    def epoch(self, epochs: int, row: dict[str, float]) -> None:
        pass


def test_stopped_at_each_kind_of_place(tmp_path: Path, shop: Path, whole: Path) -> None:
    folder, last = tmp_path / "run", -(-459 // 32)
    with pytest.raises(TrainingStopped, match=f"epoch 1, after batch 4 of {last}"):
        begin(folder, "lenet-numpy", str(shop), **SETTINGS, watcher=Interrupt(1, 4))
    assert not (folder / "curves.png").exists()
    with pytest.raises(TrainingStopped, match=f"epoch 2, after batch {last} of {last}"):
        resume(folder, watcher=Interrupt(2, last))
    assert (folder / "metrics.csv").read_text().count("\n") == 2
    rows = resume(folder)
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert resume(folder) == rows  # finished: nothing is left to do
    same(folder, whole)


def test_threads_share_the_work_and_repeat_their_bits(tmp_path: Path, shop: Path) -> None:
    for name in ("a", "b"):
        begin(tmp_path / name, "lenet-numpy", str(shop), epochs=1, threads=2)
    same(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 10}, "was begun with --epochs 3, not 10: leave the option out"),
        ({"seed": 4}, "--seed 3, not 4"),
        ({"batch": 100}, "--batch 32, not 100"),
        ({"learning_rate": 0.5}, "--lr 0.02, not 0.5"),
        ({"threads": 2}, "--threads 1, not 2"),
        ({"shift": 0}, "--shift 2, not 0"),
        ({"validation": 0.5}, "begun with no --validation, not 0.5"),
        ({"recipe": "lenet1-numpy"}, "recipe lenet-numpy, not lenet1-numpy"),
        ({"data": "digits"}, "--data .*, not digits"),
    ],
)
def test_other_settings_than_the_run_was_begun_with(
    given: dict[str, Any], message: str, whole: Path
) -> None:
    with pytest.raises(RunError, match=message):
        resume(whole, given)


def test_the_same_settings_may_be_said_again(whole: Path, shop: Path) -> None:
    given = {"recipe": "lenet-numpy", "data": str(shop), **SETTINGS, "threads": 1, "batch": None}
    assert len(resume(whole, given)) == 3


def refused(message: str, *arguments: Any, **options: Any) -> None:
    with pytest.raises(RunError, match=message):
        begin(*arguments, **options)


def test_folders_that_are_refused(tmp_path: Path, whole: Path) -> None:
    refused("holds a run already: --resume goes on", whole, "lenet-numpy", "digits")
    (tmp_path / "notes.txt").write_text("mine")
    refused("is no empty folder", tmp_path, "lenet-numpy", "digits")
    refused("is no empty folder", tmp_path / "notes.txt", "lenet-numpy", "digits")
    refused(
        "cannot be written: Not a directory", tmp_path / "notes.txt" / "x", "lenet-numpy", "digits"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("recipe", "options", "message"),
    [
        ("lenet-nump", {}, "no recipe 'lenet-nump'; did you mean lenet-numpy"),
        ("lenet-numpy", {"epochs": 0}, "--epochs must be at least 1"),
        ("lenet-numpy", {"batch": 0}, "--batch must be at least 1, got 0"),
        ("lenet-numpy", {"threads": 0}, "--threads must be at least 1, got 0"),
        ("lenet-numpy", {"learning_rate": 0.0}, "--lr must be above 0"),
        ("lenet-numpy", {"learning_rate": float("inf")}, "--lr must be .* finite, got inf"),
        ("lenet-numpy", {"seed": -1}, "--seed must be at least 0, got -1"),
        ("lenet-numpy", {"shift": 9}, "a quarter of the 32 pixels"),
        ("lenet-numpy", {"validation": 0.95}, "share from 0 to 0.9"),
        ("lenet1-numpy", {}, "LeNet-1 .* reads images of 28×28, these are 32×32"),
    ],
)
def test_settings_that_are_refused(
    recipe: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    refused(message, tmp_path / "run", recipe, "digits", **options)
    assert not (tmp_path / "run").exists()


def test_two_processes_cannot_train_in_one_folder(whole: Path) -> None:
    with FileLock(whole / ".lock"), pytest.raises(RunError, match="another process is training"):
        resume(whole)


@pytest.fixture
def copy(tmp_path: Path, whole: Path) -> Path:
    """A finished run that a test may spoil."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes((whole / name).read_bytes())
    return folder


def spoil_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(255 - b for b in content[middle : middle + 99])
        + content[middle + 99 :]
    )


def another_compression(content: bytes) -> bytes:
    """One byte of the archive's table of contents is wrong: zipfile raises NotImplementedError."""
    entry = content.index(b"PK\x01\x02")
    return content[: entry + 10] + b"\x63" + content[entry + 11 :]


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("checkpoint.npz", lambda c: c[:1000], "checkpoint.npz is damaged"),
        ("checkpoint.npz", spoil_middle, "checkpoint.npz is damaged"),
        ("checkpoint.npz", lambda c: b"", "checkpoint.npz is damaged"),
        ("checkpoint.npz", another_compression, "damaged .*compression method is not supported"),
        ("config.json", lambda c: c[:50], "config.json cannot be used"),
        ("config.json", lambda c: c.replace(b'"format": 2', b'"format": 3'), "another version"),
        ("config.json", lambda c: c.replace(b'"seed"', b'"seeds"'), "it should have recipe"),
    ],
)
def test_damaged_files(
    name: str, spoil: Callable[[bytes], bytes], message: str, copy: Path
) -> None:
    (copy / name).write_bytes(spoil((copy / name).read_bytes()))
    with pytest.raises(RunError, match=message):
        resume(copy)


def test_a_checkpoint_of_another_network(copy: Path) -> None:
    with np.load(copy / "checkpoint.npz") as file:
        arrays = {name: file[name] for name in file.files if name != "state.net.0.w"}
    np.savez(copy / "checkpoint.npz", allow_pickle=False, **arrays)
    with pytest.raises(RunError, match="this state is another network's"):
        resume(copy)


def test_the_command_line_says_what_is_wrong(command_line: CommandLine, tmp_path: Path) -> None:
    for arguments, message in (
        ((), "Say --out, or give the network"),
        (("--out", tmp_path / "run"), "Give a name"),
        (("--resume", "--out", tmp_path / "run"), "holds no run"),
        (("lenet-numpy", "--data", "nowhere"), "nowhere is none of these"),
        (("lenet-numpy", "--data", "digits", "--lr", "1e9", "--out", tmp_path / "x"), "smaller"),
    ):
        status, _, errors = command_line("train", *arguments)
        assert status == 2, arguments
        assert message in errors
        assert "Warning" not in errors


@pytest.mark.parametrize("name", ["train", "evaluate", "predict"])
def test_help_is_there_at_once(name: str, command_line: CommandLine) -> None:
    status, said, _ = command_line(name, "--help")
    assert status == 0
    assert f"coursekit {name}" in said


def test_every_recipe_is_named_where_people_look(command_line: CommandLine) -> None:
    _, said, _ = command_line("train", "--help")
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    for name in NUMPY_RECIPES:
        assert name in said
        assert f"| `{name}` | " in page


def test_help_needs_no_numpy(plain: dict[str, str]) -> None:
    code = "import coursekit.cli, sys; print({'numpy', 'torch', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_the_command_line_tells_each_epoch(
    command_line: CommandLine, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ("--data", shop, "--epochs", 2, "--validation", 0.2)
    status, said, errors = command_line("train", "lenet-numpy", *options)
    folder = Path("runs") / f"lenet-numpy-{shop.name}"
    lines = said.splitlines()
    assert (status, errors, len(lines)) == (0, "", 4)
    assert all(line.startswith(f"epoch {i}/2 · training") for i, line in enumerate(lines[:2], 1))
    assert re.fullmatch(rf"Done: validation accuracy \d+\.\d\d %\. See {folder}", lines[2])
    header, *rows = (folder / "metrics.csv").read_text().splitlines()
    assert header == "epoch,training_loss,validation_loss,training_accuracy,validation_accuracy"
    assert [row.split(",")[0] for row in rows] == ["1", "2"]
    status, said, _ = command_line("train", "lenet-numpy", "--resume", *options, "--epochs", 2)
    assert (status, said.splitlines()) == (0, lines[2:])
