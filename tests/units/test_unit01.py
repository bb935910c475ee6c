"""What the lecture of unit 01 says and no cell prints, asserted on the lecture's own variables."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import binomtest

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
    with pytest.warns(RuntimeWarning, match="overflow"):  # "in arrays without … a warning"
        np.uint8(3) - np.uint8(5)


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
    x, noisy, ks = lecture["x_train"], lecture["y_noisy"], lecture["ks"]
    assert metrics.accuracy(noisy, neighbours.knn_predict(x, noisy, x, 1)) == 1

    def mistakes(labels: Any) -> dict[int, int]:
        shares = lecture["shares_right"](labels, lecture["x_val"], lecture["y_val"])
        return {k: round(300 * (1 - share)) for k, share in zip(ks, shares, strict=True)}

    clean, spoilt = mistakes(lecture["y_train"]), mistakes(noisy)
    few, level = [clean[k] for k in (1, 3, 5, 7, 9, 11)], [spoilt[k] for k in (5, 7, 9, 11, 15, 21)]
    assert max(few) - min(few) == 3  # "a difference of three mistakes is luck"
    assert max(level) - min(level) <= 4 and spoilt[1] > 5 * max(level)
    assert spoilt[51] > max(level) and clean[51] > max(few)


def test_the_perceptron(lecture: dict[str, Any]) -> None:
    mistakes = np.array(lecture["mistakes"])
    assert mistakes[-1] == 0 and (np.diff(mistakes) > 0).sum() == 2
    x, w = np.array([2.0, -1.0, 3.0]), np.array([1.0, 0.5, -1.0])
    new_w, new_b = perceptron_update(w, 0.5, x, 1)
    assert (new_w @ x + new_b) - (w @ x + 0.5) == x @ x + 1


def test_no_line_separates_the_eights_from_the_rest(lecture: dict[str, Any]) -> None:
    signs = np.where(lecture["y_train"] == 8, 1, -1)
    with_bias = np.column_stack([lecture["x_train"], np.ones(len(signs))])
    wanted = {"A_ub": -signs[:, np.newaxis] * with_bias, "b_ub": -np.ones(len(signs))}
    assert linprog(np.zeros(65), **wanted, bounds=(None, None)).status == 2  # infeasible


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
    assert widest > 5 * margin(lecture["w_last"], lecture["b_last"]) > 0
    far = np.setdiff1d(np.arange(len(signs)), svm.support_)[:20]
    again = type(svm)(kernel="linear", C=1e4).fit(
        np.delete(lecture["points"], far, axis=0), np.delete(signs, far)
    )
    np.testing.assert_allclose(again.coef_, svm.coef_, rtol=1e-2)


def test_features_hold_on_longer_when_digits_move(lecture: dict[str, Any]) -> None:
    nearest, linear, kernel, hog = (np.array(c) for c in lecture["curves"].values())
    others = np.maximum(nearest, linear)
    assert (kernel[:3] > np.maximum(others, hog)[:3]).all()
    assert (hog[3:8] > np.maximum(others, kernel)[3:8]).all()
    assert hog[4] > kernel[4] + 0.15
    assert round(300 * (1 - nearest[0])) == 1 and nearest[5] == pytest.approx(0.5, abs=0.02)
    assert max(others[8], kernel[8], hog[8]) < 0.15


def test_scores(lecture: dict[str, Any]) -> None:
    counts, i, j = lecture["counts"], lecture["i"], lecture["j"]
    assert counts.sum() == 4 * len(lecture["y_test"])
    assert counts[i, j] > 3 * counts[j, i]


def test_what_300_test_digits_can_put_in_order(lecture: dict[str, Any]) -> None:
    """The sign test on the digits that only one of two classifiers reads right."""
    right = {name: guess == lecture["y_test"] for name, guess in lecture["guesses"].items()}
    told_apart = set()
    for a, b in combinations(right, 2):
        only_a, only_b = (right[a] & ~right[b]).sum(), (right[b] & ~right[a]).sum()
        if binomtest(int(only_a), int(only_a + only_b)).pvalue < 0.05:
            told_apart.add(frozenset((a, b)))
    best, rest = ("pixels, kernel", "pixels, nearest"), ("ten perceptrons", "pixels, linear")
    assert told_apart == {frozenset((a, b)) for a in best for b in rest}


def test_imagenet_errors_f21(lecture: dict[str, Any], prose: str) -> None:
    error = lecture["top_5_error"]
    assert list(error.values())[:9] == [28.2, 25.8, 16.4, 11.7, 7.3, 6.7, 3.57, 2.99, 2.25]
    assert error["2015 ResNet"] < error["one trained person"] < error["2014 GoogLeNet"]
    assert 2 * error["one trained person"] < 12.0
    assert "15.4 (deck 4), 16.4 and 16 (deck 5)" in prose
    assert error["2011 XRCE"] < 26.2 and "next best entry of 2012 had 26.2" in prose
    assert round(error["2011 XRCE"]) == round(26.2) == 26 and round(error["2012 AlexNet"]) == 16


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
    # Announced for validation and test together, 50,000 of them for validation.
    announced = {2010: 200_000, 2011: 150_000}
    tested = {year: f"{count - 50_000:,}" for year, count in announced.items()}
    words = " ".join(text.split())
    assert f"{tested[2010]} test images, as the AlexNet paper does: so it was in 2010" in words
    assert f"from 2011 on there were {tested[2011]}" in words


def test_what_each_classifier_stands(lecture: dict[str, Any]) -> None:
    def shares(trial: str) -> list[float]:
        pictures, y = lecture["trials"][trial], lecture["y_val"]
        return [m.score(describe(pictures), y) for describe, m in lecture["models"].values()]

    *raw, hog = shares("as they are")
    nearest, linear, kernel, same = shares("white on black")
    assert same == hog == shares("less contrast")[-1]
    assert max(nearest, linear) < 0.05 < kernel < 0.15
    *noisy, ruined = shares("noise")
    assert all(n > r - 0.03 for n, r in zip(noisy, raw, strict=True)) and ruined < 0.35
    for trial in ("three quarters", "middle hidden"):
        *others, best = shares(trial)
        assert best > max(others) + 0.05
    assert all(share < 2 / 3 for share in shares("turned by 30°"))


def test_recap_numbers_are_printed(lecture: dict[str, Any], prose: str) -> None:
    assert lecture["photo"][115].shape == (451, 3)
    assert int((np.array([3], np.uint8) - np.array([5], np.uint8))[0]) == 254
    assert "prefers several neighbours" in prose
