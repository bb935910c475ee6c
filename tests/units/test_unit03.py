"""Unit 03: what the lecture says without printing it, and what its text takes from its prints."""

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from lecture_code import definitions
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from coursekit import data, images, perceptron
from coursekit import numpy_nn as nn

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR = np.array([0, 1, 1, 0])


LECTURES = definitions("03_learning_by_gradient")
LECTURES["inputs"] = np.linspace(-2, 2, 9)  # of the small network with a landscape
network, descend, sgd = (LECTURES[name] for name in ("network", "descend", "sgd"))
loss_of, share_right = LECTURES["loss_of"], LECTURES["share_right"]
tiny_loss, Forgetful = LECTURES["loss"], LECTURES["Forgetful"]


def gradient(net, x, labels):
    """Leave the gradients of the loss in the network."""
    net.gradients(nn.softmax_cross_entropy(net.forward(x), labels)[1])


@pytest.fixture(scope="module")
def digits():
    """Training, validation and test digits as rows of 64, and their labels."""
    d = data.load_digits()
    rows = [x.reshape(-1, 64) for x in (d.x_train, d.x_val, d.x_test)]
    return (*rows, d.y_train, d.y_val, d.y_test)


# The neuron


def test_the_first_neuron_by_hand():
    total = 0.5 * 2 - 1 * 1 + 0.25 * 4 + 0.5
    assert total == 1.5
    assert nn.Sigmoid().forward(total) == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert nn.Sigmoid().forward(total).round(3) == 0.818
    assert nn.Tanh().forward(total).round(3) == 0.905
    assert nn.ReLU().forward(total) == 1.5


def test_the_sigmoid_reaches_one_in_the_computer_only():
    assert nn.Sigmoid().forward(-40.0) > 0 and nn.Sigmoid().forward(36.0) < 1
    assert nn.Sigmoid().forward(40.0) == 1


def test_slopes_of_the_three():
    z = np.linspace(-6, 6, 1201)
    slopes = {}
    for layer in (nn.Sigmoid(), nn.Tanh(), nn.ReLU()):
        y = layer.forward(z)
        slopes[type(layer).__name__] = layer.backward(np.ones_like(z))
        off_the_kink = abs(z) > 0.02
        measured = np.gradient(y, z)
        got = slopes[type(layer).__name__]
        assert np.allclose(got[off_the_kink], measured[off_the_kink], atol=1e-4)
    assert slopes["Sigmoid"].max() == 0.25 and z[slopes["Sigmoid"].argmax()] == 0
    assert slopes["Tanh"].max() == 1 and slopes["Tanh"][z == 4] < slopes["Sigmoid"][z == 4] < 0.02
    assert set(slopes["ReLU"]) == {0, 1} and slopes["ReLU"][z == 0] == 0


# XOR


def test_no_line_gets_more_than_three_of_four():
    angles = np.radians(np.arange(0.5, 360))
    sums = (CORNERS @ [np.cos(angles), np.sin(angles)])[..., np.newaxis]
    right = ((sums + np.linspace(-2, 2, 601) > 0) == XOR[:, np.newaxis, np.newaxis]).sum(axis=0)
    assert set(np.unique(right)) == {1, 2, 3}
    assert ((CORNERS @ [1, 1] - 0.5 > 0) == XOR).sum() == 3  # the line in the figure


def test_a_neuron_that_learns_says_one_half():
    neuron = network(2, 2)
    loss = descend(neuron, CORNERS, XOR, 1, 500)
    assert np.allclose(nn.softmax(neuron.forward(CORNERS)), 0.5, atol=1e-6)
    assert loss == pytest.approx(math.log(2), abs=1e-9)


def test_two_hidden_neurons_by_hand_fold_two_points_into_one():
    hidden = np.stack([CORNERS.sum(1), CORNERS.sum(1) - 1], axis=1).clip(0)
    assert hidden.tolist() == [[0, 0], [1, 0], [1, 0], [2, 1]]
    assert (hidden @ [1, -2] == XOR).all()
    assert ((hidden @ [1, -2] - 0.5 > 0) == XOR).all()  # the line in the figure


def test_a_linear_layer_on_a_linear_layer_is_one():
    rng = np.random.default_rng(0)
    first, second, x = (rng.normal(size=s) for s in ((5, 3), (2, 5), (7, 3)))
    assert np.allclose(x @ first.T @ second.T, x @ (second @ first).T)


def test_more_hidden_neurons_find_xor_more_often():
    def attempts(count):
        options = {"activation": nn.Tanh, "init": "xavier"}
        nets = [network(2, count, 2, seed=s, **options) for s in range(20)]
        return nets, np.array([descend(net, CORNERS, XOR, 2, 400) for net in nets])

    nets, two = attempts(2)
    assert (two < 0.1).sum() == 8
    for net, loss in zip(nets, two, strict=True):
        if loss > 0.1:  # two points are right, the other two undecided, no slope left
            assert loss == pytest.approx(math.log(2) / 2, abs=0.003)
            p = np.sort(nn.softmax(net.forward(CORNERS))[np.arange(4), XOR])
            assert np.allclose(p, [0.5, 0.5, 1, 1], atol=0.02)
            assert max(abs(g).max() for g in net.grads.values()) < 0.002
    stuck = next(net for net, loss in zip(nets, two, strict=True) if loss > 0.1)
    assert descend(stuck, CORNERS, XOR, 2, 3600) == pytest.approx(math.log(2) / 2, abs=0.001)
    nets, eight = attempts(8)
    assert (eight < 0.1).all()
    # The figure: a band from corner to corner is answered with 0.
    way = np.linspace(0, 1, 11)[:, np.newaxis] * [1, 1]
    assert (nets[0].forward(way).argmax(axis=1) == 0).all()
    assert nets[0].forward([[0, 1], [1, 0]]).argmax(axis=1).tolist() == [1, 1]


# Imitating a function


def test_twice_the_bumps_half_the_error():
    t = np.linspace(0, 1, 2001)
    wanted = np.sin(2 * np.pi * t) * np.exp(-t) + 0.3 * np.cos(5 * np.pi * t)

    def error(count):
        edges = np.linspace(0, 1, count + 1)
        heights = np.interp((edges[:-1] + edges[1:]) / 2, t, wanted)
        edges[0], edges[-1] = -1, 2
        steps = nn.Sigmoid().forward(20 * count * (t[:, np.newaxis] - edges))
        return abs((steps[:, :-1] - steps[:, 1:]) @ heights - wanted).max()

    errors = [error(count) for count in (8, 16, 32, 64, 128)]
    assert all(1.7 < a / b < 2.1 for a, b in itertools.pairwise(errors))
    assert [round(e, 3) for e in errors] == [0.292, 0.159, 0.088, 0.046, 0.024]


# The loss


def test_mistakes_are_stairs_and_cross_entropy_slopes(digits):
    x, y = digits[0], digits[3]
    forty = np.flatnonzero(y < 2)[:40]
    ink = x[forty].reshape(-1, 8, 8)[:, 2:6, 3:5].mean(axis=(1, 2))
    ink = (ink - ink.mean()) / ink.std()
    is_one = y[forty, np.newaxis] == 1
    biases = np.linspace(-6, 6, 601)
    z = 3 * ink[:, np.newaxis] + biases
    wrong = ((z > 0) != is_one).mean(axis=0)
    entropy = -np.log(nn.Sigmoid().forward(np.where(is_one, z, -z))).mean(axis=0)
    assert round(np.mean(np.diff(wrong) == 0), 2) == 0.95
    assert not (np.diff(entropy) == 0).any()
    slope = np.sign(np.diff(entropy))
    assert (np.diff(slope) != 0).sum() == 1  # one valley
    assert wrong[entropy.argmin()] == wrong.min() == 0
    assert round(biases[entropy.argmin()], 2) == 0.5


def test_two_mirrored_valleys_and_a_saddle():
    assert tiny_loss(np.array([[1.5, 1], [-1.5, -1]])).tolist() == [0, 0]
    points = np.random.default_rng(0).normal(size=(50, 2))
    assert np.allclose(tiny_loss(points), tiny_loss(-points))
    assert abs(nn.numerical_gradient(tiny_loss, np.zeros(2))).max() < 1e-9
    there = tiny_loss(np.zeros(2))
    assert tiny_loss(np.array([0.1, 0.1])) < there < tiny_loss(np.array([0.1, -0.1]))


def walk_down(rate):
    walker, walked = np.array([0.4, -1.2]), []
    for _ in range(30):
        walker = walker - rate * nn.numerical_gradient(tiny_loss, walker)
        walked.append(tiny_loss(walker))
    return walker, walked


def climb_down(length, seed):
    rng, climber, losses = np.random.default_rng(seed), np.array([0.4, -1.2]), []
    for _ in range(120):
        there = climber + length * rng.standard_normal(2)
        climber = there if tiny_loss(there) < tiny_loss(climber) else climber
        losses.append(tiny_loss(climber))
    return losses


def test_with_two_weights_the_gradient_is_ahead_at_first_and_trying_in_the_end():
    walker, walked = walk_down(0.5)
    assert (walker < 0).all()  # the valley at the lower left
    typical = np.median([climb_down(0.4, seed) for seed in range(40)], axis=0)
    for climbed in (typical, climb_down(0.4, 1)):  # seed 1 is in the figure
        assert walked[0] < climbed[3] and walked[2] < climbed[11] and walked[29] > climbed[119]
    # Other step lengths do not change who is ahead in the end.
    assert all(walk_down(rate)[1][29] > walked[29] for rate in (0.25, 1))
    for length in (0.2, 0.8):
        assert np.median([climb_down(length, seed)[119] for seed in range(15)]) < walked[29]


def bowl_of(n):
    steep = np.geomspace(1, 10, n)
    steep /= steep.sum()
    return steep, lambda w: (steep * (w - 1) ** 2).sum(axis=-1)


def random_tries(n):
    (_, bowl), rng, w, used = bowl_of(n), np.random.default_rng(0), np.zeros(n), 0
    while bowl(w) > 0.01:
        there, used = w + 0.2 / np.sqrt(n) * rng.standard_normal(n), used + 1
        w = there if bowl(there) < bowl(w) else w
    return used


def best_neighbour(n):
    (steep, bowl), w, used, bit = bowl_of(n), np.zeros(n), 0, 0.3
    while bowl(w) > 0.01:
        moved = np.array([w + bit, w - bit])
        change = steep * ((moved - 1) ** 2 - (w - 1) ** 2)
        side, i = np.unravel_index(change.argmin(), change.shape)
        if change[side, i] < 0:
            w[i] = moved[side, i]
        else:
            bit /= 2
        used += 2 * n
    return used


def gradient_steps(n):
    (steep, bowl), w, used = bowl_of(n), np.zeros(n), 0
    while bowl(w) > 0.01:
        w, used = w - 0.5 / steep.max() * 2 * steep * (w - 1), used + 1
    return used


def test_ten_times_the_weights():
    assert bowl_of(10)[1](np.zeros(10)) == pytest.approx(1)
    tries = [random_tries(n) for n in (10, 100, 1000)]
    assert tries[-1] == 19_818
    assert 7 < tries[1] / tries[0] < 10 and 7 < tries[2] / tries[1] < 12  # in proportion
    steps = [gradient_steps(n) for n in (10, 100, 1000)]
    assert steps == [9, 9, 9] and 2 * 1000 * steps[-1] == 18_000 and 3 * steps[-1] == 27
    assert [best_neighbour(n) for n in (10, 100, 1000)] == [640, 60_400, 6_004_000]
    # A neighbour's loss changes by one term of the sum.
    (terms, bowl), w = bowl_of(10), np.full(10, 0.3)
    up = bowl(w + 0.3 * np.eye(10)) - bowl(w)
    assert np.allclose(up, terms * ((w + 0.3 - 1) ** 2 - (w - 1) ** 2))
    assert 60e6 / 1000 * tries[-1] == pytest.approx(1.2e9, rel=0.02)


def test_the_race_of_a_real_network(digits):
    x, labels = digits[0][:300], digits[3][:300]
    assert network(64, 13, 10).parameter_count() == 985

    def climb(length):
        net, rng = network(64, 13, 10), np.random.default_rng(0)
        lowest = loss_of(net, x, labels)
        for _ in range(3000):
            before = {name: w.copy() for name, w in net.params.items()}
            for w in net.params.values():
                w += length * rng.standard_normal(w.shape)
            if (loss := loss_of(net, x, labels)) < lowest:
                lowest = loss
            else:
                for name, w in net.params.items():
                    w[...] = before[name]
        return lowest

    def follow(rate):
        net = network(64, 13, 10)
        return [descend(net, x, labels, rate, 1) for _ in range(1000)]

    lowest, reached = climb(0.03), follow(1)
    passed = 3 * (np.flatnonzero(np.array(reached) >= lowest)[-1] + 2)
    assert passed < 200 and reached[-1] < lowest / 50
    # Each has the best step length of those tried.
    assert min(climb(length) for length in (0.02, 0.05)) > lowest
    assert min(follow(rate)[-1] for rate in (0.3, 2)) > reached[-1]


# Back-propagation


def test_the_graph_by_hand():
    def loss(v):
        return (1 / (1 + np.exp(-(v[0] * v[1] + v[2] * v[3] + v[4]))) - 1) ** 2

    at = [1.0, 2.0, -1.0, 3.0, 1.0]
    assert loss(at) == 0.25
    measured = nn.numerical_gradient(loss, at)  # by w1, x1, w2, x2, b
    assert np.allclose(measured, [-0.5, -0.25, -0.75, 0.25, -0.25], atol=1e-9)


def test_gradients_of_a_value_used_twice_add_up():
    measured = nn.numerical_gradient(lambda v: v[0] * np.tanh(v[0]), [0.5])[0]
    assert measured == pytest.approx(np.tanh(0.5) + 0.5 * (1 - np.tanh(0.5) ** 2))


def test_a_backward_pass_costs_two_products_and_a_gradient_no_more_than_three_evaluations():
    n, widths = 7, (64, 32, 10)
    layers = list(itertools.pairwise(widths))
    forward = sum(n * d * m for d, m in layers)
    backward = sum(n * d * m for d, m in layers) + sum(n * d * m for d, m in layers[1:])
    assert forward < backward <= 2 * forward


def test_the_best_step_for_a_gradient_check(digits):
    x, labels = digits[0][:20], digits[3][:20]
    rng = np.random.default_rng(0)
    first, second = rng.normal(0, 0.2, (8, 64)), rng.normal(0, 0.4, (10, 8))

    def loss_at(w):
        scores = np.tanh(x.astype(w.dtype) @ w.T) @ second.astype(w.dtype).T
        return nn.softmax_cross_entropy(scores, labels)[0]

    net = network(64, 8, 10, activation=nn.Tanh)
    net.params["0.w"][...], net.params["2.w"][...] = first, second
    gradient(net, x, labels)
    some = [(i, j) for i in range(8) for j in range(2, 64, 6)]
    exact = np.array([net.grads["0.w"][place] for place in some])

    def error(h, kind, one_sided=False):
        slopes = []
        for place in some:
            up, down = first.astype(kind), first.astype(kind)
            up[place] += h
            down[place] -= 0 if one_sided else h
            rise = float(loss_at(up)) - float(loss_at(down))
            slopes.append(rise / (h if one_sided else 2 * h))
        return np.sqrt(((slopes - exact) ** 2).sum() / (exact**2).sum())

    steps = 10.0 ** np.arange(0, -11, -1)
    double = np.array([error(h, np.float64) for h in steps])
    single = np.array([error(h, np.float32) for h in steps])
    aside = np.array([error(h, np.float64, True) for h in steps])
    best = [steps[errors.argmin()] for errors in (double, aside, single)]
    assert best == pytest.approx([1e-5, 1e-7, 1e-2])
    assert double.min() < aside.min() < single.min()
    assert double[2] / double[3] == pytest.approx(100, rel=0.1)  # as h²
    assert aside[2] / aside[3] == pytest.approx(10, rel=0.1)  # as h
    assert 3 < double[8] / double[7] < 30 and single[6] > 0.1  # as 1 / h; nonsense
    # The best place is clear enough not to depend on the processor.
    for errors in (double, single, aside):
        assert np.sort(errors)[1] > 2 * errors.min()


def test_at_a_kink_small_steps_see_half_of_each_side():
    assert nn.numerical_gradient(lambda v: np.maximum(v, 0).sum(), [0.0])[0] == pytest.approx(0.5)


# The loss of classifiers


def test_softmax_of_large_scores():
    scores = np.array([2.0, 1.0, -1.0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(np.exp(scores + 1000) / np.exp(scores + 1000).sum()).all()
    assert np.allclose(nn.softmax(scores + 1000), nn.softmax(scores))
    assert nn.softmax(scores).round(3).tolist() == [0.705, 0.259, 0.035]


def test_what_guessing_costs():
    for classes, loss in ((2, 0.693), (10, 2.303), (1000, 6.908)):
        found = nn.softmax_cross_entropy(np.zeros((1, classes)), [0])[0]
        assert found == pytest.approx(math.log(classes)) == pytest.approx(loss, abs=5e-4)
    scores = np.log([0.99] + [0.01 / 9] * 9)
    losses = [nn.softmax_cross_entropy(scores[np.newaxis], [c])[0] for c in range(10)]
    assert np.mean(losses) == pytest.approx(6.12, abs=0.005)


def test_cross_entropy_pulls_where_squared_error_lets_go():
    def steps(pull):
        score, count = -8.0, 0
        while score < 0:
            score, count = score + pull(1 / (1 + math.exp(-score))), count + 1
        return count

    def pulls(p):
        return 1 - p, 2 * (1 - p) ** 2 * p

    for z in (-8.0, -1.0, 3.0):  # they are the slopes of the two losses
        loss = nn.numerical_gradient(
            lambda v: nn.softmax_cross_entropy(np.array([[v[0], 0.0]]), [0])[0], [z]
        )
        square = nn.numerical_gradient(lambda v: (1 - nn.softmax([v[0], 0.0])[0]) ** 2, [z])
        p = nn.softmax([z, 0.0])[0]
        assert np.allclose([-loss[0], -square[0]], pulls(p), atol=1e-8)
    assert steps(lambda p: pulls(p)[0]) == 9 and steps(lambda p: pulls(p)[1]) == 1507
    p = np.linspace(0, 1, 1001)
    assert pulls(p)[1].max() == pytest.approx(0.30, abs=0.005)


# Small samples, learning rate, momentum, decay


def test_the_same_work_in_smaller_batches(digits):
    x, y = digits[0], digits[3]
    losses = []
    for size in (len(x), 128, 32, 4):
        net = network(64, 32, 10)
        sgd(net, x, y, 0.1, 10 * len(x) // size, size)
        losses.append(loss_of(net, x, y))
    assert sorted(losses, reverse=True) == losses and losses[0] > 2 and losses[-1] < 0.1
    exact = []  # ten exact steps, at larger rates
    for rate in (0.3, 0.5, 1, 2, 3):
        net = network(64, 32, 10)
        sgd(net, x, y, rate, 10, len(x))
        exact.append(loss_of(net, x, y))
    assert min(exact) == exact[2] > losses[1]
    assert 10 * len(x) // 4 == 2992 and len(x) == 1197


def test_the_noise_of_a_gradient_falls_as_one_over_the_root_of_the_batch(digits):
    x, y, net = digits[0], digits[3], network(64, 32, 10)

    def row(some):
        gradient(net, x[some], y[some])
        return np.concatenate([g.ravel() for g in net.grads.values()])

    each = np.array([row([i]) for i in range(len(x))])
    whole, rng, sizes, noise = each.mean(axis=0), np.random.default_rng(0), (1, 4, 16, 64, 256), []
    assert np.allclose(whole, row(slice(None)))
    for size in sizes:
        draws = [each[rng.integers(0, len(x), size)].mean(0) for _ in range(200)]
        off = np.linalg.norm(draws - whole, axis=1)
        noise.append(np.sqrt((off**2).mean()) / np.linalg.norm(whole))
    assert np.polyfit(np.log(sizes), np.log(noise), 1)[0] == pytest.approx(-0.5, abs=0.01)
    assert [round(v, 2) for v in noise[2:4]] == [1.81, 0.88] and noise[0] > 5
    alone = np.sqrt(((each - whole) ** 2).sum(axis=1).mean()) / np.linalg.norm(whole)
    assert np.allclose(noise, alone / np.sqrt(sizes), rtol=0.05)


def test_a_parabola_bounds_the_learning_rate_at_two_over_its_curvature():
    for rate, shrinks in ((0.05, True), (0.45, True), (0.499, True), (0.501, False)):
        assert (abs(1 - rate * 4) < 1) is shrinks


def test_too_large_a_rate_kills_every_hidden_neuron(digits):
    x, y = digits[0], digits[3]
    ends, dead = {}, {}
    for rate in (0.01, 0.5, 5.0):
        net = network(64, 32, 10)
        losses = [descend(net, x, y, rate, 1) for _ in range(100)]
        ends[rate] = loss_of(net, x, y)
        dead[rate] = (net.layers[0].forward(x) <= 0).all(axis=0).sum()
    assert max(losses) > 20 and dead[5.0] == 32 and dead[0.5] == dead[0.01] <= 1
    assert ends[5.0] == pytest.approx(math.log(10), abs=0.01)
    assert ends[0.01] > 2 and ends[0.5] < 0.2
    before = net.params["0.w"].copy()
    descend(net, x, y, 5.0, 5)
    assert np.array_equal(before, net.params["0.w"])  # nothing brings them back


def test_momentum_helps_in_a_narrow_bowl():
    rng = np.random.default_rng(0)
    best, steep = rng.standard_normal(20), np.geomspace(1, 1000, 20)
    ends = []
    for rate, momentum in ((0.95, 0.0), (1.05, 0.0), (0.95, 0.9)):
        weights = {"w": np.zeros(20)}
        optimizer = nn.SGD(weights, rate / steep.max(), momentum=momentum)
        for _ in range(400):
            optimizer.step({"w": 2 * steep * (weights["w"] - best)})
        ends.append(np.mean(steep * (weights["w"] - best) ** 2) / np.mean(steep * best**2))
    assert ends[2] < 1e-12 < 1e-6 < ends[0] < 1e-3 and ends[1] > 1e20
    for rate in np.arange(0.05, 1, 0.05) / steep.max():  # no plain rate comes near
        off = best * (1 - 2 * rate * steep) ** 400
        assert np.mean(steep * off**2) / np.mean(steep * best**2) > 1e-6
    assert sum(0.9**k for k in range(200)) == pytest.approx(10)


def test_on_digits_momentum_is_mostly_a_larger_rate(digits):
    x, y = digits[0], digits[3]
    ends = []
    for rate, momentum in ((0.03, 0.0), (0.3, 0.0), (0.03, 0.9)):
        net = network(64, 32, 10)
        sgd(net, x, y, rate, 300, momentum=momentum)
        ends.append(loss_of(net, x, y))
    assert ends[2] < ends[1] < ends[0] and ends[0] - ends[1] > 10 * (ends[1] - ends[2])


def test_weight_decay_lowers_the_loss_on_new_digits_more_than_it_raises_the_share(digits):
    x, x_val, _, y, y_val, _ = digits
    few, runs = (x[:100], y[:100]), {}
    for decay in (0, 0.001, 0.1):
        nets = [network(64, 32, 10, seed=s) for s in range(5)]
        for net in nets:
            sgd(net, *few, 0.1, 1000, momentum=0.9, weight_decay=decay)
        new = np.mean([loss_of(net, x_val, y_val) for net in nets])
        right = np.mean([share_right(net, x_val, y_val) for net in nets])
        size = np.mean([np.linalg.norm(net.params["0.w"]) for net in nets])
        runs[decay] = new, right, size
    assert 0.6 < runs[0.001][0] / runs[0][0] < 0.75
    assert 0 < runs[0.001][1] - runs[0][1] < np.sqrt(0.9 * 0.1 / 300)
    assert runs[0][2] > runs[0.001][2] > runs[0.1][2] and runs[0.1][1] < 0.7


# Vanishing gradients

DEEP: dict[str, tuple[Callable, str, float]] = {
    "sigmoid": (nn.Sigmoid, "xavier", 1),
    "sigmoid × 8": (nn.Sigmoid, "xavier", 8),
    "tanh": (nn.Tanh, "xavier", 1),
    "ReLU, He": (nn.ReLU, "he", 1),
    "ReLU, Xavier": (nn.ReLU, "xavier", 1),
}


def deep_network(name, seed=0, depth=10):
    activation, init, factor = DEEP[name]
    net = network(*[64] * depth, 10, activation=activation, init=init, seed=seed)
    for parameter in net.params.values():
        parameter *= factor
    return net


def test_gradients_by_layer(digits):
    x, y = digits[0][:256], digits[3][:256]

    @functools.cache
    def norms(name, depth=10):
        found = []
        for seed in range(5):
            net = deep_network(name, seed, depth)
            gradient(net, x, y)
            found.append([np.linalg.norm(g) for n, g in net.grads.items() if n.endswith("w")])
        return np.exp(np.log(found).mean(axis=0))

    def per_layer(name):
        return (norms(name)[0] / norms(name)[8]) ** (1 / 8)

    assert per_layer("sigmoid") == pytest.approx(0.23, abs=0.005)
    ratios = norms("sigmoid")[:8] / norms("sigmoid")[1:9]
    assert ratios.min() > 0.19 and ratios.max() < 0.27  # a straight line
    assert norms("sigmoid")[0] / norms("sigmoid")[-1] == pytest.approx(2e-6, rel=0.5)
    assert f"{0.25**9:.0e}" == "4e-06"
    assert per_layer("sigmoid × 8") == pytest.approx(0.77, abs=0.01)  # more than a quarter
    for name in ("tanh", "ReLU, He", "ReLU, Xavier"):
        assert 0.9 < per_layer(name) < 1.1
    assert norms("ReLU, Xavier").max() < norms("ReLU, He").min() / 20
    # Both signals lose √½ per layer, so one layer more costs that everywhere.
    for depth in (6, 10):
        ratio = norms("ReLU, Xavier", depth)[1] / norms("ReLU, He", depth)[1]
        assert ratio == pytest.approx(np.sqrt(0.5) ** depth, rel=0.4)


def test_all_but_the_plain_sigmoid_learn(digits):
    x, x_val, _, y, y_val, _ = digits
    ends = {}
    for name, rate in (("sigmoid", 0.003), *((name, 0.03) for name in DEEP)):
        net = deep_network(name)
        sgd(net, x, y, rate, 600, momentum=0.9)
        ends[name], right = loss_of(net, x, y), share_right(net, x_val, y_val)
        if name == "sigmoid":
            assert ends[name] == pytest.approx(math.log(10), abs=0.02) and right < 0.15
        else:
            assert right > 0.9
    assert ends["ReLU, Xavier"] > 1.5 * ends["ReLU, He"]


# The ladder, and where it fails


def test_only_the_gradient_check_notices_the_bug(digits):
    x, y = digits[0], digits[3]
    for activation, sound in ((nn.ReLU, True), (Forgetful, False)):
        net = network(64, 64, 10, activation=activation)
        assert loss_of(net, x, y) == pytest.approx(2.47, abs=0.005)
        net.params["2.w"] *= 0.1
        assert loss_of(net, x, y) == pytest.approx(math.log(10), abs=0.005)
        assert (max(nn.check_gradients(net, x[:5]).values()) < 1e-6) is sound
        loss = descend(net, x[:20], y[:20], 0.3, 200)
        assert loss < 0.02 and share_right(net, x[:20], y[:20]) == 1


def train(digits, seed=0, activation=nn.ReLU):
    """The lecture's network after thirty passes."""
    x, y = digits[0], digits[3]
    net = network(64, 64, 10, seed=seed, activation=activation)
    net.params["2.w"] *= 0.1
    for epoch in range(1, 31):
        sgd(net, x, y, 0.3, len(x) // 32, seed=100 * seed + epoch)
    return net


@pytest.fixture(scope="module")
def trained(digits):
    """The first network, and the perceptrons of unit 01."""
    return train(digits), perceptron.train_one_against_rest(digits[0], digits[3])


def test_the_bug_hardly_shows_after_training(digits, trained):
    x, x_val, _, y, y_val, _ = digits
    sound, broken = trained[0], train(digits, activation=Forgetful)
    assert loss_of(broken, x, y) > 1.2 * loss_of(sound, x, y)
    shares = [share_right(net, x_val, y_val) for net in (sound, broken)]
    assert min(shares) > 0.96 and abs(shares[0] - shares[1]) < 0.01


def test_one_hidden_layer_is_better_than_ten_perceptrons_by_an_uncertain_amount(digits, trained):
    x, x_val, x_test, y, y_val, y_test = digits
    net, linear = trained
    theirs = linear.predict(x_test) == y_test
    assert round(theirs.mean(), 3) == 0.960
    nets = [net, *(train(digits, seed) for seed in range(1, 5))]
    hits = [n.forward(x_test).argmax(axis=1) == y_test for n in nets]
    shares = [h.mean() for h in hits]
    assert min(shares) > theirs.mean()
    alone = [(int((h & ~theirs).sum()), int((theirs & ~h).sum())) for h in hits]
    assert alone[0] == (8, 1) and alone[4] == (6, 4)

    def luck(more, fewer):
        """How often fair coins fall at least so unevenly, either way."""
        coins = more + fewer
        return 2 * sum(math.comb(coins, k) for k in range(fewer + 1)) / 2**coins

    assert luck(8, 1) < 0.05 and luck(6, 4) > 0.7
    for model in (KNeighborsClassifier(1), SVC(C=10)):  # of unit 01: as many, or a few more
        assert 0 <= model.fit(x, y).score(x_test, y_test) - max(shares) < 5 / 300
    gap = share_right(net, x, y) - share_right(net, x_val, y_val)
    assert 0.01 < gap < 0.05 and loss_of(net, x, y) < loss_of(net, x_val, y_val)


def test_shuffled_pixels_cost_nothing(digits, trained):
    x, x_val, _, y, y_val, _ = digits
    order = np.random.default_rng(0).permutation(64)
    blind = network(64, 64, 10)
    sgd(blind, x[:, order], y, 0.3, 1100)
    plain = share_right(trained[0], x_val, y_val)
    assert share_right(blind, x_val[:, order], y_val) == pytest.approx(plain, abs=0.02)
    # With its first weights shuffled in the same way it computes the same scores.
    seeing, blind = network(64, 64, 10), network(64, 64, 10)
    blind.params["0.w"][...] = seeing.params["0.w"][:, order]
    sgd(seeing, x, y, 0.3, 300)
    sgd(blind, x[:, order], y, 0.3, 300)
    assert np.allclose(seeing.forward(x_val), blind.forward(x_val[:, order]))


def test_a_pixel_aside_breaks_both(digits, trained):
    x_val, y_val = digits[1], digits[4]
    net, linear = trained
    for to in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        rows = [images.shift(p, *to, fill=0).ravel() for p in x_val.reshape(-1, 8, 8)]
        ours, theirs = share_right(net, rows, y_val), (linear.predict(rows) == y_val).mean()
        assert 0.3 < theirs < ours < 0.55


def test_random_labels_are_learned_by_heart(digits):
    x, x_val, _, y, y_val, _ = digits
    labels = np.random.default_rng(1).permutation(y)[:600]
    net = network(64, 64, 10)
    sgd(net, x[:600], labels, 0.05, 4000, momentum=0.9)
    assert share_right(net, x[:600], labels) == 1
    assert share_right(net, x_val, y_val) < 0.2


def test_equal_neurons_stay_equal(digits):
    x, y = digits[0], digits[3]
    net = network(64, 64, 10)
    for name in ("0.w", "2.w"):
        net.params[name][...] = 0.05
    before = net.params["0.w"].copy()
    sgd(net, x, y, 0.05, 200)
    w = net.params["0.w"]
    assert not np.allclose(w, before) and np.allclose(w, w[0], atol=1e-9)
