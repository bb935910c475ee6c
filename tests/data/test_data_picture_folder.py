"""Your own pictures: every kind of file, what is broken said by name, the same order everywhere."""

import os
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from coursekit.data.folder_scan import PictureFolderError
from coursekit.data.in_threads import in_threads
from coursekit.data.picture_folder import PictureFolder, room_for
from coursekit.data.pictures import PictureError, open_picture, rgb_picture, shown
from coursekit.errors import CourseError


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """Red, green, blue and white quarters."""
    x = np.zeros((height, width, 3), np.uint8)
    x[: height // 2, : width // 2] = (255, 0, 0)
    x[: height // 2, width // 2 :] = (0, 255, 0)
    x[height // 2 :, : width // 2] = (0, 0, 255)
    x[height // 2 :, width // 2 :] = 255
    return Image.fromarray(x)


def quarters(x: np.ndarray) -> np.ndarray:
    """The colours in the middles of the quarters of (3, H, W), as (4, 3)."""
    height, width = x.shape[1:]
    rows, columns = (height // 4, -height // 4), (width // 4, -width // 4)
    return np.array([x[:, row, column] for row in rows for column in columns])


QUARTERS = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)])
LUMA = np.array([76, 150, 29, 255])[:, np.newaxis].repeat(3, axis=1)


def noise(path: Path, size: int = 200) -> None:
    grain = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    Image.fromarray(grain).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, count in (("cat", 6), ("dog", 4), ("Bird", 5)):
        (tmp_path / name).mkdir()
        for k in range(count):
            picture(40 + k, 30).save(tmp_path / name / f"{k}.png")
    return tmp_path


def as_cmyk(path: Path) -> None:
    picture().convert("CMYK").save(path, quality=95)


def as_palette(path: Path) -> None:
    picture().convert("P", palette=Image.Palette.ADAPTIVE).save(path)


def as_transparent_palette(path: Path) -> None:
    image = picture().convert("P", palette=Image.Palette.ADAPTIVE)
    image.save(path, transparency=image.getpixel((59, 39)))


def as_rgba(path: Path) -> None:
    image = picture().convert("RGBA")
    image.paste((0, 0, 0, 0), (30, 20, 60, 40))
    image.save(path)


def as_grey_and_alpha(path: Path) -> None:
    image = picture().convert("LA")
    image.paste((0, 0), (30, 20, 60, 40))
    image.save(path)


def as_16_bits(path: Path) -> None:
    grey = np.asarray(picture().convert("L")).astype(np.uint16) * 257
    Image.fromarray(grey).save(path)


def as_floats(path: Path) -> None:
    Image.fromarray(np.asarray(picture().convert("L")).astype(np.float32) / 255).save(path)


def as_grey(path: Path) -> None:
    picture().convert("L").save(path, quality=95)


def turned_by_the_camera(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    picture().rotate(90, expand=True).save(path, exif=exif, quality=95)


def with_damaged_exif(path: Path) -> None:
    picture().save(path, exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(range(60)), quality=95)


def moving(path: Path) -> None:
    picture().save(path, save_all=True, append_images=[Image.new("RGB", (60, 40), "black")])


def plain(path: Path) -> None:
    picture().save(path)


def fine(path: Path) -> None:
    picture().save(path, quality=95)


KINDS: dict[str, tuple[str, Callable[[Path], None], np.ndarray]] = {
    "PNG": ("a.png", plain, QUARTERS),
    "capital letters": ("A.PNG", plain, QUARTERS),
    "JPEG": ("a.jpg", fine, QUARTERS),
    "CMYK": ("a.jpeg", as_cmyk, QUARTERS),
    "grey JPEG": ("a.jpg", as_grey, LUMA),
    "camera": ("a.jpg", turned_by_the_camera, QUARTERS),
    "damaged notes": ("a.jpg", with_damaged_exif, QUARTERS),
    "BMP": ("a.bmp", plain, QUARTERS),
    "GIF": ("a.gif", plain, QUARTERS),
    "moving GIF": ("a.gif", moving, QUARTERS),
    "TIFF": ("a.tif", plain, QUARTERS),
    "pages": ("a.tiff", moving, QUARTERS),
    "PPM": ("a.ppm", plain, QUARTERS),
    "palette": ("a.png", as_palette, QUARTERS),
    "transparent palette": ("a.png", as_transparent_palette, QUARTERS),
    "RGBA": ("a.png", as_rgba, QUARTERS),
    "grey and alpha": ("a.png", as_grey_and_alpha, LUMA),
    "16 bits": ("a.png", as_16_bits, LUMA),
    "floats": ("a.tif", as_floats, LUMA),
    "wrong ending": ("a.png", lambda path: picture().save(path, "JPEG", quality=95), QUARTERS),
}
if features.check("webp"):
    KINDS["WebP"] = ("a.webp", lambda path: picture().save(path, lossless=True), QUARTERS)
    KINDS["moving WebP"] = (
        "a.webp",
        lambda path: picture().save(
            path, save_all=True, append_images=[Image.new("RGB", (60, 40))], lossless=True
        ),
        QUARTERS,
    )


class TestKinds:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_becomes_rgb_the_right_way_up(self, kind: str, folder: Path) -> None:
        name, make, expected = KINDS[kind]
        make(folder / "cat" / name)
        pictures = PictureFolder(folder)
        assert pictures.rejected == ()
        number = pictures.files.index(f"cat/{name}")
        x = pictures.load([number], 32)
        assert x.shape == (1, 3, 32, 32)
        assert x.dtype == np.uint8
        assert np.abs(quarters(x[0]).astype(int) - expected).max() <= 40
        whole = pictures.load_uncropped([number], 40)[0]
        assert whole.shape == (3, 40, 60)
        assert np.abs(quarters(whole).astype(int) - expected).max() <= 40


def some_text(path: Path) -> None:
    path.write_text("hi")


def cut_short(path: Path) -> None:
    noise(path)
    path.write_bytes(path.read_bytes()[:-1000])


def half_a_jpeg(path: Path) -> None:
    noise(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def huge(path: Path) -> None:
    Image.new("1", (10_000, 10_000)).save(path)


def vast(path: Path) -> None:
    """A small file that says it has 60,000 × 60,000 pixels."""
    Image.new("1", (8, 8)).save(path)
    header = bytearray(path.read_bytes())
    header[16:24] = (60_000).to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")
    path.write_bytes(header)


def lost_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.png")


def postscript(path: Path) -> None:
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n")


BROKEN: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "empty": ("x.png", lambda path: path.touch(), "is empty: it has 0 bytes"),
    "text": ("x.jpg", some_text, "is not a picture that can be read"),
    "PostScript": ("x.png", postscript, "is not a picture that can be read"),
    "short PNG": ("x.png", cut_short, "cannot be read as a picture"),
    "short JPEG": ("x.jpg", cut_short, "cannot be read as a picture"),
    "half a JPEG": ("x.jpg", half_a_jpeg, "cannot be read as a picture"),
    "short GIF": ("x.gif", cut_short, "cannot be read as a picture"),
    "short TIFF": ("x.tif", cut_short, "cannot be read as a picture"),
    "short BMP": ("x.bmp", cut_short, "cannot be read as a picture"),
    "huge": ("x.png", huge, "has too many pixels (10000 × 10000): reduce it to at most 90,000,000"),
    "bomb": ("x.png", vast, "has too many pixels"),
    "lost link": ("x.png", lost_link, "is a link that leads nowhere"),
}
if hasattr(os, "mkfifo"):
    BROKEN["pipe"] = ("x.png", os.mkfifo, "is not a file")


class TestBroken:
    @pytest.mark.parametrize("kind", BROKEN)
    def test_it_is_named_and_left_out(
        self, kind: str, folder: Path, recwarn: pytest.WarningsRecorder
    ) -> None:
        name, make, reason = BROKEN[kind]
        make(folder / "dog" / name)
        pictures = PictureFolder(folder)
        assert len(pictures) == 15
        (rejected,) = pictures.rejected
        assert rejected.name == f"dog/{name}"
        assert rejected.reason.startswith(reason)
        assert f"1 files are left out:\n  dog/{name} {rejected.reason}" in pictures.report()
        assert "; 1 left out)" in repr(pictures)
        assert pictures.load(np.arange(15), 8).shape == (15, 3, 8, 8)
        assert not recwarn.list

    @pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read everything")
    def test_what_may_not_be_read(self, folder: Path) -> None:
        (folder / "dog" / "0.png").chmod(0)
        (folder / "cat" / "more").mkdir(mode=0)
        rejected = dict(PictureFolder(folder).rejected)
        assert "Permission denied" in rejected["dog/0.png"]
        assert rejected["cat/more"] == "cannot be listed: Permission denied"

    def test_a_picture_that_changes_is_looked_at_again(self, folder: Path) -> None:
        assert len(PictureFolder(folder)) == 15
        (folder / "dog" / "0.png").write_text("no picture any more")
        assert len(PictureFolder(folder)) == 14
        picture().save(folder / "dog" / "0.png")
        assert len(PictureFolder(folder)) == 15

    def test_a_second_look_decodes_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = PictureFolder(folder)

        def refuse(path: Path, shorter: int) -> Image.Image:
            raise AssertionError(f"{path} is decoded again")

        monkeypatch.setattr("coursekit.data.picture_folder.open_picture", refuse)
        assert PictureFolder(folder).files == first.files

    def test_a_picture_that_goes_away(self, folder: Path) -> None:
        pictures = PictureFolder(folder)
        (folder / "cat" / "3.png").unlink()
        with pytest.raises(PictureError, match=r"3\.png cannot be found: there is no file"):
            pictures.load(np.arange(15), 16)

    def test_a_file_name_that_is_no_utf8(self, folder: Path) -> None:
        name = os.fsencode(folder / "dog") + b"/gr\xfcn.png"
        with open(name, "wb") as file:
            file.write(b"no picture")
        pictures = PictureFolder(folder)
        assert pictures.rejected[0].name == "dog/gr�n.png"
        assert pictures.report().encode()


class TestOrder:
    def test_classes_and_files_are_sorted(self, folder: Path) -> None:
        (folder / "cat" / "old").mkdir()
        picture().save(folder / "cat" / "old" / "1.png")
        pictures = PictureFolder(folder)
        assert pictures.classes == ("Bird", "cat", "dog")
        assert pictures.counts == {"Bird": 5, "cat": 7, "dog": 4}
        assert pictures.files[:6] == (*(f"Bird/{k}.png" for k in range(5)), "cat/0.png")
        assert "cat/old/1.png" in pictures.files
        assert pictures.labels.dtype == np.int64
        assert pictures.labels.tolist() == [0] * 5 + [1] * 7 + [2] * 4
        assert len(pictures) == 16
        assert repr(pictures) == (
            f"PictureFolder({folder.name}: 16 pictures in 3 classes: Bird 5, cat 7, dog 4)"
        )
        assert pictures.report() == "16 pictures in 3 classes: Bird 5, cat 7, dog 4"

    def test_hidden_and_other_files(self, folder: Path) -> None:
        picture().save(folder / "cat" / ".hidden.png")
        for hidden in (".git", ".ipynb_checkpoints", "__MACOSX"):
            (folder / hidden).mkdir()
            picture().save(folder / hidden / "0.png")
        (folder / "notes.txt").write_text("hello")
        (folder / "cat" / "film.mp4").write_bytes(b"film")
        (folder / "cat" / "phone.heic").write_bytes(b"heic")
        pictures = PictureFolder(folder)
        assert len(pictures) == 15
        assert pictures.rejected == ()
        assert pictures.others == ("notes.txt", "cat/film.mp4", "cat/phone.heic")
        assert pictures.report().splitlines()[1:] == [
            "3 other files are not used:",
            "  notes.txt",
            "  cat/film.mp4",
            "  cat/phone.heic",
        ]
        assert pictures.report(most=1).splitlines()[2:] == ["  notes.txt", "  and 2 more"]

    def test_links(self, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        picture().save(elsewhere / "fish.png")
        (folder / "fish").symlink_to(elsewhere)
        (elsewhere / "again").symlink_to(elsewhere)
        (elsewhere / "up").symlink_to(folder / "fish")
        (folder / "cat" / "self").symlink_to(folder / "cat")
        (folder / "dog" / "linked.png").symlink_to(elsewhere / "fish.png")
        pictures = PictureFolder(folder)
        assert pictures.counts == {"Bird": 5, "cat": 6, "dog": 5, "fish": 1}

    def test_folders_that_are_linked_with_one_another(self, folder: Path) -> None:
        rooms = [folder / "cat" / f"room{k}" for k in range(12)]
        for room in rooms:
            room.mkdir()
            for other in rooms:
                (room / other.name).symlink_to(other)
        assert len(PictureFolder(folder)) == 15

    def test_progress_is_told_on_this_thread(self, folder: Path) -> None:
        told: list[tuple[int, int]] = []
        here = threading.get_ident()

        def progress(done: int, every: int) -> None:
            assert threading.get_ident() == here
            told.append((done, every))

        pictures = PictureFolder(folder, progress=progress)
        assert told == [(k, 15) for k in range(1, 16)]
        told.clear()
        pictures.load([3, 4], 8, progress=progress)
        assert told == [(1, 2), (2, 2)]

    @pytest.mark.parametrize("spelling", [str, lambda path: path / "cat" / "..", os.path.relpath])
    def test_spellings_of_the_path(
        self, folder: Path, spelling: Callable[[Path], str | Path]
    ) -> None:
        assert PictureFolder(spelling(folder)).files == PictureFolder(folder).files


class TestNoDataSet:
    def fails(self, path: Path) -> str:
        with pytest.raises(PictureFolderError) as caught:
            PictureFolder(path)
        assert isinstance(caught.value, CourseError)
        return str(caught.value)

    def test_no_folder(self, tmp_path: Path) -> None:
        assert "none is not a folder: give one that holds" in self.fails(tmp_path / "none")

    def test_empty(self, tmp_path: Path) -> None:
        assert "has no sub-folders and no pictures: make a sub-folder for" in self.fails(tmp_path)

    def test_pictures_without_classes(self, tmp_path: Path) -> None:
        plain(tmp_path / "a.png")
        plain(tmp_path / "b.png")
        assert "has no sub-folders, but 2 pictures of its own: make" in self.fails(tmp_path)

    def test_one_class(self, tmp_path: Path) -> None:
        (tmp_path / "cat").mkdir()
        plain(tmp_path / "cat" / "a.png")
        assert "has one class only, cat: add a sub-folder for each other" in self.fails(tmp_path)

    def test_a_class_without_pictures(self, folder: Path) -> None:
        (folder / "eel").mkdir()
        (folder / "eel" / "eel.heic").write_bytes(b"heic")
        (folder / "fly").mkdir()
        (folder / "fly" / "fly.png").write_text("buzz")
        said = self.fails(folder)
        assert "has no picture that can be read of eel, fly: add pictures, or" in said
        assert "  fly/fly.png is not a picture that can be read" in said
        assert "  eel/eel.heic" in said


class TestLoading:
    def test_the_middle_square(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
        x = np.zeros((40, 120, 3), np.uint8)
        x[:, 40:80] = np.arange(40)[:, np.newaxis, np.newaxis] * 6
        Image.fromarray(x).save(tmp_path / "a" / "wide.png")
        Image.fromarray(x.transpose(1, 0, 2)).save(tmp_path / "b" / "high.png")
        pictures = PictureFolder(tmp_path)
        wide, high = pictures.load([0, 1], 40)
        assert np.array_equal(wide, x[:, 40:80].transpose(2, 0, 1))
        assert np.array_equal(high, wide.transpose(0, 2, 1))
        uncropped = pictures.load_uncropped([0, 1, 0], 20)
        assert [u.shape for u in uncropped] == [(3, 20, 40), (3, 40, 20), (3, 20, 40)]
        half = pictures.load([0], 20)[0]
        means = wide.reshape(3, 20, 2, 20, 2).mean(axis=(2, 4))
        assert np.abs(half - means)[:, 2:-2, 2:-2].max() <= 6  # averaged, not every other pixel

    def test_fine_patterns_are_averaged(self, tmp_path: Path) -> None:
        board = (np.indices((240, 240)).sum(axis=0) % 2 * 255).astype(np.uint8)
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            Image.fromarray(board).save(tmp_path / name / "board.png")
        x = PictureFolder(tmp_path).load([0], 32)
        assert 110 < x.min() <= x.max() < 145

    def test_a_large_photograph_read_small(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(0)
        coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), np.uint8))
        large = coarse.resize((800, 600), Image.Resampling.BICUBIC)
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            large.save(tmp_path / name / "large.jpg", quality=95)
        large.save(tmp_path / "b" / "large.png")
        pictures = PictureFolder(tmp_path)
        jpeg, _, png = pictures.load(np.arange(3), 64).astype(int)
        assert np.abs(jpeg - png).mean() < 2

    def test_extreme_shapes(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
        Image.new("RGB", (1, 5000), "red").save(tmp_path / "a" / "line.png")
        Image.new("RGB", (1, 1), "red").save(tmp_path / "b" / "point.png")
        pictures = PictureFolder(tmp_path)
        assert (pictures.load([0, 1], 32) == np.array([255, 0, 0])[:, None, None]).all()
        assert [u.shape for u in pictures.load_uncropped([0, 1], 32)] == [(3, 64, 32), (3, 32, 32)]

    def test_order_and_choice(self, folder: Path) -> None:
        pictures = PictureFolder(folder)
        few = pictures.load([7, 2, 7], 16)
        every = pictures.load(range(15), 16)
        assert np.array_equal(few, every[[7, 2, 7]])
        assert pictures.load([], 16).shape == (0, 3, 16, 16)
        assert pictures.load_uncropped([], 16) == []
        assert room_for(224) == 258
        assert room_for(32) == 37

    def test_bad_arguments(self, folder: Path) -> None:
        pictures = PictureFolder(folder)
        with pytest.raises(IndexError):
            pictures.load([15], 16)
        with pytest.raises(ValueError, match=r"indices must be whole numbers of shape \(n,\)"):
            pictures.load([0.5], 16)
        with pytest.raises(ValueError, match="indices must be"):
            pictures.load(3, 16)
        with pytest.raises(ValueError, match="size must be at least 1"):
            pictures.load([0], 0)


class TestSplit:
    def test_in_proportion_and_repeatable(self, tmp_path: Path) -> None:
        for name, count in (("a", 40), ("b", 20)):
            (tmp_path / name).mkdir()
            for k in range(count):
                Image.new("L", (2, 2)).save(tmp_path / name / f"{k:02}.png")
        pictures = PictureFolder(tmp_path)
        train, validation, test = parts = pictures.split(0.1, 0.2, seed=3)
        assert sorted(np.concatenate(parts)) == list(range(60))
        assert [len(part) for part in parts] == [42, 6, 12]
        assert np.bincount(pictures.labels[test]).tolist() == [8, 4]
        assert np.bincount(pictures.labels[validation]).tolist() == [4, 2]
        again = pictures.split(0.1, 0.2, seed=3)
        assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
        assert not np.array_equal(train, pictures.split(0.1, 0.2, seed=4).train)
        assert [len(part) for part in pictures.split(0, 0)] == [60, 0, 0]
        assert [len(part) for part in pictures.split(0.5, 0)] == [30, 30, 0]

    @pytest.fixture
    def dealt(self, tmp_path: Path) -> Path:
        for part, names in (("train", "abc"), ("Val", "ab"), ("test", "abc")):
            for name in names:
                (tmp_path / part / name).mkdir(parents=True)
                for k in range(4 if part == "train" else 1):
                    Image.new("L", (2, 2)).save(tmp_path / part / name / f"{k}.png")
        return tmp_path

    def test_dealt_out_already(self, dealt: Path) -> None:
        pictures = PictureFolder(dealt)
        assert pictures.classes == ("a", "b", "c")
        train, validation, test = pictures.split(0.5, 0.3)
        assert {pictures.files[i][:6] for i in train} == {"train/"}
        assert [pictures.files[i] for i in validation] == ["Val/a/0.png", "Val/b/0.png"]
        assert [pictures.files[i] for i in test] == [f"test/{c}/0.png" for c in "abc"]
        assert len(train) == 12
        assert pictures.labels[test].tolist() == [0, 1, 2]

    def test_a_missing_part_is_taken_from_train(self, dealt: Path) -> None:
        (dealt / "Val").rename(dealt / ".put away")
        pictures = PictureFolder(dealt)
        train, validation, test = pictures.split(0.25, 0.6)
        assert [len(train), len(validation), len(test)] == [9, 3, 3]
        assert pictures.labels[validation].tolist() != []
        assert {pictures.files[i][:6] for i in validation} == {"train/"}

    def test_a_class_that_train_does_not_have(self, dealt: Path) -> None:
        (dealt / "test" / "d").mkdir()
        with pytest.raises(PictureFolderError, match=r"test/d is a class that .*train does not"):
            PictureFolder(dealt)

    def test_a_class_that_train_has_not_one_picture_of(self, dealt: Path) -> None:
        for path in (dealt / "train" / "b").iterdir():
            path.unlink()
        with pytest.raises(PictureFolderError, match="/train has no picture that can be read of b"):
            PictureFolder(dealt)

    def test_classes_that_are_called_like_parts(self, tmp_path: Path) -> None:
        for name in ("train", "test"):  # pictures of trains and of tests
            (tmp_path / name).mkdir()
            plain(tmp_path / name / "0.png")
        assert PictureFolder(tmp_path).classes == ("test", "train")

    def test_too_few(self, tmp_path: Path) -> None:
        for name, count in (("a", 9), ("b", 1)):
            (tmp_path / name).mkdir()
            for k in range(count):
                Image.new("L", (2, 2)).save(tmp_path / name / f"{k}.png")
        pictures = PictureFolder(tmp_path)
        with pytest.raises(PictureFolderError, match="b has too few pictures to be shared out"):
            for seed in range(20):
                pictures.split(0.4, 0.4, seed)

    @pytest.mark.parametrize("shares", [(-0.1, 0.1), (0.5, 0.5), (1.0, 0.0), (0.0, 1.0)])
    def test_bad_shares(self, folder: Path, shares: tuple[float, float]) -> None:
        with pytest.raises(ValueError, match=r"must be from 0 to 0\.\d"):
            PictureFolder(folder).split(*shares)


class TestThePieces:
    def test_a_picture_claims_more_than_it_is(self, tmp_path: Path) -> None:
        vast(tmp_path / "vast.png")
        with pytest.raises(PictureError, match=r"vast\.png has too many pixels") as caught:
            open_picture(tmp_path / "vast.png")
        assert caught.value.reason.startswith("has too many pixels")

    def test_pictures_are_copies(self, tmp_path: Path) -> None:
        plain(tmp_path / "a.png")
        image = open_picture(tmp_path / "a.png")
        (tmp_path / "a.png").unlink()
        assert rgb_picture(image).getpixel((0, 0)) == (255, 0, 0)

    def test_shown(self) -> None:
        assert shown("grün.png") == "grün.png"
        assert shown(os.fsdecode(b"gr\xfcn.png")) == "gr�n.png"

    def test_threads_keep_the_order_and_stop_at_an_error(self) -> None:
        assert list(in_threads(lambda n: n * n, range(50))) == [n * n for n in range(50)]
        assert list(in_threads(lambda n: n, [])) == []
        begun = []

        def fail(n: int) -> int:
            begun.append(n)
            time.sleep(0.01 if n > 3 else 0)
            return 1 // (n - 3)

        with pytest.raises(ZeroDivisionError):
            list(in_threads(fail, range(1000)))
        assert len(begun) < 1000
