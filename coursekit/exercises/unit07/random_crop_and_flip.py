"""``random_crop_and_flip``: translations and reflections of a batch of pictures."""

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, same, tiny


def _cut(wide, tops, lefts, height, width):
    """The window of each picture at its own (top, left)."""
    places = zip(wide, tops.tolist(), lefts.tolist(), strict=True)
    return torch.stack([p[:, i : i + height, j : j + width] for p, i, j in places])


def _mirror(x, flips, *axes):
    return torch.where(flips[:, None, None, None], x.flip(axes or (3,)), x)


def _around(x, padding, **options):
    return F.pad(x, (padding,) * 4, **options)


def _reference(x, tops, lefts, flips, padding=4):
    return _mirror(_cut(_around(x, padding), tops, lefts, *x.shape[2:]), flips)


exercise = Exercise(
    "random_crop_and_flip(x, tops, lefts, flips, padding=4)",
    unit="07",
    title="Translations and reflections",
    reference=_reference,
    tensors=True,
    points=4,
    checks={"one picture": 1.5, "a batch": 1.5, "in any form": 1},
    minutes=30,
    difficulty=2,
    builds_on=("pad2d", "im2col"),
    hints=(
        "First the zeros, all pictures at once: `nn.functional.pad(x, (left, right, top, bottom))` "
        "with the same number four times.",
        "Picture n of the padded batch is `wide[n]`, of shape (C, H + 2 * padding, W + 2 * "
        "padding). Its window begins at row tops[n] and column lefts[n], and has H rows and W "
        "columns.",
        "If `flips[n]` says so, the window is mirrored: its columns come in reverse order, "
        "`window.flip(-1)`. (A slice with a negative step is something that tensors do not have.)",
        "Collect the N windows in a list; `torch.stack(windows)` makes one tensor of them.",
    ),
)


@exercise.cases
def cases(rng):
    batch = "a batch"
    grid = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 2, 3)

    def at(*numbers):
        return np.array(numbers)

    yield tiny(
        "2×3 pixels, one row down and one column to the right",
        *(grid, at(0), at(0), np.array([False]), 1),
        expected=[[[[0, 0, 0], [0, 1, 2]]]],
    )
    yield tiny(
        "the same window, mirrored",
        *(grid, at(0), at(0), np.array([True]), 1),
        expected=[[[[0, 0, 0], [2, 1, 0]]]],
    )
    yield tiny(
        "two copies, each with its own window",
        *(np.concatenate([grid, grid]), at(2, 1), at(1, 2), np.array([False, True]), 1),
        expected=[[[[4, 5, 6], [0, 0, 0]]], [[[0, 3, 2], [0, 6, 5]]]],
    ).counts_for(batch)

    def one(name, count, channels, height, width, padding=None, flip=None):
        reach = 2 * (4 if padding is None else padding)
        tops, lefts = rng.integers(0, reach + 1, (2, count))
        # No two pictures alike: neither down, nor across, nor as far as mirrored.
        if count > 2 and reach:
            tops[:3], lefts[:3] = at(reach, 0, 1), at(0, reach - 1, reach)
        flips = rng.random(count) < 0.5
        flips[: min(count, 2)] = at(True, False)[: min(count, 2)]
        if flip is not None:
            flips[:] = flip
        x = 1 + rng.random((count, channels, height, width)).astype(np.float32)
        more = {} if padding is None else {"padding": padding}
        return case(name, x, tops, lefts, flips, **more)

    def fixed(name, top, left, flip, *shape, padding):
        x = 1 + rng.random(shape).astype(np.float32)
        return case(name, x, at(top), at(left), np.array([flip]), padding)

    yield fixed("3 channels, 5×4, moved up and left", 5, 4, False, 1, 3, 5, 4, padding=3)
    yield fixed("3 channels, 4×6, mirrored", 3, 1, True, 1, 3, 4, 6, padding=2)
    yield fixed("2 channels, 5×5, down and left", 0, 3, False, 1, 2, 5, 5, padding=2)
    yield fixed("no padding, mirrored", 0, 0, True, 1, 3, 3, 5, padding=0)
    yield one("5 pictures of 3×6×8, padding as usual", 5, 3, 6, 8).counts_for(batch)
    yield one("4 pictures of 3×7×5, padding 2", 4, 3, 7, 5, 2).counts_for(batch)
    yield one("6 square pictures, padding 1", 6, 2, 4, 4, 1).counts_for(batch)
    yield one("3 pictures, none mirrored", 3, 3, 5, 6, 3, False).counts_for(batch)
    yield one("4 pictures without padding", 4, 3, 4, 5, 0).counts_for(batch)
    yield one("3 pictures smaller than the padding", 3, 2, 3, 2, 4).counts_for(batch)


@exercise.holds("In the middle, and not mirrored, a picture stays as it is.")
def middle_is_the_picture(answer, rng):
    x = rng.standard_normal((3, 2, 4, 5)).astype(np.float32)
    middle = np.full(3, 2)
    return same(answer(x, middle, middle.copy(), np.zeros(3, bool), 2), x)


# Where the window is


@exercise.mistake(
    "tops and lefts have changed places: the window begins at row tops[n], column lefts[n]."
)
def exchanges_tops_and_lefts(x, tops, lefts, flips, padding=4):
    return _reference(x, lefts, tops, flips, padding)


@exercise.mistake(
    "All pictures get the window of the first: picture n has its own, at tops[n] and lefts[n]."
)
def one_window_for_all(x, tops, lefts, flips, padding=4):
    return _reference(x, tops[:1].expand(len(x)), lefts[:1].expand(len(x)), flips, padding)


@exercise.mistake(
    "The pictures are moved the other way: the window begins at tops[n] of the padded picture, so "
    "a small top leaves zeros above."
)
def moves_the_other_way(x, tops, lefts, flips, padding=4):
    return _reference(x, 2 * padding - tops, 2 * padding - lefts, flips, padding)


@exercise.mistake("The windows are cut at the middle: use tops[n] and lefts[n].")
def cuts_the_middle(x, tops, lefts, flips, padding=4):
    return _reference(x, 0 * tops + padding, 0 * lefts + padding, flips, padding)


@exercise.mistake("The windows are cut at the top left corner: use tops[n] and lefts[n].")
def cuts_the_corner(x, tops, lefts, flips, padding=4):
    return _reference(x, 0 * tops, 0 * lefts, flips, padding)


@exercise.mistake("`tops` is used, `lefts` is not: the window begins at column lefts[n].")
def moves_rows_only(x, tops, lefts, flips, padding=4):
    return _reference(x, tops, 0 * lefts + padding, flips, padding)


@exercise.mistake("`lefts` is used, `tops` is not: the window begins at row tops[n].")
def moves_columns_only(x, tops, lefts, flips, padding=4):
    return _reference(x, 0 * tops + padding, lefts, flips, padding)


@exercise.mistake("Columns are cut from `tops` too: they begin at lefts[n].")
def tops_for_both(x, tops, lefts, flips, padding=4):
    return _reference(x, tops, tops, flips, padding)


@exercise.mistake(
    "The window is one row and column too far on: it begins at tops[n], counted from 0."
)
def one_too_far(x, tops, lefts, flips, padding=4):
    wide = F.pad(x, (padding, padding + 1, padding, padding + 1))
    return _mirror(_cut(wide, tops + 1, lefts + 1, *x.shape[2:]), flips)


@exercise.mistake(
    "The rest of the padded picture came back, from (top, left) on: cut H rows and W columns."
)
def cuts_the_rest(x, tops, lefts, flips, padding=4):
    wide = _around(x, padding)
    height, width = (n - int(s.max()) for n, s in zip(wide.shape[2:], (tops, lefts), strict=True))
    return _mirror(_cut(wide, tops, lefts, height, width), flips)


@exercise.mistake("The padded pictures came back whole: cut a window of H rows and W columns.")
def keeps_all_of_it(x, tops, lefts, flips, padding=4):
    return _mirror(_around(x, padding), flips)


@exercise.mistake("The windows are square: H rows and W columns, which are not always as many.")
def cuts_squares(x, tops, lefts, flips, padding=4):
    wide = F.pad(x, (padding, padding + x.shape[2], padding, padding))
    return _mirror(_cut(wide, tops, lefts, x.shape[2], x.shape[2]), flips)


@exercise.mistake("Height and width have changed places: H rows, W columns.")
def exchanges_height_and_width(x, tops, lefts, flips, padding=4):
    wide = F.pad(x, (padding, padding + x.shape[2], padding, padding + x.shape[3]))
    return _mirror(_cut(wide, tops, lefts, x.shape[3], x.shape[2]), flips)


@exercise.mistake("The window is one row and column too small: `top : top + H` has H rows.")
def one_too_small(x, tops, lefts, flips, padding=4):
    height, width = x.shape[2:]
    return _mirror(_cut(_around(x, padding), tops, lefts, height - 1, width - 1), flips)


@exercise.mistake(
    "The windows are cut from pictures that were never padded, so they are smaller, or empty: pad "
    "first."
)
def forgets_to_pad(x, tops, lefts, flips, padding=4):
    places = zip(x, tops.tolist(), lefts.tolist(), flips.tolist(), strict=True)
    height, width = x.shape[2:]
    cut = [(p[:, i : i + height, j : j + width], flip) for p, i, j, flip in places]
    return torch.stack([p.flip(-1) if flip else p for p, flip in cut])


# What is around the pictures


def _padded_otherwise(name, says, pad):
    """A mistake that is the right answer with other padding: ``pad(x, padding)``."""

    def answer(x, tops, lefts, flips, padding=4):
        return _mirror(_cut(pad(x, padding), tops, lefts, *x.shape[2:]), flips)

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _reflected(x, padding):
    rows, columns = (
        torch.arange(-padding, n + padding).abs().remainder(max(2 * n - 2, 1)) for n in x.shape[2:]
    )
    rows = torch.minimum(rows, 2 * x.shape[2] - 2 - rows).clamp_min(0)
    columns = torch.minimum(columns, 2 * x.shape[3] - 2 - columns).clamp_min(0)
    return x[:, :, rows][:, :, :, columns]


for _name, _says, _pad in (
    (
        "repeats_the_border",
        "The pixels of the border are repeated around the picture: zeros belong there.",
        lambda x, padding: F.pad(x, (padding,) * 4, mode="replicate"),
    ),
    (
        "reflects_the_border",
        "The picture is reflected at its border: zeros belong around it.",
        _reflected,
    ),
    (
        "goes_round",
        "What leaves on one side comes back on the other (`torch.roll`, circular padding): zeros "
        "belong around the picture.",
        lambda x, padding: x.repeat(1, 1, 11, 11)[
            :,
            :,
            5 * x.shape[2] - padding : 6 * x.shape[2] + padding,
            5 * x.shape[3] - padding : 6 * x.shape[3] + padding,
        ],
    ),
    (
        "pads_with_ones",
        "Ones stand around the picture: zeros belong there.",
        lambda x, padding: F.pad(x, (padding,) * 4, value=1.0),
    ),
    (
        "pads_with_the_mean",
        "The mean of the pixels stands around the picture: zeros belong there.",
        lambda x, padding: F.pad(x - x.mean(), (padding,) * 4) + x.mean(),
    ),
    (
        "always_pads_4",
        "4 rows and columns are added, whatever `padding` says.",
        lambda x, padding: F.pad(x, (4,) * 4 if padding < 4 else (padding,) * 4),
    ),
    (
        "pads_below_and_right",
        "The pictures lie too far up and left: `padding` zeros go on each of the four sides, and "
        "tops and lefts count from the corner of the padded picture (nothing is added to them).",
        lambda x, padding: F.pad(x, (0, 2 * padding, 0, 2 * padding)),
    ),
    (
        "pads_above_and_left",
        "The pictures lie too far down and right: `padding` zeros go on each of the four sides, "
        "and tops and lefts count from the corner of the padded picture (nothing is taken off).",
        lambda x, padding: F.pad(x, (2 * padding, 0, 2 * padding, 0)),
    ),
    (
        "pads_columns_only",
        "Only columns are added: `F.pad` takes (left, right, top, bottom), four numbers.",
        lambda x, padding: F.pad(x, (padding, padding, 0, 0)),
    ),
    (
        "pads_other_axes",
        "The batch or the channels are padded: `F.pad` begins with the last axis, (left, right, "
        "top, bottom).",
        lambda x, padding: F.pad(x, (0, 0, 0, 0, padding, padding)),
    ),
):
    _padded_otherwise(_name, _says, _pad)


# The mirror


def _mirrored_otherwise(name, says, mirror):
    """A mistake that is the right windows with another mirror: ``mirror(windows, flips)``."""

    def answer(x, tops, lefts, flips, padding=4):
        return mirror(_cut(_around(x, padding), tops, lefts, *x.shape[2:]), flips)

    answer.__name__ = name
    exercise.mistake(says)(answer)


for _name, _says, _wrong in (
    ("never_mirrors", "Nothing is mirrored: `flips` is not used.", lambda w, f: w),
    (
        "always_mirrors",
        "Every picture is mirrored: only those with flips[n].",
        lambda w, f: w.flip(3),
    ),
    (
        "mirrors_the_others",
        "The others are mirrored: those with flips[n] True are.",
        lambda w, f: _mirror(w, ~f),
    ),
    (
        "mirrors_all_or_none",
        "All pictures go by the first one's flip: each has its own flips[n].",
        lambda w, f: w.flip(3) if f[0] else w,
    ),
    (
        "mirrors_all_if_any",
        "All pictures are mirrored if any is: each goes by its own flips[n].",
        lambda w, f: w.flip(3) if f.any() else w,
    ),
    (
        "upside_down",
        "The pictures are turned upside down: mirrored, their columns come in reverse order "
        "(`dim=-1`), and their rows stay.",
        lambda w, f: _mirror(w, f, 2),
    ),
    (
        "turns_by_180",
        "The pictures are turned by 180°: only the columns come in reverse order (`dim=-1`).",
        lambda w, f: _mirror(w, f, 2, 3),
    ),
    (
        "reverses_colours",
        "The channels come in reverse order: the columns do (`dim=-1`). In `window[n]`, axis 0 is "
        "the channels.",
        lambda w, f: _mirror(w, f, 1),
    ),
    (
        "reverses_the_batch",
        "The pictures change places (`flip(0)`): the columns of each come in reverse order "
        "(`dim=-1`).",
        lambda w, f: _mirror(w, f, 0),
    ),
    (
        "transposes",
        "Rows and columns are exchanged: mirrored, the columns come in reverse order.",
        lambda w, f: _mirror_to(w, f, w.mT if w.shape[2] == w.shape[3] else w.flip(2)),
    ),
    (
        "picks_out",
        "Only the mirrored pictures came back: the others belong in the answer too.",
        lambda w, f: w[f].flip(3),
    ),
    (
        "mirrored_first",
        "The mirrored pictures come first, then the others: every picture keeps its place.",
        lambda w, f: torch.cat([w[f].flip(3), w[~f]]),
    ),
):
    _mirrored_otherwise(_name, _says, _wrong)


def _mirror_to(windows, flips, other):
    return torch.where(flips[:, None, None, None], other, windows)


@exercise.mistake(
    "Mirrored before it is cut: the window then begins at the wrong column. Cut first, then mirror."
)
def mirrors_before_cutting(x, tops, lefts, flips, padding=4):
    wide = _mirror(_around(x, padding), flips)
    return _cut(wide, tops, lefts, *x.shape[2:])


@exercise.mistake(
    "`reshape` or `view` does not exchange axes, it reads the numbers on in a new shape. Keep (N, "
    "C, H, W), and stack along a new axis 0."
)
def mixes_the_channels(x, tops, lefts, flips, padding=4):
    right = _reference(x, tops, lefts, flips, padding)
    return right.permute(0, 2, 3, 1).reshape(x.shape)


@exercise.mistake("The channels stand last: the answer has the axes of x, (N, C, H, W).")
def channels_last(x, tops, lefts, flips, padding=4):
    return _reference(x, tops, lefts, flips, padding).permute(0, 2, 3, 1)


@exercise.mistake(
    "The windows are joined to one tall picture (`torch.cat`): `torch.stack` makes a batch."
)
def joins_the_windows(x, tops, lefts, flips, padding=4):
    return torch.cat(list(_reference(x, tops, lefts, flips, padding)))


@exercise.mistake("Only one picture came back: does `return` stand inside the loop?")
def returns_in_the_loop(x, tops, lefts, flips, padding=4):
    return _reference(x, tops, lefts, flips, padding)[0]


@exercise.mistake("All pictures are windows of the first one: cut window n from picture n.")
def cuts_from_the_first(x, tops, lefts, flips, padding=4):
    return _reference(x[:1].expand(x.shape), tops, lefts, flips, padding)


@exercise.also_right("index arrays, no loop")
def with_index_arrays(x, tops, lefts, flips, padding=4):
    n, _, height, width = x.shape
    rows = tops[:, None] + torch.arange(height)
    columns = torch.arange(width).expand(n, width)
    columns = lefts[:, None] + torch.where(flips[:, None], width - 1 - columns, columns)
    wide = F.pad(x, [padding] * 4)
    picture = torch.arange(n)[:, None, None]
    return wide[picture, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@exercise.also_right("zeros, and each picture written where it comes to lie")
def written_into_zeros(x, tops, lefts, flips, padding=4):
    out = []
    height, width = x.shape[-2:]
    for picture, top, left, flip in zip(x, tops, lefts, flips, strict=True):
        wide = x.new_zeros(len(picture), height + 2 * padding, width + 2 * padding)
        wide[:, padding : padding + height, padding : padding + width] = picture
        window = wide[:, top : top + height, left : left + width]
        out.append(torch.fliplr(window.permute(1, 2, 0)).permute(2, 0, 1) if flip else window)
    return torch.stack(out)


@exercise.also_right("NumPy on the way")
def with_numpy(x, tops, lefts, flips, padding=4):
    border = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    wide, out = np.pad(x.numpy(), border), np.zeros(x.shape, x.numpy().dtype)
    for n in range(len(x)):
        i, j = int(tops[n]), int(lefts[n])
        window = wide[n, :, i : i + x.shape[2], j : j + x.shape[3]]
        out[n] = window[:, :, ::-1] if flips[n] else window
    return torch.from_numpy(out)


@exercise.also_right("mirrored by a mirrored index; two gathers")
def with_gather(x, tops, lefts, flips, padding=4):
    n, c, height, width = x.shape
    wide = F.pad(x, (padding, padding, padding, padding), "constant", 0)
    rows = (tops.view(-1, 1) + torch.arange(height)).view(n, 1, height, 1)
    columns = lefts.view(-1, 1) + torch.arange(width)
    columns = torch.where(flips.view(-1, 1), columns.flip(1), columns).view(n, 1, 1, width)
    down = wide.gather(2, rows.expand(n, c, height, wide.shape[3]))
    return down.gather(3, columns.expand(n, c, height, width))


@exercise.also_right("mirrored before cutting, with the window mirrored too")
def mirrored_first_and_cut_right(x, tops, lefts, flips, padding=4):
    wide = _mirror(_around(x, padding), flips)
    return _cut(wide, tops, torch.where(flips, 2 * padding - lefts, lefts), *x.shape[2:])
