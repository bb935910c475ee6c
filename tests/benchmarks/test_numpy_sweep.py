"""What the sweep compares is the same computation, and its figure is small and complete."""

import numpy as np
import numpy_sweep as sweep
import pytest

from coursekit.numpy_nn import conv2d_backward_loops, conv2d_forward_loops

SHAPES = [sweep.Shape(1, 1, 6, 1), sweep.Shape(3, 2, 7, 4), sweep.Shape(2, 6, 28, 16)]


@pytest.mark.parametrize("way", sweep.WAYS)
@pytest.mark.parametrize("shape", SHAPES[:2], ids=str)
def test_every_way_equals_the_loops(way, shape):
    if way == "torch":
        pytest.importorskip("torch")
    x, w, b, dout = sweep.arrays(shape)
    expected = conv2d_forward_loops(x, w, b), *conv2d_backward_loops(dout, x, w)
    for got, right in zip(sweep.WAYS[way](shape)(), expected, strict=True):
        np.testing.assert_allclose(got, right, rtol=0, atol=1e-4)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_ways_agree(shape):
    pytest.importorskip("torch")
    ours, im2col, theirs = (way(shape)() for way in sweep.WAYS.values())
    for a, b, c in zip(ours, im2col, theirs, strict=True):
        np.testing.assert_allclose(a, c, rtol=0, atol=1e-4 * np.abs(c).max())
        np.testing.assert_allclose(b, c, rtol=0, atol=1e-4 * np.abs(c).max())


def test_fingerprints_tell_arrays_apart():
    a = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    others = a, a.T, -a, np.roll(a, 1), a[::-1]
    assert len({round(sweep.fingerprints((b,))[0], 3) for b in others}) == len(others)


def test_the_textbook_layer_trains_as_ours_does():
    memory = sweep.lenet_memory(64)
    ours, pieces, usual = memory.values()
    assert max(ours, pieces) < 10 and usual > 2 * ours


def test_the_figure_is_small_and_says_what_it_shows(tmp_path):
    rows = [
        sweep.Row(panel, curve, shape, {"ours": [1.0], "im2col": [3.0], "torch": [2.0]}, {})
        for (panel, curve), shapes in sweep.SWEEPS.items()
        for shape in shapes
    ]
    sweep.draw(rows, tmp_path / "sweep.webp")
    assert 1_000 < (tmp_path / "sweep.webp").stat().st_size < 60_000
    assert "6 → 16 at batch 1024 0.50 (im2col 1.50)" in sweep.alternative(rows)
