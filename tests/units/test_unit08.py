"""Unit 08: what the lecture says without printing it, with the lecture's own functions."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from lecture_code import code_cells, definitions

from coursekit.analysis import network, summary
from coursekit.analysis.stages import stages
from coursekit.experiments import Scale, inception_or_plain, one_large_or_three_small, stored
from coursekit.models import GoogLeNet
from coursekit.models.googlenet import INCEPTION
from coursekit.models.vgg import CONFIGURATIONS, VGG

SLUG = "08_vgg_and_inception"
LECTURE = definitions(SLUG)


@pytest.fixture(scope="module")
def vggs():
    """Totals of the configurations A to E."""
    with torch.device("meta"):
        return {name: summary(VGG(name), (3, 224, 224)) for name in CONFIGURATIONS}


def test_the_lecture_is_as_long_as_it_may_be():
    assert len(code_cells(SLUG)) < 25


def test_from_a_to_e(vggs):
    first, last = vggs["A"].totals, vggs["E"].totals
    # "two and a half times the work, and only 8 % more parameters"
    assert last["parameters"] / first["parameters"] == pytest.approx(1.08, abs=0.005)
    assert last["macs"] / first["macs"] == pytest.approx(2.58, abs=0.01)
    depth = {name: 3 + sum(map(len, kernels)) for name, kernels in CONFIGURATIONS.items()}
    assert depth == {"A": 11, "B": 13, "C": 16, "D": 16, "E": 19}
    for table in vggs.values():  # "the fully connected layers have most of them"
        dense = [r["parameters"] for r in table.rows if r["type"] == "Linear"]
        assert len(dense) == 3 and sum(dense) == 123_642_856
        assert sum(dense) > 0.85 * table.totals["parameters"]


def test_c_is_b_with_layers_that_see_nothing_new_and_d_has_them_larger(vggs):
    kernels = CONFIGURATIONS
    for b, c, d in zip(kernels["B"], kernels["C"], kernels["D"], strict=True):
        assert tuple(k for k in c if k == 3) == b and len(c) == len(d) and set(d) == {3}
    fields = {n: [r["receptive_field"] for r in t.rows if r["type"] == "MaxPool2d"][-1]
              for n, t in vggs.items()}  # fmt: skip
    assert fields["B"] == fields["C"] < fields["D"]


def test_a_deep_stack_needs_weights_of_the_right_size():
    sizes = LECTURE["sizes_of_maps"]
    weak, strong, he, shallow = sizes("D", 0.01), sizes("D", 0.1), sizes("D"), sizes("A", 0.01)
    assert len(weak) == 13 and len(shallow) == 8
    # "about 10⁻⁵ after eight layers, below 10⁻⁷ after thirteen", "hundreds of times larger"
    assert 1e-5 < shallow[-1] < 1e-4 and weak[-1] < 1e-7 and shallow[-1] / weak[-1] > 200
    # a deviation ten times larger makes numbers ten times larger in each layer
    np.testing.assert_allclose(strong, np.array(weak) * 10.0 ** np.arange(1, 14))
    assert strong[-1] > 1e5 and all(0.3 < v < 3 for v in he)


def test_gradients_of_auxiliary_classifiers_end_where_they_stand():
    main, others = LECTURE["gradient_norms"]()
    assert list(INCEPTION)[6:] == ["4e", "5a", "5b"] and others[6:] == [0, 0, 0]
    assert all(o > 0 for o in others[:6]) and all(m > 0 for m in main)


def test_scale_jitters_crops_have_half_or_an_eighth_of_the_picture():
    h, w = 300, 451
    shares = [224 * 224 / (side * round(w * side / h)) for side in (256, 512)]
    assert shares[0] == pytest.approx(0.51, abs=0.005)
    assert shares[1] == pytest.approx(1 / 8, abs=0.005)


def test_the_naive_module_only_grows():
    maps = 192
    for one, _, three, _, five, _ in INCEPTION.values():
        grown = maps + one + three + five
        assert grown > maps
        maps = grown
    assert maps > 4000  # "thousands of maps"


def test_what_the_reductions_save():
    one, reduce3, three, reduce5, five, _ = INCEPTION["3a"]
    assert (192 / reduce5, 192 / reduce3) == (12, 2)
    assert five == three / 4  # "second with a quarter of its kernels"
    naive = [192 * one, 9 * 192 * three, 25 * 192 * five]
    assert sorted(naive) == [naive[0], naive[2], naive[1]]
    with_it = 192 * reduce5 + 25 * reduce5 * five
    assert naive[2] / with_it == pytest.approx(10, abs=0.5)  # "about ten times cheaper"
    assert len(INCEPTION) == 9 and all(len(widths) == 6 for widths in INCEPTION.values())


def test_the_share_of_large_kernels():
    large = {k: (v[2] + v[4]) / (v[0] + v[2] + v[4] + v[5]) for k, v in INCEPTION.items()}
    between = [large[k] for k in ("4a", "4b", "4c", "4d")]
    assert between == sorted(between)  # "From 4a to 4d it does"
    assert large["5b"] < large["3a"]
    ones = {k: v[0] / (v[0] + v[2] + v[4] + v[5]) for k, v in INCEPTION.items()}
    # the alternative text: "the share of 1 by 1 falls from 4a to 4d and is largest at the end"
    falling = [ones[k] for k in ("4a", "4b", "4c", "4d")]
    assert falling == sorted(falling, reverse=True) and max(ones.values()) == ones["5b"]


def test_googlenet_as_the_lecture_has_it():
    with torch.device("meta"):
        net = GoogLeNet()
    kinds = [type(m).__name__ for m in net.modules()]
    assert kinds.count("Inception") == 9 and kinds.count("AuxiliaryClassifier") == 2
    google, vgg = summary(network("googlenet")), summary(network("vgg16"))
    ratio = {k: vgg.totals[k] / google.totals[k] for k in ("parameters", "macs")}
    assert 19 < ratio["parameters"] < 20 and 9.5 < ratio["macs"] < 10
    sides = [s.size[0] for s in stages(vgg)]  # "its maps shrink at five clear places"
    assert sides == [224, 112, 56, 28, 14, 7, 1]


def test_crops_and_looks():
    assert 4 * 3 * (4 + 1 + 1) * 2 == 144 and 7 * 144 == 1008


def test_what_the_stored_stacks_say():
    kept = stored("one_large_or_three_small")
    assert kept is not None
    starts = {n: [kept.numbers[f"{n}, start {i}"] for i in range(6)] for n in kept.series}
    means = [float(np.mean(v)) for v in starts.values()]
    assert max(means) - min(means) < max(max(v) - min(v) for v in starts.values())
    macs = [kept.numbers[f"{n}: multiply-adds"] for n in ("three 3×3", "one 7×7")]
    assert 1 - macs[0] / macs[1] > 1 / 3  # "over a third less work"
    live, large = (one_large_or_three_small.setup(s) for s in (Scale.LIVE, Scale.STORED))
    assert large.train == 4 * live.train and large.classes == 2 * live.classes
    assert large.difficulty > live.difficulty and (live.starts, large.starts) == (1, 6)
    assert f"{large.train} generated pictures of {large.classes} shapes" in kept.how


def test_what_the_stored_modules_say():
    kept = stored("inception_or_plain")
    assert kept is not None
    a, b = ([kept.numbers[f"{n}, start {i}"] for i in range(6)] for n in inception_or_plain.KINDS)
    assert min(a) > max(b)


def test_what_the_stored_crops_say():
    kept = stored("single_or_many_crops")
    assert kept is not None
    n = kept.numbers
    gain = n["28: 10 crops: accuracy"] - n["28: 1 crop: accuracy"]
    assert gain == pytest.approx(0.02, abs=0.005)  # "by two points"
    assert n["24: 10 crops: accuracy"] < n["24: 2, mirrored: accuracy"]
    for size in (28, 24):  # "the crops at the corners are worse than the middle"
        assert n[f"{size}: 5 crops: alone_accuracy"] < n[f"{size}: 1 crop: accuracy"] - 0.04
        assert n[f"{size}: whole picture: accuracy"] < n[f"{size}: 1 crop: accuracy"] - 0.1


def test_the_last_maps_touch_the_border():
    sides = [n // 2 // 2 // 2 for n in (24, 28, 32)]
    assert sides == [3, 3, 4]
    inner = [(n - 2) ** 2 for n in sides]
    assert [n * n - i for n, i in zip(sides, inner, strict=True)] == [8, 8, 12]


def test_the_loss_of_a_mean_is_at_most_the_mean_loss():
    rng = np.random.default_rng(0)
    p = rng.random((1000, 10)) + 1e-6
    assert (-np.log(p.mean(axis=1)) <= -np.log(p).mean(axis=1)).all()
