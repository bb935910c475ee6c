"""cross_correlate2d and convolve2d against SciPy, PyTorch, the loops, and their own algebra."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from coursekit.filters import _planes as planes
from coursekit.filters import (
    convolve2d,
    cross_correlate2d,
    cross_correlate2d_loops,
    pad2d,
)

MODES: Any = st.sampled_from(["valid", "same", "full"])
DTYPES = st.sampled_from(["f4", "f8", "u1", "i2", "?"])
seeds = st.integers(0, 2**32 - 1)
size = st.integers(1, 24)


def draw(seed: int, shape: tuple[int, ...], dtype: str = "f8") -> np.ndarray:
    return (10 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)


def assert_same(y: np.ndarray, expected: np.ndarray, x: np.ndarray, k: np.ndarray) -> None:
    """Equal up to rounding, which grows with the sum of |k| · |x|."""
    assert y.shape == expected.shape
    assert y.dtype == (np.float32 if x.dtype == np.float32 else np.float64)
    scale = np.abs(x).max() * np.abs(k).sum() + 1e-30
    np.testing.assert_allclose(y / scale, expected / scale, rtol=0, atol=32 * np.finfo(y.dtype).eps)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(seed=seeds, h=size, w=size, f_h=size, f_w=size, mode=MODES, dtype=DTYPES)
def test_equals_scipy_signal(
    seed: int, h: int, w: int, f_h: int, f_w: int, mode: Any, dtype: str
) -> None:
    if mode == "valid":
        f_h, f_w = min(f_h, h), min(f_w, w)
    x, k = draw(seed, (h, w), dtype), draw(seed + 1, (f_h, f_w))
    wide = x.astype("f8")
    y = cross_correlate2d(x, k, padding=mode)
    assert_same(y, signal.correlate2d(wide, k, mode=mode), x, k)
    y = convolve2d(x, k, padding=mode)
    assert_same(y, signal.convolve2d(wide, k, mode=mode), x, k)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    seed=seeds,
    shape=st.tuples(st.integers(1, 3), size, size),
    half=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    names=st.sampled_from(
        [("zero", "constant"), ("reflect", "mirror"), ("edge", "nearest"), ("wrap", "grid-wrap")]
    ),
    dtype=DTYPES,
)
def test_borders_equal_scipy_ndimage(
    seed: int, shape: tuple[int, ...], half: tuple[int, int], names: tuple[Any, str], dtype: str
) -> None:
    border, mode = names
    x, k = draw(seed, shape, dtype), draw(seed + 1, (2 * half[0] + 1, 2 * half[1] + 1))
    wide = x.astype("f8")
    y = cross_correlate2d(x, k, padding="same", border=border)
    assert_same(y, ndimage.correlate(wide, k[np.newaxis], mode=mode), x, k)
    y = convolve2d(x, k, padding="same", border=border)
    assert_same(y, ndimage.convolve(wide, k[np.newaxis], mode=mode), x, k)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    seed=seeds,
    h=size,
    w=size,
    f=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    mode=MODES,
    dtype=DTYPES,
)
def test_stride_skips_and_dilation_spreads(
    seed: int,
    h: int,
    w: int,
    f: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    mode: Any,
    dtype: str,
) -> None:
    """A dilated kernel is one with zeros between; a stride drops outputs."""
    x, k = draw(seed, (h, w), dtype), draw(seed + 1, f)
    spread = np.zeros((dilation[0] * (f[0] - 1) + 1, dilation[1] * (f[1] - 1) + 1))
    spread[:: dilation[0], :: dilation[1]] = k
    if mode == "valid" and (spread.shape[0] > h or spread.shape[1] > w):
        with pytest.raises(ValueError, match="does not fit"):
            cross_correlate2d(x, k, stride, mode, dilation=dilation)
        return
    every = np.s_[:: stride[0], :: stride[1]]
    wide = x.astype("f8")
    y = cross_correlate2d(x, k, stride, mode, dilation=dilation)
    assert_same(y, signal.correlate2d(wide, spread, mode=mode)[every], x, k)
    y = convolve2d(x, k, stride, mode, dilation=dilation)
    assert_same(y, signal.convolve2d(wide, spread, mode=mode)[every], x, k)
    if mode == "same":
        assert y.shape == (-(-h // stride[0]), -(-w // stride[1]))


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    seed=seeds,
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(5, 12), st.integers(5, 12)),
    c_out=st.integers(1, 4),
    f=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    dtype=st.sampled_from(["f4", "f8"]),
)
def test_channels_equal_torch(
    seed: int,
    shape: tuple[int, int, int, int],
    c_out: int,
    f: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    dtype: str,
) -> None:
    torch = pytest.importorskip("torch")
    x, k = draw(seed, shape, dtype), draw(seed + 1, (c_out, shape[1], *f), dtype)
    expected = torch.nn.functional.conv2d(
        torch.from_numpy(x), torch.from_numpy(k), None, stride, padding, dilation
    ).numpy()
    y = cross_correlate2d(x, k, stride, padding, dilation=dilation)
    assert_same(y, expected, x, k)
    assert_same(cross_correlate2d(x[0], k, stride, padding, dilation=dilation), expected[0], x, k)
    turned = convolve2d(x, k[..., ::-1, ::-1], stride, padding, dilation=dilation)
    assert_same(turned, expected, x, k)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("f", [(2, 4), (3, 2), (3, 5)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_same_equals_torch(f: tuple[int, int], dilation: int) -> None:
    torch = pytest.importorskip("torch")
    x, k = draw(0, (2, 3, 9, 8)), draw(1, (2, 3, *f))
    pair = torch.from_numpy(x), torch.from_numpy(k)
    expected = torch.nn.functional.conv2d(*pair, padding="same", dilation=dilation).numpy()
    assert_same(cross_correlate2d(x, k, padding="same", dilation=dilation), expected, x, k)


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (12, 9)])
@pytest.mark.parametrize("f", [(1, 1), (3, 3), (2, 5), (5, 2)])
def test_equals_the_loops(shape: tuple[int, int], f: tuple[int, int]) -> None:
    f = (min(f[0], shape[0]), min(f[1], shape[1]))
    x, k = draw(1, shape), draw(2, f)
    assert_same(cross_correlate2d(x, k), cross_correlate2d_loops(x, k), x, k)
    assert cross_correlate2d_loops(x.astype("f4"), k).dtype == np.float32


@pytest.mark.parametrize("cost", [0, np.inf], ids=["fourier", "banded"])
@pytest.mark.parametrize("group", [1, 200, 10**6])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_every_way_gives_the_same(
    monkeypatch: pytest.MonkeyPatch, cost: float, group: int, dtype: str
) -> None:
    """The two fast ways against the general one, whole batches and strips of rows."""
    monkeypatch.setattr(planes, "FOURIER_COST", cost)
    monkeypatch.setattr(planes, "GROUP", group)
    for seed, f in enumerate([(1, 1), (1, 6), (6, 1), (3, 3), (2, 4), (13, 17), (23, 40)]):
        x, k = draw(seed, (3, 23, 45), dtype), draw(seed, f, dtype)
        general = planes.correlate_columns(x[:, None], k[None, None], (1, 1), (1, 1))[:, 0]
        assert_same(planes.correlate_planes(x, k), general, x, k)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(seed=seeds, f=st.integers(1, 11), mode=MODES, dtype=st.sampled_from(["f4", "f8", "u1"]))
def test_integers_stay_exact(seed: int, f: int, mode: Any, dtype: str) -> None:
    rng = np.random.default_rng(seed)
    x, k = rng.integers(0, 256, (40, 37)).astype(dtype), rng.integers(-9, 10, (f, f))
    expected = signal.correlate2d(x.astype(int), k, mode=mode)
    np.testing.assert_array_equal(cross_correlate2d(x, k, padding=mode), expected)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("f", [3, 15])
@pytest.mark.parametrize("filter_", [cross_correlate2d, convolve2d])
def test_what_is_not_finite_stays_in_its_windows(filter_: Any, f: int, bad: float) -> None:
    x, k = draw(0, (40, 40)), np.abs(draw(1, (f, f))) + 1
    clean = filter_(x, k, padding="same")
    x[20, 11] = bad
    y = filter_(x, k, padding="same")
    touched = np.zeros(x.shape, bool)
    half = f // 2
    touched[20 - half : 21 + half, 11 - half : 12 + half] = True
    np.testing.assert_array_equal(~np.isfinite(y), touched)
    np.testing.assert_allclose(y[~touched], clean[~touched], atol=1e-10)


class TestAlgebra:
    """Properties that hold whatever the numbers are."""

    @settings(deadline=None, max_examples=20, derandomize=True)
    @given(seed=seeds, mode=MODES)
    def test_linear(self, seed: int, mode: Any) -> None:
        x, y, k = draw(seed, (9, 8)), draw(seed + 1, (9, 8)), draw(seed + 2, (3, 4))
        whole = cross_correlate2d(2 * x - 3 * y, k, padding=mode)
        parts = [cross_correlate2d(z, k, padding=mode) for z in (x, y)]
        np.testing.assert_allclose(whole, 2 * parts[0] - 3 * parts[1], atol=1e-9)

    @settings(deadline=None, max_examples=20, derandomize=True)
    @given(seed=seeds, down=st.integers(-20, 20), right=st.integers(-20, 20))
    def test_equivariant_to_shifts(self, seed: int, down: int, right: int) -> None:
        x, k = draw(seed, (12, 10)), draw(seed + 1, (3, 2))
        moved_after = np.roll(
            cross_correlate2d(x, k, padding="same", border="wrap"), (down, right), (0, 1)
        )
        moved_before = cross_correlate2d(
            np.roll(x, (down, right), (0, 1)), k, padding="same", border="wrap"
        )
        np.testing.assert_allclose(moved_before, moved_after, atol=1e-9)

    @settings(deadline=None, max_examples=20, derandomize=True)
    @given(seed=seeds, f=st.tuples(st.integers(1, 5), st.integers(1, 5)))
    def test_full_convolution_is_the_adjoint_of_valid_correlation(
        self, seed: int, f: tuple[int, int]
    ) -> None:
        """⟨x ⋆ k, y⟩ = ⟨x, y * k⟩: why the backward pass of one is the other."""
        x, k = draw(seed, (8, 9)), draw(seed + 1, f)
        forward = cross_correlate2d(x, k)
        y = draw(seed + 2, forward.shape)
        backward = convolve2d(y, k, padding="full")
        np.testing.assert_allclose(np.vdot(forward, y), np.vdot(x, backward), atol=1e-7)

    @settings(deadline=None, max_examples=20, derandomize=True)
    @given(seed=seeds, mode=MODES, f=st.tuples(st.integers(1, 6), st.integers(1, 6)))
    def test_flips(self, seed: int, mode: Any, f: tuple[int, int]) -> None:
        """Turning image and kernel turns the result; turning everything swaps the two."""
        x, k = draw(seed, (7, 6)), draw(seed + 1, f)
        turn = np.s_[::-1, ::-1]
        np.testing.assert_allclose(
            convolve2d(x, k, padding=mode),
            cross_correlate2d(x[turn], k, padding=mode)[turn],
            atol=1e-9,
        )

    @settings(deadline=None, max_examples=20, derandomize=True)
    @given(seed=seeds, f=st.integers(1, 5), g=st.integers(1, 14))
    def test_full_convolution_commutes_and_associates(self, seed: int, f: int, g: int) -> None:
        x, k, l_ = draw(seed, (9, 7)), draw(seed + 1, (f, 2)), draw(seed + 2, (3, g))

        def full(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return convolve2d(a, b, padding="full")

        np.testing.assert_allclose(full(x, k), full(k, x), atol=1e-9)
        np.testing.assert_allclose(full(full(x, k), l_), full(x, full(k, l_)), atol=1e-7)


class TestInputs:
    """Every kind of array that may come, and none of them touched."""

    @pytest.mark.parametrize("f", [3, 16])
    @pytest.mark.parametrize("mode", ["valid", "same"])
    def test_any_memory_layout(self, f: int, mode: Any) -> None:
        stored = draw(0, (2, 60, 40))
        k = draw(1, (f, f))
        for x in (
            stored[0, ::-1, ::-1],
            stored[1].T,
            np.asfortranarray(stored[0]),
            stored[0, ::2, ::2],
            np.broadcast_to(stored[0, :1], (30, 40)),
            stored[:, 3:33],
        ):
            before = x.copy()
            x.setflags(write=False)
            k.setflags(write=False)
            expected = cross_correlate2d(before, k.copy(), padding=mode)
            np.testing.assert_array_equal(cross_correlate2d(x, k, padding=mode), expected)
            np.testing.assert_array_equal(x, before)

    def test_lists_and_plain_integers(self) -> None:
        y = cross_correlate2d([[1, 2], [3, 4]], [[1, 1]])
        np.testing.assert_array_equal(y, np.array([[3.0], [7.0]]), strict=True)

    @pytest.mark.parametrize(
        ("given", "result"),
        [("f4", "f4"), ("f8", "f8"), ("f2", "f8"), ("u1", "f8"), ("i8", "f8"), ("?", "f8")],
    )
    def test_the_image_decides_the_dtype(self, given: str, result: str) -> None:
        x = np.ones((4, 4), given)
        for k in (np.ones((2, 2), "f4"), np.ones((2, 2), "f8"), np.ones((2, 2), int)):
            assert cross_correlate2d(x, k).dtype == np.dtype(result)
            assert convolve2d(x[None], k[None, None]).dtype == np.dtype(result)

    def test_leading_axes_are_separate_images(self) -> None:
        x, k = draw(0, (2, 3, 8, 9)), draw(1, (3, 2))
        y = cross_correlate2d(x, k, padding=1)
        assert y.shape == (2, 3, 8, 10)
        for i, j in np.ndindex(2, 3):
            np.testing.assert_allclose(y[i, j], cross_correlate2d(x[i, j], k, padding=1))

    def test_padding_is_pad2d(self) -> None:
        x, k = draw(0, (6, 7)), draw(1, (3, 3))
        for padding in (2, (1, 3), ((0, 2), (3, 1))):
            y = cross_correlate2d(x, k, padding=padding, border="reflect")
            np.testing.assert_allclose(y, cross_correlate2d(pad2d(x, padding, "reflect"), k))

    def test_the_result_is_writable_and_new(self) -> None:
        x = draw(0, (5, 5))
        y = cross_correlate2d(x, [[1.0]])
        assert y.flags.writeable and y.flags.c_contiguous and not np.shares_memory(x, y)


@pytest.mark.parametrize("filter_", [cross_correlate2d, convolve2d])
@pytest.mark.parametrize(
    ("x", "k", "options", "error", "words"),
    [
        ((3, 3), (5, 5), {}, ValueError, r"spans 5 × 5 pixels .* x of 3 × 3 with padding=0"),
        ((5, 5), (3, 3), {"dilation": 3}, ValueError, "spans 7 × 7"),
        ((5, 5), (3, 3), {"padding": "Same"}, ValueError, "'Same'"),
        ((5, 5), (3, 3), {"padding": -1}, ValueError, "padding must be at least 0"),
        ((5, 5), (3, 3), {"padding": 0.5}, TypeError, "padding must be an integer"),
        ((5, 5), (3, 3), {"border": "refelct"}, ValueError, "got 'refelct'"),
        ((5, 5), (3, 3), {"stride": 0}, ValueError, "stride must be at least 1"),
        ((5, 5), (3, 3), {"stride": 1.0}, TypeError, "stride must be an integer"),
        ((5, 5), (3, 3), {"stride": (1, 2, 3)}, ValueError, "stride must be an integer or a pair"),
        ((5, 5), (3, 3), {"dilation": True}, TypeError, "dilation must be an integer"),
        ((5,), (3, 3), {}, ValueError, r"two axes \(H, W\), got shape \(5,\)"),
        ((5, 5), (3,), {}, ValueError, r"got shape \(3,\)"),
        ((5, 5), (2, 3, 3), {}, ValueError, r"got shape \(2, 3, 3\)"),
        ((5, 5), (0, 3), {}, ValueError, "k must not be empty"),
        ((0, 5), (1, 1), {}, ValueError, "x must not be empty"),
        ((4, 5, 5), (2, 3, 3, 3), {}, ValueError, r"needs x of shape \(3, H, W\)"),
        ((5, 5), (2, 1, 3, 3), {}, ValueError, r"needs x of shape \(1, H, W\)"),
    ],
)
def test_bad_arguments(
    filter_: Any,
    x: tuple[int, ...],
    k: tuple[int, ...],
    options: dict[str, Any],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        filter_(np.ones(x), np.ones(k), **options)


@pytest.mark.parametrize("bad", [[["a"]], [[1j]], [[None]], [[1], [2, 3]]])
def test_bad_numbers(bad: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^x must"):
        cross_correlate2d(bad, [[1]])
    with pytest.raises((TypeError, ValueError), match=r"^k must"):
        cross_correlate2d([[1]], bad)
    with pytest.raises((TypeError, ValueError), match=r"^x must"):
        cross_correlate2d_loops(bad, [[1]])
