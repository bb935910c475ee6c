"""What ``coursekit evaluate`` says is what the network does."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coursekit.data import write_idx
from coursekit.training import (
    RunError,
    begin,
    evaluate,
    evaluate_run,
    load_data,
    resume,
    trained,
)
from coursekit.training.gallery import show_mistakes

SCORES = np.array(
    [
        [5.0, 1.0, 0.0, 0.0],  # 0, right
        [2.0, 3.0, 0.0, 0.0],  # 0, taken for 1, second guess
        [0.0, 9.0, 8.0, 7.0],  # 3, taken for 1, third guess
        [9.0, 0.0, 0.0, 0.0],  # 1, taken for 0, and sure of it
    ]
)
LABELS = np.array([0, 0, 3, 1])


def test_counts_by_hand() -> None:
    found = evaluate(SCORES, LABELS)
    assert found.images == 4
    assert found.top == (0.25, 0.75, 1.0, 1.0)
    assert found.per_class[:2] == (0.5, 0.0)
    assert math.isnan(found.per_class[2])
    assert found.confusion.tolist() == [[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert [(m.index, m.label, m.prediction) for m in found.mistakes] == [
        (3, 1, 0),
        (1, 0, 1),
        (2, 3, 1),
    ]
    e = math.e
    assert found.mistakes[1].confidence == pytest.approx(e**3 / (e**3 + e**2 + 2))
    assert found.mistakes[1].for_label == pytest.approx(e**2 / (e**3 + e**2 + 2))
    told = json.loads(json.dumps(found.to_json()))
    assert told["accuracy"] == 0.25
    assert told["top"] == {"1": 0.25, "2": 0.75, "3": 1.0, "4": 1.0}
    assert told["per_class"] == [0.5, 0.0, None, 0.0]


def test_two_classes_have_no_third_guess() -> None:
    found = evaluate(SCORES[:, :2], np.array([0, 1, 1, 0]))
    assert found.top == (1.0, 1.0)
    assert found.mistakes == ()
    with pytest.raises(ValueError, match="no mistake to show"):
        show_mistakes(np.zeros((4, 1, 8, 8)), found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Path:
    path = tmp_path_factory.mktemp("evaluate") / "run"
    begin(path, "lenet-numpy", str(shop), epochs=4)
    return path


def test_the_command_and_its_files(
    folder: Path, shop: Path, command_line: Callable[..., tuple[int, str, str]]
) -> None:
    status, said, errors = command_line("evaluate", folder)
    assert (status, errors) == (0, "")
    _, network = trained(folder)
    data = load_data(str(shop))
    scores = network.scores(data.split.x_test)
    right = (scores.argmax(axis=1) == data.split.y_test).mean()
    assert 0.5 < right < 1
    lines = said.splitlines()
    assert lines[0] == f"200 test images of {shop.name}: accuracy {100 * right:.2f} %"
    assert lines[1].startswith("Right class among the most probable: top-2 ")
    assert sum(line.startswith("image ") for line in lines) == 10
    written = json.loads((folder / "evaluation.json").read_text())
    assert written.pop("data") == shop.name
    assert written["accuracy"] == pytest.approx(right)
    assert np.trace(written["confusion"]) == round(200 * right)
    worst = written["mistakes"][0]
    assert int(data.split.y_test[worst["index"]]) == worst["label"] != worst["prediction"]
    with Image.open(folder / "mistakes.png") as picture:
        assert picture.format == "PNG"
    status, said, _ = command_line("evaluate", folder, "--json")
    assert (status, json.loads(said)) == (0, written)
    evaluation, images, _ = evaluate_run(folder)
    alt = show_mistakes(images, evaluation).alt
    assert f"The first: {worst['label']} taken for {worst['prediction']} with" in alt


def test_a_run_that_is_not_finished(
    folder: Path, tmp_path: Path, command_line: Callable[..., tuple[int, str, str]]
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    lines = (copy / "metrics.csv").read_text().splitlines(keepends=True)
    (copy / "metrics.csv").write_text("".join(lines[:3]))
    status, _, errors = command_line("evaluate", copy)
    assert (status, errors) == (0, "This network is trained for 2 of 4 epochs only.\n")
    (copy / "weights.npz").unlink()
    with pytest.raises(RunError, match="has no weights yet, its first epoch is not done"):
        evaluate_run(copy)


def test_what_cannot_be_evaluated(folder: Path, shop: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run"):
        evaluate_run(tmp_path)
    with pytest.raises(RunError, match=r"in grey images of 28×28; digits has .* of 32×32"):
        evaluate_run(folder, "digits")
    other = Path(shutil.copytree(shop, tmp_path / "other"))
    labels = np.arange(200, dtype=np.uint8) % 11
    write_idx(other / "t10k-labels-idx1-ubyte", labels)
    with pytest.raises(RunError, match=r"knows 10 classes .*; other has labels up to 10 "):
        evaluate_run(folder, str(other))
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "weights.npz").write_bytes((copy / "weights.npz").read_bytes()[:2000])
    with pytest.raises(RunError, match=r"cannot be read as .* --resume .* writes it again"):
        evaluate_run(copy)
    resume(copy)
    assert (copy / "weights.npz").read_bytes() == (folder / "weights.npz").read_bytes()
