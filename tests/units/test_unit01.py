"""What the lecture of unit 01 says and no cell prints, asserted on the lecture's own variables."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursekit import metrics, neighbours
from coursekit.authoring.sources import SourceCell, read_cells
from coursekit.perceptron import perceptron_update

LECTURE = Path(__file__).parents[2] / "sources" / "01_images_and_classifiers" / "lecture.py"


@pytest.fixture(scope="module")
def cells() -> list[SourceCell]:
    return read_cells(LECTURE)


@pytest.fixture(scope="module")
def lecture(cells: list[SourceCell]) -> dict[str, Any]:
    """The names that are left after every code cell has run (figures are made, not drawn)."""
    scope: dict[str, Any] = {}
    for cell in cells:
        if cell.kind == "code":
            exec(compile(cell.text, f"{LECTURE.name}:{cell.line}", "exec"), scope)
    return scope


@pytest.fixture(scope="module")
def prose(cells: list[SourceCell]) -> str:
    return " ".join(" ".join(c.text for c in cells if c.kind == "markdown").split())


def test_the_photo(lecture: dict[str, Any]) -> None:
    photo, part = lecture["photo"], lecture["part"]
    assert photo.shape[1] > photo.shape[0]
    assert photo[115, 168].max() < 20
    red, green, blue = (float(m) for m in lecture["means"][:3])
    assert red > green > blue
    columns = part.mean(axis=(0, 2))
    assert (np.diff(columns) < 0).all()


def test_pixel_distance_fails(lecture: dict[str, Any]) -> None:
    d = lecture["distance"]
    cats = {name: value for name, value in d.items() if name.startswith("cat")}
    flat = d["NO CAT: flat colour"]
    assert len(cats) == 7 and sum(flat < value for value in cats.values()) >= 5
    assert d["NO CAT: tissue"] < d["cat: background"]
    assert max(d["NO CAT: rocket"], d["NO CAT: flower"]) < d["cat: illumination"]
    assert 3 <= lecture["steps"] <= 15  # "the few pixels"


def test_variation_within_a_class(lecture: dict[str, Any]) -> None:
    assert lecture["among"] > 2 * lecture["across"]


def test_neighbours(lecture: dict[str, Any]) -> None:
    assert set(lecture["y_train"][lecture["nearest"]]) == {lecture["y_val"][12]}
    x, y = lecture["x_train"], lecture["y_train"]
    shares = [
        metrics.accuracy(
            lecture["y_val"], neighbours.knn_predict(x[:n], y[:n], lecture["x_val"], 1)
        )
        for n in (20, 100, 400, len(x))
    ]
    assert shares == sorted(shares) and shares[0] < 0.8 and shares[-1] > 0.98
    misread, taken_for = lecture["x_val"][lecture["wrong"]], x[lecture["match"]]
    alike = np.abs(misread - taken_for) < 0.25
    assert (alike.mean(axis=1) > 0.5).all()  # "agree in most of its pixels"


def test_choosing_k(lecture: dict[str, Any]) -> None:
    assert lecture["best"] == {"training": 1, "validation": 1, "noisy labels": 15}
    x, noisy = lecture["x_train"], lecture["y_noisy"]
    assert metrics.accuracy(noisy, neighbours.knn_predict(x, noisy, x, 1)) == 1


def test_the_perceptron(lecture: dict[str, Any]) -> None:
    mistakes = np.array(lecture["mistakes"])
    assert mistakes[-1] == 0 and (np.diff(mistakes) > 0).sum() == 2
    x, w = np.array([2.0, -1.0, 3.0]), np.array([1.0, 0.5, -1.0])
    new_w, new_b = perceptron_update(w, 0.5, x, 1)
    assert (new_w @ x + new_b) - (w @ x + 0.5) == x @ x + 1


def test_linear_weights(lecture: dict[str, Any]) -> None:
    weights = lecture["linear"].weights.reshape(10, 8, 8)
    row, column = np.unravel_index(weights[0].argmin(), (8, 8))
    assert 2 <= row <= 5 and 3 <= column <= 4
    ring = np.ones((8, 8), bool)
    ring[2:6, 3:5] = False
    assert weights[0][ring].mean() > weights[0][~ring].mean()
    row, column = np.unravel_index(weights[1].argmax(), (8, 8))
    assert 1 <= row <= 3 and 3 <= column <= 4
    linear = metrics.accuracy(lecture["y_val"], lecture["linear"].predict(lecture["x_val"]))
    assert 0.93 < linear < 0.99


def test_the_widest_street(lecture: dict[str, Any]) -> None:
    margin, signs, svm = lecture["margin"], lecture["signs"], lecture["svm"]
    widest = margin(lecture["w_svm"], lecture["b_svm"])
    assert widest > 5 * margin(lecture["w"], lecture["b"]) > 0
    far = np.setdiff1d(np.arange(len(signs)), svm.support_)[:20]
    again = type(svm)(kernel="linear", C=1e4).fit(
        np.delete(lecture["points"], far, axis=0), np.delete(signs, far)
    )
    np.testing.assert_allclose(again.coef_, svm.coef_, rtol=1e-2)


def test_features_hold_on_longer_when_digits_move(lecture: dict[str, Any]) -> None:
    linear, kernel, hog = (np.array(c) for c in lecture["curves"].values())
    assert kernel[0] > hog[0] > linear[0]
    assert (hog[3:8] > kernel[3:8]).all() and (hog > linear).all()
    assert hog[4] > kernel[4] + 0.15
    assert max(linear[8], kernel[8], hog[8]) < 0.25


def test_scores(lecture: dict[str, Any]) -> None:
    counts, i, j = lecture["counts"], lecture["i"], lecture["j"]
    assert counts.sum() == 4 * len(lecture["y_test"])
    assert counts[i, j] > 3 * counts[j, i]
    shares = [metrics.accuracy(lecture["y_test"], g) for g in lecture["guesses"].values()]
    assert min(shares) > 0.94 and 0.96 < np.mean(shares) < 0.99  # the 0.97 of "give or take"


def test_imagenet_errors_f21(lecture: dict[str, Any], prose: str) -> None:
    error = lecture["top_5_error"]
    assert list(error.values())[:9] == [28.2, 25.8, 16.4, 11.7, 7.3, 6.7, 3.57, 2.99, 2.25]
    assert error["2015 ResNet"] < error["one trained person"] < error["2014 GoogLeNet"]
    assert 2 * error["one trained person"] < 12.0
    assert "15.4 (deck 4), 16.4 and 16 (deck 5)" in prose


def test_data_set_sizes(cells: list[SourceCell]) -> None:
    """As published: the papers linked in the references, and image-net.org."""
    text = next(c.text for c in cells if "| data set |" in c.text)
    table = dict(re.findall(r"^\| ([\w ,-]+?) \| (.+?) \|", text, flags=re.MULTILINE))
    published = {
        "MNIST": ("60,000 + 10,000", "28 × 28"),
        "CIFAR-10, -100": ("50,000 + 10,000", "32 × 32"),
        "Caltech-101": ("9,000", "101 classes"),
        "Caltech Pedestrian": ("250,000 frames", "350,000 boxes"),
        "ImageNet": ("14 million", "21,841 classes"),
        "its challenge": ("1.2 million + 100,000", "1,000 classes"),
    }
    for name, sizes in published.items():
        assert all(size in table[name] for size in sizes), table[name]


def test_what_each_classifier_stands(lecture: dict[str, Any]) -> None:
    def shares(trial: str) -> list[float]:
        pictures, y = lecture["trials"][trial], lecture["y_val"]
        return [m.score(describe(pictures), y) for describe, m in lecture["models"].values()]

    linear, kernel, hog = shares("as they are")
    assert shares("white on black")[2] == hog == shares("less contrast")[2]
    assert shares("white on black")[0] < 0.05 < shares("white on black")[1] < 0.15
    noisy = shares("noise")
    assert noisy[0] > linear - 0.03 and noisy[1] > kernel - 0.03 and noisy[2] < 0.35
    assert all(0.35 < share < 0.65 for share in shares("turned by 30°"))


def test_recap_numbers_are_printed(lecture: dict[str, Any], prose: str) -> None:
    assert lecture["photo"][115].shape == (451, 3)
    assert int((np.array([3], np.uint8) - np.array([5], np.uint8))[0]) == 254
    assert f"prefers k = {lecture['best']['noisy labels']}" in prose
