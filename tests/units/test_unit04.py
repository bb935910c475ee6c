"""Unit 04: what the lecture says without printing it, with the lecture's own functions."""

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from lecture_code import code_cells, definitions
from scipy import ndimage, signal

from coursekit import data
from coursekit import numpy_nn as nn
from coursekit.analysis import network
from coursekit.exercises import find
from coursekit.numpy_nn.fast import fast

ROOT = Path(__file__).parents[2]
SLUG = "04_lenet_in_numpy"
CELLS = code_cells(SLUG)


def literal(name):
    """A value that the lecture writes down."""
    for node in itertools.chain.from_iterable(ast.parse(text).body for text in CELLS):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise LookupError(name)


LECTURES = definitions(SLUG)
FULL = "full, 800 units", "full, 49 units", "full, 14 units"
SHARED = "shared", "shared, 2 filters", "pooled", "two stages"
NAMES = (*FULL, "local", *SHARED)
RATES = {"local": 0.2}  # the lecture lets the validation digits choose; 0.05 suits the others
fit, share_right = LECTURES["fit"], LECTURES["share_right"]


def lenet(seed=0):
    return nn.modified_lenet(32, seed=seed, dtype=np.float64)


# Full, local, shared


@pytest.fixture(scope="module")
def framed():
    """The digits of each place: training, validation and test; and their labels."""
    small = data.load_digits()
    text = next(text for text in CELLS if "\nframed = " in text)
    scope = {**LECTURES, "small": small}
    exec(text[text.index("rng = ") : text.index("inked = ")], scope)
    return scope["framed"], small[1::2]


@pytest.fixture(scope="module")
def held_out(framed):
    """Test accuracy of a candidate, trained on digits in some place, seed 0."""
    digits, (y, _, y_test) = framed
    found = {}

    def score(name, place="anywhere", change=lambda x: x):
        key = name, place, change
        if key not in found:
            x, _, x_test = map(change, digits[place])
            net = fit(fast(LECTURES["build"](name, 0)), x, y, 0, lr=RATES.get(name, 0.05))
            found[key] = share_right(net, x_test, y_test)
        return found[key]

    return score


def test_the_frames_hold_the_same_digits(framed):
    digits, labels = framed
    assert [len(y) for y in labels] == [1197, 300, 300]
    for middle, anywhere in zip(*digits.values(), strict=True):
        assert middle.shape[1:] == (1, 24, 24)
        assert np.allclose(middle.sum(axis=(1, 2, 3)), anywhere.sum(axis=(1, 2, 3)))
        assert np.array_equal(middle[:, :, 4:20, 4:20].sum(), middle.sum())
    ink = [(x[0] > 0.5).mean(axis=(0, 1)).max() for x in digits.values()]
    assert ink[0] > 0.9 and ink[1] < 0.6


def test_weights_of_the_candidates():
    counts = {name: LECTURES["build"](name, 0).parameter_count() for name in NAMES}
    top = 800 * 10 + 10
    assert counts == {
        "full, 800 units": 576 * 800 + 800 + top,
        "full, 49 units": 576 * 49 + 49 + 49 * 10 + 10,
        "full, 14 units": 576 * 14 + 14 + 14 * 10 + 10,
        "local": 10 * 10 * 8 * (25 + 1) + top,
        "shared": 8 * (25 + 1) + top,
        "shared, 2 filters": 2 * (25 + 1) + 200 * 10 + 10,
        "pooled": 8 * (25 + 1) + top,
        "two stages": 8 * (25 + 1) + 16 * (8 * 25 + 1) + 16 * 3 * 3 * 10 + 10,
    }
    assert abs(counts["full, 14 units"] - counts["shared"]) < 20
    assert abs(counts["full, 49 units"] - counts["local"]) < 50
    assert 3 < counts["local"] / counts["shared"] < 4  # "a third of the weights"
    assert counts["two stages"] < 0.011 * counts["full, 800 units"]


def test_the_local_layer_is_a_convolution_whose_weights_are_not_shared():
    rng = np.random.default_rng(0)
    local = LECTURES["Local2d"](3, rng)
    x = rng.standard_normal((2, 1, 24, 24))
    local.params["w"][:] = w = rng.standard_normal((3, 25))
    local.params["b"][:] = b = rng.standard_normal((3, 1))
    shared, cache = nn.conv2d_forward(x, w.reshape(3, 1, 5, 5), b[:, 0], stride=2)
    y = local.forward(x)
    assert np.allclose(y, shared)
    d = rng.standard_normal(y.shape)
    local.backward(d)
    _, dw, db = nn.conv2d_backward(d, cache)
    assert np.allclose(local.grads["w"].sum(axis=(0, 1)), dw.reshape(3, 25))
    assert np.allclose(local.grads["b"].sum(axis=(0, 1, 3)), db)


def test_anywhere_sharing_makes_the_difference_and_locality_alone_does_not(held_out):
    as_local, few, local, shared, two_filters, pooled, two = map(held_out, NAMES[1:])
    assert local < as_local + 0.03  # "no more than a fully connected layer with as many weights"
    assert abs(shared - (local + as_local) / 2) < 0.05  # "about as much"
    assert few < shared - 0.2
    assert two_filters < shared - 0.2
    assert abs(pooled - shared) < 0.05 < two - shared
    assert held_out("full, 14 units", "middle") > 0.9


def dealt(x):
    deal = np.random.default_rng(7).permutation(24 * 24)
    return x.reshape(len(x), -1)[:, deal].reshape(x.shape)


def test_dealt_out_pixels_cost_the_convolutions_their_lead(held_out):
    full, two = "full, 49 units", "two stages"
    assert held_out(two) > held_out(full) + 0.03
    assert held_out(two, "anywhere", dealt) < held_out(full, "anywhere", dealt) - 0.03
    assert abs(held_out(full, "anywhere", dealt) - held_out(full)) < 0.03


# The convolution layer


def test_the_first_example_is_an_exercises_case():
    cases = find("conv2d_forward").make_cases(0)
    x, w, b = [[1, 2, 0], [0, 1, 3], [4, 0, 1]], [[1, 0], [2, -1]], [3]
    case = next(c for c in cases if np.shape(c.args[0]) == (1, 1, 3, 3) and len(c.args) == 3)
    assert [np.squeeze(a).tolist() for a in case.args[:2]] == [x, w]
    y = LECTURES["conv2d_loops"](*(np.array(a)[np.newaxis, np.newaxis] for a in (x, w)), b)
    assert y.tolist() == np.asarray(case.expected).tolist() == [[[[3, 4], [11, 3]]]]
    assert 64 * 16 * 10 * 10 == 102_400  # "a hundred thousand runs"


def test_the_picture_of_the_memory_is_a_case_of_im2col():
    pictures = [case.args[0] for case in find("im2col").make_cases(0)]
    assert any(np.array_equal(np.squeeze(x), np.arange(1, 13).reshape(3, 4)) for x in pictures)


def test_a_pixel_is_copied_once_for_each_kernel_column():
    x, w = np.ones((64, 6, 14, 14)), np.ones((16, 6, 5, 5))
    _, cache = nn.conv2d_forward(x, w, np.zeros(16))
    windows = cache[0][0]
    low, high = np.lib.array_utils.byte_bounds(windows)
    inner = 64 * 6 * 14 * 10  # 10 of 14 columns are the first one under some window
    assert (high - low) // 8 == 5 * inner
    assert windows.size == 64 * 10 * 10 * 6 * 25
    assert windows.strides[0] == (high - low) // 14  # the next output row: one block further on


@pytest.mark.parametrize(("stride", "padding"), list(itertools.product((1, 2, 3), (0, 1, 2))))
def test_loops_against_scipy(stride, padding):
    rng = np.random.default_rng(stride)
    x, w, b = (rng.standard_normal(s) for s in ((2, 3, 9, 8), (4, 3, 3, 2), 4))
    y = LECTURES["conv2d_loops"](x, w, b, stride, padding)
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    for n, f in np.ndindex(2, 4):
        every = sum(signal.correlate2d(wide[n, c], w[f, c], "valid") for c in range(3))
        assert np.allclose(y[n, f], every[::stride, ::stride] + b[f], atol=1e-12)


def test_backwards_by_hand_is_an_exercises_case():
    dout, x, w = [[1, 0], [-1, 2]], [[1, 2, 0], [0, 1, 3], [4, 0, 1]], [[1, 0], [2, -1]]
    cases = find("conv2d_backward").make_cases(0)
    case = next(c for c in cases if np.shape(c.args[1]) == (1, 1, 3, 3) and len(c.args) == 3)
    assert [np.squeeze(a).tolist() for a in case.args] == [dout, x, w]
    dx, dw, db, _ = LECTURES["conv2d_gradients"](*map(np.asarray, case.args))
    for ours, theirs in zip((dx, dw, db), case.expected, strict=True):
        assert np.allclose(ours, theirs)
    # "The middle pixel lies in all four windows."
    assert np.array_equal(signal.convolve2d(np.ones((2, 2)), np.ones((2, 2)))[1:2, 1:2], [[4]])


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_both_gradients_are_correlations(stride):
    rng = np.random.default_rng(stride)
    x, w = rng.standard_normal((2, 3, 8, 7)), rng.standard_normal((4, 3, 3, 2))
    y, cache = nn.conv2d_forward(x, w, np.zeros(4), stride=stride)
    d = rng.standard_normal(y.shape)
    ours = LECTURES["conv2d_gradients"](d, x, w, stride)
    for mine, theirs in zip(ours, nn.conv2d_backward(d, cache), strict=False):
        assert np.allclose(mine, theirs, atol=1e-12)
    dx, dw = ours[:2]
    assert (d * y).sum() == pytest.approx((dx * x).sum()) == pytest.approx((dw * w).sum())


def test_the_adjoint_test_does_not_see_the_bias():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 3, 8, 7)), rng.standard_normal((4, 3, 3, 2))
    y, cache = nn.conv2d_forward(x, w, np.zeros(4))
    d = rng.standard_normal(y.shape)
    dx, dw, db = nn.conv2d_backward(d, cache)
    wrong = 2 * db  # passes, as nothing is said about it
    assert (d * y).sum() == pytest.approx((dx * x).sum()) == pytest.approx((dw * w).sum())
    assert not np.allclose(wrong, db)


# Pooling


def test_pooling_example_and_ties():
    m = np.array([[1.0, 3, 2, 0], [4, 2, 1, 5], [0, 1, -1, -2], [2, 0, -3, -4]])
    shapes = [c.args for c in find("max_pool2d_forward").make_cases(0)]
    assert any(np.array_equal(np.squeeze(args[0]), m) for args in shapes)
    y, cache = nn.max_pool2d_forward(m[np.newaxis, np.newaxis])
    assert y[0, 0].tolist() == [[4, 5], [2, -1]]
    dx = nn.max_pool2d_backward(np.array([[[[10, 20], [30, 40]]]]), cache)
    assert dx[0, 0].tolist() == [[0, 0, 0, 0], [10, 0, 0, 20], [0, 0, 40, 0], [30, 0, 0, 0]]


def test_max_pooling_and_relu_may_change_places_and_averages_may_not():
    rng = np.random.default_rng(0)
    x, d = rng.standard_normal((4, 3, 8, 8)), rng.standard_normal((4, 3, 4, 4))
    x[0, 0, :2, :2] = -1  # all negative: after ReLU a tie of zeros
    for pool, same in ((nn.MaxPool2d(2), True), (nn.AveragePool2d(2), False)):
        y, dx = [], []
        for layers in ((pool, nn.ReLU()), (nn.ReLU(), pool)):
            net = nn.Sequential(*layers)
            y.append(net.forward(x))
            dx.append(net.backward(d))
        assert np.array_equal(*y) is same and np.array_equal(*dx) is same


def test_where_pooling_saves_parameters():
    def counted(*pools):
        """Parameters of each layer of LeNet that learns, with these poolings."""
        layers = [nn.Conv2d(1, 6, 5), *pools[:1], nn.Conv2d(6, 16, 5), *pools[1:], nn.Flatten()]
        shape = nn.Sequential(*layers).output_shape((1, 32, 32))
        return [n for layer in layers if (n := layer.parameter_count())], shape[0] * 120

    convolutions, weights = counted(nn.MaxPool2d(2), nn.MaxPool2d(2))
    without, more = counted(nn.MaxPool2d(2))
    assert convolutions == without == [156, 2416]
    assert (weights, more) == (48_000, 192_000) and weights / more == 0.25


# Three networks


def test_what_the_networks_called_lenet5_differ_in():
    c3 = sum(len(maps) * 25 + 1 for maps in nn.lenet5().layers[4].table)
    every_map = 16 * (6 * 25 + 1)
    assert nn.lenet5().parameter_count() + every_map - c3 == 60_900
    pooling, output = 6 * 2 + 16 * 2, 10 * 85
    parts = every_map - c3, -pooling, output
    assert parts == (900, -44, 850)
    assert nn.modified_lenet(32).parameter_count() - nn.lenet5().parameter_count() == sum(parts)


def test_most_parameters_sit_behind_the_convolutions():
    for net in (nn.lenet5(), nn.modified_lenet(32)):
        counts = [layer.parameter_count() for layer in net.layers]
        assert max(counts) == 48_120 > sum(counts) / 2


def test_the_connection_table_as_the_lecture_describes_it():
    table = nn.lenet5().layers[4].table
    assert [len(maps) for maps in table] == [3] * 6 + [4] * 9 + [6]
    assert np.bincount([m for maps in table for m in maps]).tolist() == [10] * 6
    assert sum(map(len, table)) == 60

    def neighbours(maps):
        return any(sorted((f + k) % 6 for k in range(len(maps))) == [*maps] for f in range(6))

    assert all(map(neighbours, table[:12])) and not any(map(neighbours, table[12:15]))


def test_the_scaled_tanh_keeps_one_and_bends_most_there():
    x = np.linspace(0, 3, 3001)
    y, _ = nn.scaled_tanh_forward(x)
    assert y[1000] == pytest.approx(1, abs=1e-4)
    bend = np.abs(np.diff(y, 2))
    assert x[bend.argmax() + 1] == pytest.approx(1, abs=0.02)
    codes = nn.digit_codes()
    assert codes.shape == (10, 84) and 84 == 7 * 12


# The ladder, and training


@pytest.fixture(scope="module")
def digits():
    split = data.load_digits32()
    mean, spread = split.x_train.mean(), split.x_train.std()
    LECTURES["mean"], LECTURES["spread"] = mean, spread
    return split._replace(
        **{n: LECTURES["prepare"](getattr(split, n)) for n in ("x_train", "x_val", "x_test")}
    )


@pytest.fixture(scope="module")
def trained(digits):
    """The lecture's loop: (network, rows of the curves, first kernels before and after)."""
    text = next(text for text in CELLS if "LiveCurves(" in text)
    scope = {**LECTURES, **digits._asdict()}
    exec(text[: text.index("\nfirst = next")], scope)
    return scope["net"], scope["live"].rows, scope["kernels"]


def test_the_training_loop_is_short():
    text = next(text for text in CELLS if "LiveCurves(" in text)
    loop = text[text.index("    for epoch") : text.index("        loss, _ = nn.softmax")]
    assert len(loop.splitlines()) <= 15


def test_the_first_loss_is_too_large_and_a_tenth_of_the_last_weights_mends_it(digits):
    x, y = digits.x_train, digits.y_train
    for seed in range(3):
        net = lenet(seed)
        loss, _ = nn.softmax_cross_entropy(net.predict(x), y)
        assert loss > np.log(10) + (3 if seed == 0 else 0.2)
        net.params["11.w"] *= 0.1
        loss, _ = nn.softmax_cross_entropy(net.predict(x), y)
        assert loss == pytest.approx(np.log(10), abs=0.03)


def test_it_is_pooling_that_lets_the_signal_grow(digits):
    x = digits.x_train[:100]

    def sizes(pooled):
        """Mean square after each layer with weights, mean of 20 networks."""
        found = []
        for seed in range(20):
            c = {"rng": np.random.default_rng(seed), "dtype": np.float64}
            stride = {} if pooled else {"stride": 2}
            pool = [nn.MaxPool2d(2)] if pooled else []
            first, second = nn.Conv2d(1, 6, 5, **stride, **c), nn.Conv2d(6, 16, 5, **stride, **c)
            layers = [first, *pool, nn.ReLU(), second, *pool, nn.ReLU(), nn.Flatten()]
            layers += [nn.Linear(400, 120, **c), nn.ReLU(), nn.Linear(120, 84, **c)]
            maps, squares = x, []
            for layer in layers:
                maps = layer.forward(maps)
                if isinstance(layer, nn.Conv2d | nn.Linear):
                    squares.append((maps**2).mean())
            found.append(squares)
        return np.sqrt(np.mean(found, axis=0))

    grows, stays = sizes(pooled=True), sizes(pooled=False)
    assert grows[2] > 1.3 * grows[0] and abs(stays / stays[0] - 1).max() < 0.15


def test_twenty_digits_by_heart(digits):
    net = lenet()
    fit(net, digits.x_train[:20], digits.y_train[:20], seed=0, epochs=60)
    logits = net.predict(digits.x_train[:20])
    assert nn.softmax_cross_entropy(logits, digits.y_train[:20])[0] < 1e-3
    assert share_right(net, digits.x_val, digits.y_val) < 0.75


def test_what_the_training_reaches(digits, trained):
    net, rows, _ = trained
    assert share_right(net, digits.x_test, digits.y_test) > 0.975
    val = [row["validation_accuracy"] for row in rows]
    assert next(r["epoch"] for r in rows if r["validation_accuracy"] > 0.9) == 2
    assert rows[-1]["training_accuracy"] == 1 > val[-1] > 0.97
    late = [row["validation_loss"] for row in rows]
    assert np.ptp(late[10:]) < 0.2 * np.ptp(late[4:10])  # "the curves become smooth"


def test_the_first_kernels_move_by_a_third_and_stay_noise(trained):
    _, _, kernels = trained
    first, last = kernels[0], kernels[-1]
    assert 0.28 < np.linalg.norm(last - first) / np.linalg.norm(first) < 0.38

    def alike(k):
        pairs = (k[..., 1:], k[..., :-1]), (k[..., 1:, :], k[..., :-1, :])
        return np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs])

    assert alike(first) < alike(last) < 0.3


def test_mistakes_and_their_confidence(digits, trained):
    net, *_ = trained
    x, y = np.concatenate([digits.x_val, digits.x_test]), np.append(digits.y_val, digits.y_test)
    probability = nn.softmax(net.predict(x))
    answer, certain = probability.argmax(axis=1), probability.max(axis=1)
    wrong = answer != y
    pairs = [(int(a), int(b)) for a, b in zip(y[wrong], answer[wrong], strict=True)]
    assert len(pairs) == 9 and pairs.count((4, 9)) == 2
    assert sum(true == 8 for true, _ in pairs) == 3
    assert (certain[wrong] > 0.9).any()
    low = certain < 0.9
    assert (low & wrong).sum() == 4 and (low & ~wrong).sum() == 11


def test_a_digit_on_its_way(digits, trained):
    net, *_ = trained
    assert net.shapes((1, 32, 32))[5] == (16, 5, 5) and 16 * 5 * 5 == 400
    x = digits.x_test[np.flatnonzero(digits.y_test == 3)[:1]]
    for layer in net.layers[:6]:
        x = layer.forward(x)
    assert 0.5 < (x == 0).mean() < 0.9  # "most of S4 is silent"


def test_shifts(digits, trained):
    net, *_ = trained  # the lecture's curves are of three that `fit` trained
    moved, x, y = LECTURES["moved"], digits.x_test, digits.y_test
    blank = float(-LECTURES["mean"] / LECTURES["spread"])
    assert np.array_equal(moved(x, 0, 0), x)
    shifted = ndimage.shift(x, (0, 0, 2, -3), order=0, mode="constant", cval=blank)
    assert np.allclose(moved(x, 2, -3), shifted)

    ways = ((1, 0), (-1, 0), (0, 1), (0, -1))
    full = fit(LECTURES["full_layer"](0), digits.x_train, y_train := digits.y_train, 0)
    assert len(y_train) == 1197

    def right(one, s):
        return np.mean([share_right(one, moved(x, a * s, b * s), y) for a, b in ways])

    ahead = [right(net, s) - right(full, s) for s in (0, 2, 3, 4)]
    assert abs(ahead[0]) < 0.02 and min(ahead[1:]) > 0.03 and max(ahead) < 0.2
    assert 0.5 < right(net, 4) < 0.68  # "four in ten" are lost
    assert abs(full.parameter_count() / net.parameter_count() - 1) < 0.02

    here, there = x, moved(x, 0, 1)
    change = {}
    for i, layer in enumerate(net.layers):
        other = np.linalg.norm(here - np.roll(here, 1, axis=0))
        change[i] = np.linalg.norm(there - here) / other
        here, there = layer.forward(here), layer.forward(there)
    # The inputs of layers 0, 1, 3, 4, 6 and 11: picture, C1, S2, C3, S4, the last layer's.
    assert change[3] > 0.9 * change[1] and change[6] > 0.9 * change[4]
    assert min(change[3], change[6]) > 0.9 * change[0]
    assert 0.5 * change[0] < change[11] < 0.8 * change[0]


def test_where_it_fails(digits, trained):
    net, *_ = trained
    x, y = digits.x_test, digits.y_test
    blank = float(-LECTURES["mean"] / LECTURES["spread"])
    turned = [
        ndimage.rotate(x, degrees, axes=(2, 3), reshape=False, order=1, cval=blank)
        for degrees in (30, -30)
    ]
    smaller = ndimage.zoom(x, (1, 1, 0.7, 0.7), order=1)
    room = [(0, 0), (0, 0), *[(5, 32 - 5 - smaller.shape[2])] * 2]
    for changed in (*turned, np.pad(smaller, room, constant_values=blank)):
        assert 0.4 < share_right(net, changed, y) < 0.65  # "about half"
    for quarter in (1, 3):  # left and right: neither is a digit
        lying = np.rot90(x[np.isin(y, (2, 3, 4, 5, 7))], quarter, axes=(2, 3))
        assert (nn.softmax(net.predict(lying)).max(axis=1) > 0.9).mean() > 0.6


def test_the_same_in_pytorch(digits, trained):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    net, *_ = trained
    from coursekit.analysis.to_torch import SpecifiedNetwork

    theirs = SpecifiedNetwork(network("lenet-modified")).double()
    with torch.no_grad():
        for ours, parameter in zip(net.params.values(), theirs.parameters(), strict=True):
            parameter.copy_(torch.from_numpy(ours))
    logits = theirs(torch.from_numpy(digits.x_test))
    torch.nn.functional.cross_entropy(logits, torch.tensor(digits.y_test)).backward()
    own = net.forward(digits.x_test)
    net.gradients(nn.softmax_cross_entropy(own, digits.y_test)[1])
    grads = [parameter.grad.numpy() for parameter in theirs.parameters()]
    pairs = zip([own, *net.grads.values()], [logits.detach().numpy(), *grads], strict=True)
    assert 0 < max(np.abs(a - b).max() for a, b in pairs) < 1e-10


# What the benchmarks recorded


def table(name, number=0):
    """The rows of a table of a benchmark's page, each as a dict; of heads told twice, the first."""
    text = (ROOT / "benchmarks" / f"{name}.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    heads, _, *rows = (
        [cell.strip(" *") for cell in row.strip("|").split("|")]
        for row in found[number].splitlines()
    )
    return [dict(reversed([*zip(heads, row, strict=True)])) for row in rows]


def test_speed_is_as_recorded():
    speed = literal("speed")
    layers = [row for row in table("numpy_sweep", 2) if row["pixels"] == "28 × 28"]
    assert {row["batch"] for row in layers} == {"16"}  # as the caption says
    ratios = {int(row["channels"].split()[0]): float(row["ours / torch"]) for row in layers}
    assert ratios == speed["by channels"]
    # "With few channels NumPy is faster", with many PyTorch is.
    assert max(r for c, r in ratios.items() if c <= 4) < 0.8
    assert min(r for c, r in ratios.items() if c >= 64) > 1
    step = next(
        row
        for row in table("numpy_lenet")
        if row.get("layers", "numpy") == "numpy" and (row["threads"], row["batch"]) == ("1", "64")
    )
    assert float(step["NumPy, ms"]) == speed["step of 64 digits, ms"]
    assert float(step["median"]) == speed["step beside PyTorch"] < 0.9  # "less time than PyTorch"


def test_mnist_is_as_recorded():
    rows = table("mnist")
    recorded = literal("recorded")
    assert list(recorded) == [row["network"] for row in rows]
    right = {}
    for row in rows:
        name, parameters = row["network"], int(row["parameters"].replace(",", ""))
        share, low, high = re.findall(r"\d+\.\d+", row["test, %"])
        assert recorded[name] == (parameters, share, f"{low} to {high}")
        right[name] = float(share)
    lenets = {name: share for name, share in right.items() if "LeNet" in name}
    assert min(lenets.values()) > 98 and right["full"] > 97  # "no high bar"
    assert right["LeNet-1"] > right["full"]
    assert round(recorded["full"][0] / recorded["LeNet-1"][0]) == 17
    assert right["LeNet-5"] < right["modified LeNet"]
    assert right["LeNet-5"] < 99.05  # the paper's, figure 9: 0.95 % error
    recipes = (ROOT / "benchmarks" / "recipes.md").read_text(encoding="utf-8")
    assert "lenet5-numpy --data mnist --epochs 20` | 98.72 | 99.11 |" in recipes


def test_mnist_dealt_out_is_as_recorded():
    dealt_out = literal("dealt_out")
    ahead = {}
    for row in table("mnist", 1):
        name, size = row["network"], int(row["training digits"].replace(",", ""))
        shares = row["pixels in order"], row["pixels dealt out anew"]
        found = tuple(re.findall(r"\d+\.\d+", share)[0] for share in shares)
        assert dealt_out[name][size] == found
        ahead[name, size] = [float(share) for share in found]
    assert sum(map(len, dealt_out.values())) == len(ahead)
    lead = {
        size: np.subtract(ahead["modified LeNet", size], ahead["full", size])
        for size in dealt_out["full"]
    }
    assert all(in_order > 0 > dealt for in_order, dealt in lead.values())
    assert [round(-lead[size][1]) for size in (1_000, 55_000)] == [7, 2]
    assert max(abs(a - b) for (name, _), (a, b) in ahead.items() if name == "full") < 0.6
