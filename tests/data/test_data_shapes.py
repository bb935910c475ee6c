"""The generated world: the same everywhere, known to the pixel, and worth learning."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier

from coursekit.data import Split
from coursekit.data.shapes import SHAPES, Scene, draw_scene, draw_scenes, load_shapes
from coursekit.data.shapes.chance import Columns, grain, lattices, smooth_noise, turns
from coursekit.data.shapes.colours import farthest, rgb
from coursekit.data.shapes.outlines import OUTLINES, distances


def hash_of(arrays: Iterable[np.ndarray]) -> str:
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:16]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def split() -> Split:
    return load_shapes(train=1000, validation=500, test=10)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return draw_scenes(40, 96, rng=generator(4), difficulty=0.8, baseline=0.25)


class TestTheSameEverywhere:
    """What protects the pictures: exactly rounded arithmetic, and these hashes."""

    def test_data_set(self, split: Split) -> None:
        assert hash_of([split.x_train[:100], split.y_train[:100]]) == "81e38ddae0f73818"
        assert hash_of(split[2:]) == "5e1195b679e7cb32"

    def test_scenes(self) -> None:
        made = draw_scenes(4, 128, rng=generator(3), baseline=0.2, difficulty=1)
        assert hash_of(s.image for s in made) == "8d71de5483e2a2f6"
        assert hash_of(s.second for s in made if s.second is not None) == "ab3736f1531f09db"
        assert (
            hash_of(a for s in made for a in (s.instances, s.classes, s.depth))
            == "0a1b3db3061a650a"
        )

    def test_without_the_processors_wide_instructions(self, split: Split) -> None:
        program = (
            "import hashlib; from coursekit.data.shapes import load_shapes; "
            "s = load_shapes(train=100, validation=0, test=0); "
            "print(hashlib.sha256(s.x_train.tobytes()).hexdigest())"
        )
        wide = "X86_V3 X86_V4 AVX2 FMA3 AVX512F AVX512_SKX AVX512_ICL AVX512_SPR ASIMDHP SVE"
        found = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program],
            env=os.environ | {"NPY_DISABLE_CPU_FEATURES": wide},
            capture_output=True,
            text=True,
            check=True,
        )
        expected = hashlib.sha256(split.x_train[:100].tobytes()).hexdigest()
        assert found.stdout.strip() == expected

    def test_more_pictures_begin_with_the_same_ones(self, split: Split) -> None:
        few = load_shapes(train=30, validation=7, test=0)
        assert np.array_equal(few.x_train, split.x_train[:30])
        assert np.array_equal(few.y_val, split.y_val[:7])
        assert np.array_equal(few.x_val, split.x_val[:7])

    def test_a_scene_is_the_same_at_every_size(self) -> None:
        large = draw_scenes(6, 192, rng=generator(2), difficulty=0.2)
        small = draw_scenes(6, 32, rng=generator(2), difficulty=0.2)
        for a, b in zip(large, small, strict=True):
            assert a.label == b.label
            shrunk = a.image.reshape(3, 32, 6, 32, 6).mean(axis=(2, 4))
            assert np.abs(shrunk - b.image).mean() < 5

    def test_another_seed_gives_other_pictures_and_no_picture_comes_twice(
        self, split: Split
    ) -> None:
        other = load_shapes(train=20, validation=0, test=0, seed=1)
        every = np.concatenate([split.x_train, split.x_val, split.x_test, other.x_train])
        assert len({picture.tobytes() for picture in every}) == 1000 + 500 + 10 + 20


class TestTheDataSet:
    def test_form(self, split: Split) -> None:
        assert isinstance(split, Split)
        assert split.x_train.shape == (1000, 3, 32, 32)
        assert split.x_train.dtype == np.uint8
        assert split.y_train.dtype == np.int64
        assert split.x_train.flags.c_contiguous
        assert len(SHAPES) == len(set(SHAPES)) == 10
        assert np.bincount(split.y_train).tolist() == [100] * 10
        assert sorted(split.y_train[10:20]) == list(range(10))
        assert load_shapes(48, train=1, validation=0, test=0).x_test.shape == (0, 3, 48, 48)

    def test_fewer_classes(self) -> None:
        few = load_shapes(train=9, validation=0, test=0, classes=3)
        assert np.bincount(few.y_train).tolist() == [3, 3, 3]

    def test_mean_colour_says_nothing(self, split: Split) -> None:
        features = [
            np.concatenate([x.mean(axis=(2, 3)), x.std(axis=(2, 3))], axis=1)
            for x in (split.x_train, split.x_val)
        ]
        colour = KNeighborsClassifier(15).fit(features[0], split.y_train)
        assert colour.score(features[1], split.y_val) < 0.25

    def test_pixels_alone_do_not_solve_it(self, split: Split) -> None:
        x, x_val = (a.reshape(len(a), -1) / 255 for a in (split.x_train, split.x_val))
        assert RidgeClassifier(100.0).fit(x, split.y_train).score(x_val, split.y_val) < 0.25
        neighbours = KNeighborsClassifier(5).fit(x, split.y_train)
        assert 0.1 < neighbours.score(x_val, split.y_val) < 0.35

    def test_the_easiest_pictures_are_easier(self) -> None:
        def score(difficulty: float) -> float:
            data = load_shapes(train=500, validation=200, test=0, difficulty=difficulty)
            x, x_val = (a.reshape(len(a), -1) / 255 for a in (data.x_train, data.x_val))
            return KNeighborsClassifier(3).fit(x, data.y_train).score(x_val, data.y_val)

        assert score(0) > 0.4 > 0.15 > score(1)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"size": 31}, "size must be from 32 to 224, got 31"),
            ({"size": 225}, "from 32 to 224"),
            ({"classes": 1}, "classes must be from 2 to 10, got 1"),
            ({"classes": 11}, "classes must be from 2 to 10"),
            ({"difficulty": 1.5}, "difficulty must be from 0 to 1"),
            ({"difficulty": float("nan")}, "difficulty must be from 0 to 1, got nan"),
            ({"train": -1}, "train must be at least 0"),
            ({"seed": -1}, "seed must be at least 0"),
        ],
    )
    def test_bad_options(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            load_shapes(**{"train": 2, "validation": 0, "test": 0} | options)


class TestScenes:
    def test_form(self, scenes: list[Scene]) -> None:
        for scene in scenes:
            count = len(scene.labels)
            assert scene.image.shape == (3, 96, 96)
            assert scene.second is not None
            assert scene.second.shape == (3, 96, 96)
            assert scene.instances.shape == scene.classes.shape == scene.depth.shape == (96, 96)
            assert scene.image.dtype == scene.instances.dtype == scene.classes.dtype == np.uint8
            assert scene.depth.dtype == np.float32
            assert scene.boxes.shape == (count, 4)
            assert len(scene.keypoints) == count
            assert 1 <= count <= 6
            assert scene.label == scene.labels[0]
        assert {len(scene.labels) for scene in scenes} >= {2, 3, 4}
        assert repr(scenes[0]).startswith(f"Scene(96×96; {SHAPES[scenes[0].label]}")

    def test_masks_boxes_and_classes_agree(self, scenes: list[Scene]) -> None:
        for scene in scenes:
            assert np.unique(scene.instances[scene.instances > 0]).tolist() == list(
                range(1, len(scene.labels) + 1)
            )
            names = np.concatenate([[0], scene.labels + 1])
            assert np.array_equal(names[scene.instances], scene.classes)
            found = ndimage.find_objects(scene.instances)
            for box, (rows, columns) in zip(scene.boxes, found, strict=True):
                assert box.tolist() == [columns.start, rows.start, columns.stop, rows.stop]

    def test_nearer_shapes_are_larger_and_hide_those_behind(self, scenes: list[Scene]) -> None:
        for scene in scenes:
            depths = [
                np.unique(scene.depth[scene.instances == n + 1]) for n in range(len(scene.labels))
            ]
            assert all(len(depth) == 1 for depth in depths)
            assert np.all(np.diff(np.concatenate(depths)) >= 0)
            behind = scene.depth[scene.instances == 0]
            assert behind.min() > max(depth[0] for depth in depths)
            area = np.bincount(scene.instances.ravel())[1:]
            assert area[0] == area.max()

    def test_the_main_shape_is_whole(self, scenes: list[Scene]) -> None:
        for scene in scenes:
            assert ndimage.label(scene.instances == 1, np.ones((3, 3)))[1] == 1
            left, top, right, bottom = scene.boxes[0]
            assert max(right - left, bottom - top) > 0.1 * 96
            assert scene.keypoints[0].visible.all()

    def test_keypoints_lie_on_the_outline(self) -> None:
        """Beside a visible point there are pixels of the shape and pixels that are none of it."""
        for scene in draw_scenes(30, 160, rng=generator(1), labels=np.arange(30) % 10):
            mask = scene.instances == 1
            near = ndimage.binary_dilation(mask, np.ones((3, 3)), iterations=3)
            deep = ndimage.binary_erosion(mask, iterations=4)
            for x, y in scene.keypoints[0].xy:
                row, column = np.clip([y, x], 0, 159).astype(int)
                assert near[row, column]
                assert not deep[row, column]

    def test_hidden_and_outside_keypoints(self) -> None:
        hidden = outside = 0
        for scene in draw_scenes(60, 64, rng=generator(0), difficulty=1):
            for number, (names, xy, visible) in enumerate(scene.keypoints, 1):
                assert xy.shape == (len(names), 2)
                for (x, y), seen in zip(xy, visible, strict=True):
                    if not (0 <= x < 64 and 0 <= y < 64):
                        assert not seen
                        outside += 1
                    elif 0 < scene.instances[int(y), int(x)] < number:
                        assert not seen
                        hidden += 1
                    else:
                        assert seen
        assert hidden > 10
        assert outside > 10

    def test_the_second_view_is_the_first_moved_by_the_disparity(self) -> None:
        columns = np.arange(96)
        for scene in draw_scenes(10, 96, rng=generator(8), difficulty=0.1, baseline=0.25):
            assert scene.second is not None
            assert np.allclose(scene.disparity, 0.25 * 96 / scene.depth)
            main = ndimage.binary_erosion(scene.instances == 1, iterations=3)
            for mask in (main, ndimage.binary_erosion(scene.instances == 0, iterations=16)):
                rows, places = np.nonzero(mask & (columns > 20))
                moved = places - scene.disparity[rows, places]
                left = np.floor(moved).astype(int)
                share = moved - left
                second = scene.second[:, rows, left] * (1 - share)
                second = second + scene.second[:, rows, left + 1] * share
                first = scene.image[:, rows, places].astype(float)
                still = np.abs(scene.second[:, rows, places] - first).mean()
                assert np.abs(second - first).mean() < max(12, 0.7 * still)

    def test_one_view_only(self) -> None:
        scene = draw_scene(32, rng=generator(), label=3)
        assert scene.second is None
        assert scene.label == 3
        assert not scene.disparity.any()

    def test_labels(self) -> None:
        given = draw_scenes(4, 32, rng=generator(), labels=[9, 0, 5, 5])
        assert [scene.label for scene in given] == [9, 0, 5, 5]
        free = draw_scenes(60, 32, rng=generator(), classes=4)
        assert {scene.label for scene in free} == {0, 1, 2, 3}
        assert max(scene.labels.max() for scene in free) == 3

    def test_the_generator_moves_on(self) -> None:
        rng = generator()
        assert not np.array_equal(draw_scene(rng=rng).image, draw_scene(rng=rng).image)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"labels": [1]}, "labels must be 2 whole numbers, got shape"),
            ({"labels": [0.5, 1]}, "labels must be 2 whole numbers"),
            ({"labels": [0, 10]}, "labels must be from 0 to 9"),
            ({"labels": [-1, 1]}, "labels must be from 0 to 9"),
            ({"baseline": 0.6}, "baseline must be from 0 to 0.5"),
            ({"baseline": -0.1}, "baseline must be from 0 to 0.5"),
            ({"size": 16}, "size must be from 32"),
        ],
    )
    def test_bad_options(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            draw_scenes(2, **{"rng": generator()} | options)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"rng": 7}, r"rng must be a generator, such as np.* got 7"),
            ({"size": 32.0}, r"size must be an integer, got 32\.0"),
            ({"difficulty": "hard"}, "difficulty must be a number, got 'hard'"),
            ({"baseline": None}, "baseline must be a number, got None"),
        ],
    )
    def test_wrong_kinds(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(TypeError, match=message):
            draw_scene(**{"rng": generator()} | options)

    def test_no_scene(self) -> None:
        with pytest.raises(ValueError, match="count must be at least 1"):
            draw_scenes(0, rng=generator())


class TestThePieces:
    @pytest.mark.parametrize("kind", range(10))
    def test_outlines_stay_in_their_circle_and_have_no_holes_but_the_rings(self, kind: int) -> None:
        y, x = (np.mgrid[-150:151, -150:151] / 100).astype(np.float32).reshape(2, -1)
        for value in (0, 0.5, 1):
            form = np.full_like(x, value)
            distance = distances(np.full(x.shape, kind), x, y, form)
            assert distance.dtype == np.float32
            inside = (distance < 0).reshape(301, 301)
            assert np.hypot(x, y)[inside.ravel()].max() < 1.12
            assert inside.mean() > 0.05
            assert ndimage.label(inside)[1] == 1
            assert ndimage.label(~inside)[1] == (2 if SHAPES[kind] == "ring" else 1)
            for axis in (0, 1):  # a distance, so that coverage follows from it
                assert np.abs(np.diff(distance.reshape(301, 301), axis=axis)).max() < 0.0101

    @pytest.mark.parametrize("outline", OUTLINES, ids=SHAPES)
    def test_named_points_lie_on_the_outline(self, outline: Any) -> None:
        for value in (0.0, 0.3, 1.0):
            for _, x, y in outline.points(value):
                at = [np.array([v], np.float32) for v in (x, y, value)]
                assert abs(outline.distance(*at)[0]) < 1e-5

    def test_turns(self) -> None:
        share = np.linspace(-1, 1, 721, dtype=np.float32)
        cosine, sine = turns(share)
        assert cosine.dtype == sine.dtype == np.float32
        assert np.allclose(cosine, np.cos(2 * np.pi * share), atol=3e-3)
        assert np.allclose(sine, np.sin(2 * np.pi * share), atol=3e-3)
        assert np.allclose(cosine**2 + sine**2, 1, atol=1e-6)

    def test_columns_run_out(self) -> None:
        columns = Columns(generator(), 3, 2)
        assert columns.take(5, 6, count=2).shape == (3, 2)
        with pytest.raises(IndexError, match="only 2 columns"):
            columns.one()

    def test_noise(self) -> None:
        keys = np.arange(50, dtype=np.uint32)
        values = lattices(keys)
        assert 0 <= values.min() < 0.01
        assert 0.99 < values.max() < 1
        assert abs(values.mean() - 0.5) < 0.01
        assert len(np.unique(values[:, 0, 0])) == 50
        y, x = np.mgrid[:16, :16].astype(np.float32)
        assert np.array_equal(smooth_noise(values, x[np.newaxis], y[np.newaxis]), values)
        steps = grain(keys, 3, 400)
        assert steps.shape == (3, 50, 400)
        assert -1 < steps.min() < -0.9
        assert abs(steps.mean()) < 0.01
        neighbours = np.corrcoef(steps[..., 1:].ravel(), steps[..., :-1].ravel())[0, 1]
        assert abs(neighbours) < 0.02

    def test_colours(self) -> None:
        hue = np.array([0, 1 / 6, 1 / 3, 0.5, 2 / 3, 5 / 6, -1 / 3, 0], np.float32)
        saturation = np.array([1, 1, 1, 1, 1, 1, 0.5, 0], np.float32)
        value = np.array([1, 1, 0.5, 1, 1, 1, 1, 0.25], np.float32)
        expected = [
            (1, 0, 0),
            (1, 1, 0),
            (0, 0.5, 0),
            (0, 1, 1),
            (0, 0, 1),
            (1, 0, 1),
            (0.5, 0.5, 1),
            (0.25, 0.25, 0.25),
        ]
        assert np.allclose(rgb(hue, saturation, value), expected, atol=1e-6)
        black, grey, white = (np.full(3, v, np.float32) for v in (0, 0.5, 1))
        assert np.array_equal(farthest(np.stack([grey, white]), black[np.newaxis]), white)
        assert np.array_equal(farthest(np.stack([black, white]), np.stack([white, grey])), black)
