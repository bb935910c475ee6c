"""Unit 02: what the lecture says without printing it, and answers as strangers write them."""

import functools
import itertools

import numpy as np
import pytest
from scipy import ndimage, signal
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from coursekit import data, filters, images
from coursekit.checking.ladder import climb
from coursekit.exercises import find

PHOTOS = ("astronaut", "camera", "chelsea", "china", "coffee", "flower")


@pytest.fixture(scope="module")
def photos():
    """The lecture's photographs: grey, half their size."""

    def half(name):
        x = data.to_float(data.load_photo(name))
        x = images.to_grayscale(x) if x.ndim == 3 else x
        h, w = x.shape[0] // 2, x.shape[1] // 2
        return x[: 2 * h, : 2 * w].reshape(h, 2, w, 2).mean(axis=(1, 3))

    return {name: half(name) for name in PHOTOS}


# The sliding dot product


def test_the_first_example_is_the_exercises_first_case():
    case = find("cross_correlate2d").make_cases(0)[0]
    assert case.args[0].tolist() == [[1, 2, 0], [0, 1, 3], [4, 0, 1]]
    assert case.args[1].tolist() == [[1, 0], [2, -1]]
    assert filters.cross_correlate2d(*case.args).tolist() == [[0, 1], [8, 0]]


def test_the_eye_kernel_finds_the_eye_and_then_the_other_eye(photos):
    cat = photos["chelsea"]
    eye = cat[48:69, 76:101]
    w = eye - eye.mean()
    box = np.ones(eye.shape)
    raw, centred = filters.cross_correlate2d(cat, eye), filters.cross_correlate2d(cat, w)
    total, squares = filters.cross_correlate2d(cat, box), filters.cross_correlate2d(cat**2, box)
    cosine = centred / np.sqrt((squares - total**2 / box.size) * (w**2).sum())
    best = [np.unravel_index(y.argmax(), y.shape) for y in (raw, centred, cosine)]
    assert best[0] != (48, 76) and best[1] == best[2] == (48, 76)
    i, j = best[0]
    assert cat[i : i + 21, j : j + 25].mean() > eye.mean() + 0.1  # fooled by a bright window
    cosine[38:59, 64:89] = -1
    row, column = np.unravel_index(cosine.argmax(), cosine.shape)
    # The other eye lies at rows 54 to 82, columns 145 to 172 of the picture.
    assert 54 <= row + 10 <= 82 and 145 <= column + 12 <= 172

    v, u = np.mgrid[-10:11, -12:13]

    def turned(degrees):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        p = ndimage.map_coordinates(cat, [58 + v * c - u * s, 88 + v * s + u * c], order=1)
        p -= p.mean()
        return (p * w).sum() / np.sqrt((p**2).sum() * (w**2).sum())

    assert turned(0) == pytest.approx(1)
    assert turned(30) > cosine.max() > turned(40)


def test_only_the_convolution_of_two_kernels_is_the_filter_of_both():
    rng = np.random.default_rng(0)
    x, a, b = (rng.standard_normal(s) for s in ((9, 8), (3, 3), (3, 3)))
    both = filters.convolve2d(a, b, padding="full")
    assert np.allclose(both, filters.convolve2d(b, a, padding="full"))
    for f, lawful in ((filters.convolve2d, True), (filters.cross_correlate2d, False)):
        twice = f(f(x, a, padding="full"), b, padding="full")
        once = f(x, f(a, b, padding="full"), padding="full")
        assert np.allclose(twice, once) is lawful
        # In either case two filters are one, and convolution finds it.
        assert np.allclose(twice, f(x, both, padding="full"))


def test_weights_of_sum_zero_do_not_notice_the_mean_of_a_window(photos):
    w = photos["chelsea"][48:69, 76:101]
    w = w - w.mean()
    window = photos["camera"][:21, :25]
    assert (w * window).sum() == pytest.approx((w * (window - window.mean())).sum())


# F18 and F19 of the claims ledger


def test_f18_weights_of_a_unit():
    assert 200 * 200 == 40_000 and 4 * 4 == 16
    units = filters.conv_output_size(200, 4) ** 2
    assert units * 40_000 > 1e9  # "more than a billion"


def test_f19_sizes_of_real_arrays():
    uneven = 0
    for n, f, s, p in itertools.product((5, 8, 13), (1, 3, 4, 5), (1, 2, 3), (0, 1, 2)):
        y = signal.correlate2d(np.pad(np.ones((n, n)), p), np.ones((f, f)), mode="valid")
        assert y[::s, ::s].shape == ((n + 2 * p - f) // s + 1,) * 2
        uneven += (n + 2 * p - f) % s > 0
    assert uneven  # the formula needs its rounding
    for f in range(1, 12):
        assert any(2 * p - f + 1 == 0 for p in range(12)) is (f % 2 == 1)


def test_a_stride_of_two_keeps_every_second_place():
    x, box = np.arange(1, 26).reshape(5, 5), np.ones((3, 3))
    every = signal.correlate2d(x, box, mode="same")
    two = filters.cross_correlate2d(x, box, stride=2, padding=1)
    assert np.array_equal(two, every[::2, ::2])
    assert (two.size, every.size) == (9, 25)
    # In a large picture a quarter: two out of every four rows and columns.
    assert filters.conv_output_size(224, 3, 2, 1) ** 2 == 224**2 // 4
    assert filters.conv_output_size(224, 7, 2, 3) == 112


# Borders and smoothing


def test_zeros_leave_a_quarter_of_the_brightness_in_a_corner():
    y = filters.cross_correlate2d(np.ones((48, 48)), filters.mean_kernel(15), padding="same")
    assert 0.25 < y[0, 0] < 0.3 and y[24, 24] == pytest.approx(1)


def test_the_gaussian_only_ever_weakens_stripes_and_the_mean_turns_some_round():
    sigma = 9 / (2 * np.sqrt(np.pi))
    gaussian, mean = filters.gaussian_kernel(21, sigma).sum(0), filters.mean_kernel(9).sum(0)

    def gain(k, wavelength):
        t = np.arange(len(k)) - len(k) // 2
        return k @ np.cos(2 * np.pi * t / wavelength)

    gains = np.array([gain(gaussian, wavelength) for wavelength in np.linspace(2, 60, 400)])
    assert gains.min() > -1e-3 and gains.max() < 1
    assert gain(mean, 6) == pytest.approx(-2 / 9)
    assert (gaussian**2).sum() == pytest.approx((mean**2).sum(), rel=0.01)  # the same noise


def test_structure_at_every_scale(photos):
    man = photos["camera"]
    left = [np.abs(np.diff(filters.gaussian_blur(man, s))).mean() for s in (1, 2, 4, 8)]
    assert all(0.5 < b / a < 1 for a, b in itertools.pairwise(left))


def test_the_blur_of_sigma_16_has_97_weights_a_side():
    assert filters.gaussian_size(16) == 97


def test_two_passes_take_about_half_f_times_fewer_products():
    for f in (3, 7, 15, 31):
        whole, down, both = (256 - f + 1) ** 2, (256 - f + 1) * 256, (256 - f + 1) ** 2
        assert whole * f * f / (down * f + both * f) == pytest.approx(f / 2, rel=0.07)


def test_all_kernels_so_far_are_separable_but_one():
    rightwards = np.array([[-1, 0, 1]] * 3)
    rank = np.linalg.matrix_rank
    for k in (rightwards, rightwards.T, filters.mean_kernel(3), filters.gaussian_kernel(5, 1.0)):
        assert rank(k) == 1
    assert rank(np.pad([[9]], 1) - np.ones((3, 3))) == 2


# Edges, blobs, stripes


def test_smoothing_brings_out_one_more_edge(photos):
    clean = photos["camera"][84, 30:230]
    noise = 0.1 * np.random.default_rng(2).standard_normal(200)
    t = np.arange(-6, 7)
    bell = t * np.exp(-(t**2) / 8)

    def steep(line, k):
        spread = np.correlate(noise, k, mode="valid").std()
        slope = np.correlate(line, k, mode="same")
        return {i + 30 for i in range(6, 194) if abs(slope[i]) > 3 * spread}

    plain, smoothed = np.array([-0.5, 0, 0.5]), bell / (t * bell).sum()
    found, real = steep(clean + noise, plain), steep(clean, plain)
    assert found == {*range(83, 88), 129, 130, 132, 137, 205}
    assert 205 not in real and {162, 163} <= real
    found, real = steep(clean + noise, smoothed), steep(clean, smoothed)
    assert {83, 84, 129, 130, 137, 162, 163, 164, 165} <= found & real
    assert {97, 98, 99} <= found - real


def test_the_gradient_points_away_from_the_dark_coat(photos):
    quiet = filters.gaussian_blur(photos["camera"][50:210, 10:170], 1.0)
    magnitude, direction = filters.sobel_gradient(quiet)
    assert np.cos(direction[36, 17]) < -0.9  # left edge: brighter to the left
    assert np.cos(direction[150, 62]) > 0.9  # right edge: brighter to the right
    shoulder = magnitude[:20, 50].argmax()
    assert np.sin(direction[shoulder, 50]) < -0.8  # brighter upwards


def test_marrs_difference_of_gaussians_is_all_but_his_laplacian():
    log = filters.laplacian_of_gaussian(41, 3.0).ravel()
    alike, largest = [], []
    for ratio in (1.2, 1.6, 3):
        dogs = [filters.difference_of_gaussians(41, s, ratio) for s in np.arange(1.5, 3, 0.05)]
        best = max(dogs, key=lambda dog: np.corrcoef(log, dog.ravel())[0, 1])
        alike.append(np.corrcoef(log, best.ravel())[0, 1])
        largest.append(abs(best).max())
    assert alike[1] > 0.998
    # The closer the two widths, the more alike, but the fainter the answer.
    assert sorted(alike, reverse=True) == alike and sorted(largest) == largest


def test_upright_joints_answer_most_and_slanted_kernels_least():
    wall = data.to_float(data.load_photo("brick"))[100:260, 100:260]

    def answers(wavelength):
        angles, sigma = np.radians([0, 45, 90, 135]), 0.56 * wavelength
        e = [filters.oriented_energy(wall, wavelength, angle, sigma) for angle in angles]
        return np.mean(e, axis=(1, 2)) / wavelength**2

    six, twelve = answers(6), answers(12)
    for e in (six, twelve):
        assert e[0] > 3 * e[2] > 3 * max(e[1], e[3])
    assert (twelve > six).all()


def test_the_energy_of_a_quadrature_pair_does_not_feel_the_phase():
    even = filters.gabor_bank(31, [8], [0.0], sigma_per_wavelength=0.5)[0]
    odd = filters.gabor_kernel(31, 8, 0.0, 4.0, phase=np.pi / 2)
    place = np.arange(31) - 15
    gratings = [np.cos(2 * np.pi * (place / 8 - m)) for m in np.linspace(0, 1, 33)]
    simple = np.array([[(even * g).sum(), (odd * g).sum()] for g in gratings])
    energy = np.hypot(*simple.T)
    assert np.ptp(energy) < 1e-3 * energy.mean()
    assert (simple.min(axis=0) < -0.99 * energy.mean()).all()


# What pictures are like


def test_filter_answers_are_sparse(photos):
    def kurtosis(v):
        v = v - v.mean()
        return (v**4).mean() / (v**2).mean() ** 2 - 3

    k = filters.gabor_kernel(13, 6.0, 0.0, 3.0, phase=np.pi / 2)
    for x in photos.values():
        assert kurtosis(filters.cross_correlate2d(x, k)) > max(8, kurtosis(x) + 8)
    noise = np.random.default_rng(3).standard_normal((600, 600))
    assert abs(kurtosis(filters.cross_correlate2d(noise, k))) < 0.1


def test_near_pixels_are_alike_and_far_ones_less(photos):
    def correlation(d):
        pairs = ((x[:, :-d].ravel(), x[:, d:].ravel()) for x in photos.values())
        return np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs])

    r = [correlation(d) for d in (1, 4, 16, 64)]
    assert r[0] > 0.95 and r[-1] < 0.3 and sorted(r, reverse=True) == r


def test_grey_values_end_within_the_chart_and_filter_answers_run_off_both_sides(photos):
    def standard(v):
        return (v - v.mean()) / v.std()

    k = filters.gabor_kernel(13, 6.0, 0.0, 3.0, phase=np.pi / 2)
    answers = [standard(filters.cross_correlate2d(x, k)) for x in photos.values()]
    assert min(y.min() for y in answers) < -8 and max(y.max() for y in answers) > 8
    assert max(np.abs(standard(x)).max() for x in photos.values()) < 4


def test_patterns_of_one_half_serve_the_other_and_so_do_those_of_blurred_noise(photos):
    def patches(halves):
        windows = [np.lib.stride_tricks.sliding_window_view(x, (8, 8)) for x in halves]
        p = np.concatenate([w.reshape(-1, 64) for w in windows])
        return p - p.mean(axis=1, keepdims=True)

    left = patches([x[:, : x.shape[1] // 2] for x in photos.values()])
    right = patches([x[:, x.shape[1] // 2 :] for x in photos.values()])
    noise = np.random.default_rng(3).standard_normal((1000, 1000))[:256, :256]
    nothing = [patches([filters.gaussian_blur(noise, 2)]), patches([noise])]
    own, other, blurred, plain = (
        ((right @ np.linalg.eigh(p.T @ p)[1][:, -8:]) ** 2).sum() / (right**2).sum()
        for p in (right, left, *nothing)
    )
    assert own > 0.7 and plain < 0.1
    assert 0.97 < other / own <= 1 and 0.97 < blurred / own <= 1


def test_eight_filter_energies_beat_pixels_and_grey_quantiles():
    t = data.load_textures(32, normalise="contrast")
    assert len(t.y_test) == 330 and t.x_test[0].size == 1024

    @functools.cache
    def energies(part, wavelength):
        angles = np.arange(4) * np.pi / 4
        e = [
            filters.oriented_energy(part_of[part], wavelength, a, 0.56 * wavelength) for a in angles
        ]
        return np.log(np.mean(e, axis=(-2, -1)).T)

    part_of = {"train": t.x_train, "test": t.x_test}

    def both(part, pair):
        return np.hstack([energies(part, wavelength) for wavelength in pair])

    def score(model, x, y, x_new, y_new):
        return make_pipeline(StandardScaler(), model).fit(x, y).score(x_new, y_new)

    # The wavelengths are chosen without the test patches.
    svm, neighbour = LinearSVC(max_iter=20000, random_state=0), KNeighborsClassifier(1)
    late = np.tile(np.arange(55) >= 36, 6)
    held_out = {}
    for pair in ((3, 6), (4, 8), (6, 12)):
        x, y = both("train", pair), t.y_train
        held_out[pair] = score(svm, x[~late], y[~late], x[late], y[late])
    assert sorted(held_out, key=held_out.get, reverse=True) == [(3, 6), (4, 8), (6, 12)]
    # "The best two are close": within the spread of a share among so few patches.
    spread = np.sqrt(0.8 * 0.2 / late.sum())
    assert held_out[3, 6] - held_out[4, 8] < spread < held_out[3, 6] - held_out[6, 12]

    shares = np.linspace(0.05, 0.95, 8)
    inputs = {
        "pixels": [x.reshape(len(x), -1) for x in (t.x_train, t.x_test)],
        "quantiles": [
            np.quantile(x.reshape(len(x), -1), shares, axis=1).T for x in (t.x_train, t.x_test)
        ],
        "energies": [both("train", (3, 6)), both("test", (3, 6))],
    }
    right = {
        name: [score(model, train, t.y_train, test, t.y_test) for model in (svm, neighbour)]
        for name, (train, test) in inputs.items()
    }
    assert max(right["pixels"]) < 0.35
    assert min(right["quantiles"]) > 0.6 and max(right["quantiles"]) < 0.75
    assert min(right["energies"]) > 0.85
    assert right["energies"][0] == pytest.approx(0.93, abs=0.005)


# Answers as strangers write them: what the check says, word by word, is in the exercise's file.


def _no_plus_one(n, f, stride=1, padding=0):
    return (n - f + 2 * padding) // stride


def _true_division(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) / stride + 1


def _pair_to_np_pad(x, padding, border="zero"):
    mode = {"zero": "constant", "edge": "edge", "reflect": "reflect"}[border]
    return np.pad(x, padding, mode=mode)


def _no_corners(x, padding, border="zero"):
    rows, columns = (padding, padding) if isinstance(padding, int) else padding
    (h, w), mode = x.shape, {"zero": "constant"}.get(border, border)
    out = np.zeros((h + 2 * rows, w + 2 * columns))
    tall = np.pad(x, ((rows, rows), (0, 0)), mode=mode)
    wide = np.pad(x, ((0, 0), (columns, columns)), mode=mode)
    out[:, columns : columns + w] = tall
    out[rows : rows + h] = wide
    return out


def _scipy_convolution(x, k, stride=1, padding=0):
    return signal.convolve2d(np.pad(x.astype(float), padding), k, "valid")[::stride, ::stride]


def _windows_without_stride(x, k, stride=1, padding=0):
    x = np.pad(x.astype(float), padding)
    h, w = ((n - f) // stride + 1 for n, f in zip(x.shape, k.shape, strict=True))
    f_h, f_w = k.shape
    return [[(x[i : i + f_h, j : j + f_w] * k).sum() for j in range(w)] for i in range(h)]


def _rot90_once(x, k, mode="full"):
    return signal.correlate2d(x.astype(float), np.rot90(k), mode)


def _valid_by_default(x, k, mode="valid"):
    return signal.convolve2d(x.astype(float), k, mode)


def _peak_of_one(size, sigma):
    t = np.arange(size) - (size - 1) / 2
    return np.exp(-(t[:, None] ** 2 + t**2) / (2 * sigma**2))


def _odd_sizes_only(size, sigma):
    t = np.arange(-(size // 2), size // 2 + 1)
    k = np.exp(-(t[:, None] ** 2 + t**2) / (2 * sigma**2))
    return k / k.sum()


def _ndimage_default_border(x, column, row):
    x = ndimage.correlate1d(x.astype(float), column, axis=0)
    return ndimage.correlate1d(x, row, axis=1)


def _np_convolve(x, column, row):
    down = np.apply_along_axis(np.convolve, 0, x.astype(float), column, "same")
    return np.apply_along_axis(np.convolve, 1, down, row, "same")


def _true_convolution(x):
    k = np.outer([1, 2, 1], [-1, 0, 1])
    g_x, g_y = (ndimage.convolve(x.astype(float), w, mode="nearest") for w in (k, k.T))
    return np.hypot(g_x, g_y), np.arctan2(g_y, g_x)


def _plain_arctan(x):
    g_x, g_y = (ndimage.sobel(x.astype(float), axis, mode="nearest") for axis in (1, 0))
    return np.hypot(g_x, g_y), np.arctan(g_y / g_x)


def _fspecial(size, sigma):
    t = np.arange(size) - (size - 1) / 2
    r2 = t[:, None] ** 2 + t**2
    g = np.exp(-r2 / (2 * sigma**2))
    k = g / g.sum() * (r2 - 2 * sigma**2) / sigma**4
    return k - k.mean()


def _mexican_hat(size, sigma):
    t = np.arange(size) - (size - 1) / 2
    u = (t[:, None] ** 2 + t**2) / (2 * sigma**2)
    k = (1 - u) * np.exp(-u) / (np.pi * sigma**4)
    return k - k.mean()


def _matrix_indexing(size, wavelength, theta, sigma, phase=0.0):
    t = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(t, t, indexing="ij")
    u = x * np.cos(theta) + y * np.sin(theta)
    wave = np.cos(2 * np.pi * u / wavelength + phase)
    return np.exp(-(x**2 + y**2) / (2 * sigma**2)) * wave


def _degrees(size, wavelength, theta, sigma, phase=0.0):
    return filters.gabor_kernel(size, wavelength, np.deg2rad(theta), sigma, phase)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("conv_output_size", _no_plus_one, "Add 1 after the division"),
        ("conv_output_size", _true_division, "`/` gives a float"),
        ("pad2d", _pair_to_np_pad, "as `np.pad` reads it"),
        ("pad2d", _no_corners, "corners are still zero"),
        ("cross_correlate2d", _scipy_convolution, "this is convolution"),
        ("cross_correlate2d", _windows_without_stride, "windows move by one pixel"),
        ("convolve2d", _rot90_once, "by 90°, not by 180°"),
        ("convolve2d", _valid_by_default, "When nothing is said"),
        ("gaussian_kernel", _peak_of_one, "do not add up to 1"),
        ("gaussian_kernel", _odd_sizes_only, "even size becomes odd"),
        ("separable_filter", _ndimage_default_border, "scipy.ndimage"),
        ("separable_filter", _np_convolve, "Both are flipped"),
        ("sobel_gradient", _true_convolution, "opposite one"),
        ("sobel_gradient", _plain_arctan, "cannot tell left from right"),
        ("laplacian_of_gaussian", _fspecial, "as some toolboxes do"),
        ("laplacian_of_gaussian", _mexican_hat, "sign is turned round"),
        ("gabor_kernel", _matrix_indexing, "x and y are exchanged"),
        ("gabor_kernel", _degrees, "in radians already"),
    ],
)
@pytest.mark.parametrize("seed", [0, 11])
def test_a_strangers_mistake_is_named(name, answer, words, seed):
    result = climb(find(name), answer, seed)
    assert not result.passed
    assert words in result.diagnosis, result.diagnosis
