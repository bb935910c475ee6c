"""The checks of the assignment "retouching": see docs/assignments.md, which explains every line."""

import numpy as np
from scipy import ndimage

from coursekit.exercises import Comparison, Exercise, case, same, tiny

# 1 · stretch ------------------------------------------------------------------------------------


def stretch_by_interpolation(image, low=0.0, high=1.0):
    image = np.asarray(image, float)
    if np.ptp(image) == 0:
        return np.zeros(image.shape) + low
    return np.interp(image, [image.min(), image.max()], [low, high])


stretch = Exercise(
    "stretch(image, low=0.0, high=1.0)",
    unit="90",
    title="More contrast",
    reference=stretch_by_interpolation,
    points=3,
    checks={"in proportion": 1, "low and high": 1, "no contrast": 0.5, "in any form": 0.5},
    minutes=15,
    difficulty=2,
    hints=(
        "Which share of the way from the darkest to the brightest pixel is a pixel of 3, when "
        "these are 2 and 6?",
        "Two steps: first to shares from 0 to 1, then from there to `low` … `high`.",
        "When darkest and brightest are the same, the share would be 0 / 0: catch that first.",
    ),
)


@stretch.cases
def stretch_cases(rng):
    yield tiny("three pixels", np.array([[2.0, 3.0, 6.0]]), expected=[[0, 0.25, 1]])
    yield tiny(
        "low and high given", np.array([[2.0, 3.0, 6.0]]), 10, 30, expected=[[10, 15, 30]]
    ).counts_for("low and high")
    yield tiny(
        "all pixels the same", np.array([[7.0, 7.0]]), 0.25, expected=[[0.25, 0.25]]
    ).counts_for("no contrast")
    yield case("a wide picture", rng.random((4, 7)) * 0.3 + 0.2)
    yield case("the same shape again", rng.random((4, 7)) * 0.3 + 0.2)
    yield case("one column, above and below 0", rng.standard_normal((6, 1)) * 5)
    yield case("bytes (uint8)", rng.integers(20, 200, (5, 5), np.uint8))
    yield case("bytes to large numbers", rng.integers(0, 256, (3, 3), np.uint8), 0, 1000)
    yield case("whole numbers, far from 0", rng.integers(1000, 1020, (3, 8)))
    yield case("from −1 to 1", rng.random((3, 4)), low=-1.0).counts_for("low and high")
    yield case("a negative", rng.random((5, 2)), 255.0, 0.0).counts_for("low and high")
    yield case("only high", rng.random((2, 5)), high=1000).counts_for("low and high")
    yield case("bytes to bytes", rng.integers(0, 99, (4, 4), np.uint8), 0, 255).counts_for(
        "low and high"
    )
    yield case("a flat picture", np.full((2, 3), rng.random()), rng.random()).counts_for(
        "no contrast"
    )
    yield case("a flat picture of zeros", np.zeros((2, 3))).counts_for("no contrast")
    yield case("one byte", np.array([[3]], np.uint8), -2, 5).counts_for("no contrast")


@stretch.holds("A stretched picture that is stretched again stays as it is.")
def twice_is_once(answer, rng):
    once = np.asarray(answer(rng.random((3, 5)) * 9))
    return same(answer(once), once)


@stretch.mistake("The darkest pixel is not taken away before you divide.")
def keeps_the_darkest(image, low=0.0, high=1.0):
    image = np.asarray(image, float)
    return low + image / image.max() * (high - low)


@stretch.mistake("`low` and `high` are ignored.")
def ignores_low_and_high(image, low=0.0, high=1.0):
    return stretch_by_interpolation(image)


@stretch.mistake("You multiply by `high`; the range from `low` to `high` is `high - low` wide.")
def multiplies_by_high(image, low=0.0, high=1.0):
    return low + stretch_by_interpolation(image) * high


@stretch.mistake("A picture without contrast gives 0 / 0. Catch it before you divide.")
def divides_by_nothing(image, low=0.0, high=1.0):
    image = np.asarray(image, float)
    with np.errstate(all="ignore"):
        return low + (image - image.min()) / (image.max() - image.min()) * (high - low)


@stretch.mistake("A picture without contrast becomes `low`; yours becomes 0.")
def flat_becomes_0(image, low=0.0, high=1.0):
    if np.ptp(image) == 0:
        return np.zeros(np.shape(image))
    return stretch_by_interpolation(image, low, high)


@stretch.mistake("Each row is stretched by itself. Darkest and brightest are of the whole picture.")
def row_by_row(image, low=0.0, high=1.0):
    return np.array([stretch_by_interpolation(row, low, high) for row in image])


@stretch.mistake("The result is cut to whole numbers.")
def cuts(image, low=0.0, high=1.0):
    return stretch_by_interpolation(image, low, high).astype(int)


@stretch.mistake("You assume bytes: 0 to 255 is not the range of this picture.")
def assumes_bytes(image, low=0.0, high=1.0):
    return low + np.asarray(image, float) / 255 * (high - low)


@stretch.also_right("loops and lists")
def stretch_with_loops(image, low=0.0, high=1.0):
    values = [float(v) for row in image for v in row]
    a, b = min(values), max(values)
    if a == b:
        return [[low for _ in row] for row in image]
    return [[low + (v - a) / (b - a) * (high - low) for v in row] for row in image]


@stretch.also_right("from the other end")
def stretch_from_the_other_end(image, low=0.0, high=1.0):
    image = np.array(image, dtype=float)
    width = image.max() - image.min()
    return high - (image.max() - image) * ((high - low) / width) if width else image * 0 + low


@stretch.also_right("a straight line through two points, in single precision")
def stretch_with_a_line(image, low=0.0, high=1.0):
    a, b = np.min(image), np.max(image)
    share = (np.asarray(image, float) - a) / max(float(b) - float(a), 1e-300)
    return (low * (1 - share) + high * share).astype(np.float32)


@stretch.also_right("PyTorch", needs="torch")
def stretch_with_torch(image, low=0.0, high=1.0):
    import torch

    x = torch.tensor(np.ascontiguousarray(image)).double()
    x = x - x.min()
    return low + x / (x.max() if x.max() > 0 else 1) * (high - low)


# 2 · bounding_box -------------------------------------------------------------------------------


def box_by_projections(mask):
    mask = np.asarray(mask, bool)
    if not mask.any():
        return 0, 0, 0, 0
    rows, columns = (np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0)))
    return (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)


bounding_box = Exercise(
    "bounding_box(mask)",
    unit="90",
    title="Where is the thing?",
    reference=box_by_projections,
    points=3,
    checks={"where it is": 2, "at the edge, or nothing": 0.5, "in any form": 0.5},
    comparison=Comparison(outputs=("top", "bottom", "left", "right"), whole=True),
    minutes=15,
    difficulty=2,
    hints=(
        "Which rows hold anything at all?",
        "`mask.any(axis=1)` has one True or False for each row; `np.flatnonzero` gives the places.",
        "The first place is the top; the last place plus one is the bottom.",
    ),
)


@bounding_box.cases
def box_cases(rng):
    thing = np.zeros((4, 5), bool)
    thing[1, 2:4] = thing[2, 1] = True
    yield tiny("the example", thing, expected=(1, 3, 1, 4))
    yield tiny("one pixel, in a corner", np.eye(1, 3, 2, dtype=bool), expected=(0, 1, 2, 3))
    yield tiny("nothing is True", np.zeros((2, 3), bool), expected=(0, 0, 0, 0)).counts_for(
        "at the edge, or nothing"
    )
    yield tiny("everything is True", np.ones((3, 2), bool), expected=(0, 3, 0, 2))
    for height, width in ((9, 14), (9, 14), (13, 6)):
        mask = np.zeros((height, width), bool)
        mask[rng.integers(2, height - 1, 3), rng.integers(1, width - 2, 3)] = True
        yield case(f"three pixels among {height}×{width}", mask)
    for name, place in (("first", 0), ("last", -1)):
        mask = np.zeros((6, 7), bool)
        mask[place, rng.integers(0, 7, 2)] = True
        yield case(f"in the {name} row", mask).counts_for("at the edge, or nothing")
        yield case(f"in the {name} column", mask.T).counts_for("at the edge, or nothing")
    yield case("a large empty mask", np.zeros((8, 8), bool)).counts_for("at the edge, or nothing")


@bounding_box.mistake("`bottom` and `right` are the last row and column; they are one further.")
def last_belongs_to_it(mask):
    top, bottom, left, right = box_by_projections(mask)
    return top, max(bottom - 1, 0), left, max(right - 1, 0)


@bounding_box.mistake("Rows and columns are exchanged: top and bottom count rows.")
def exchanges_rows_and_columns(mask):
    top, bottom, left, right = box_by_projections(mask)
    return left, right, top, bottom


@bounding_box.mistake("The order is (top, bottom, left, right); `left` comes too early.")
def another_order(mask):
    top, bottom, left, right = box_by_projections(mask)
    return top, left, bottom, right


@bounding_box.mistake("The last two are height and width; they should be places.")
def gives_height_and_width(mask):
    top, bottom, left, right = box_by_projections(mask)
    return top, bottom - top, left, right - left


@bounding_box.mistake("A mask in which nothing is True has no smallest row: catch it first.")
def fails_on_nothing(mask):
    rows, columns = np.nonzero(mask)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


@bounding_box.mistake("An empty mask gives four zeros; yours gives the whole picture.")
def whole_picture_for_nothing(mask):
    return box_by_projections(mask) if np.any(mask) else (0, len(mask), 0, len(mask[0]))


@bounding_box.mistake("`np.nonzero` lists places row by row: its first column is not the leftmost.")
def takes_the_first_place(mask):
    rows, columns = np.nonzero(mask)
    return (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) if rows.size else (0, 0, 0, 0)


@bounding_box.also_right("four loops")
def box_with_loops(mask):
    places = [(y, x) for y, row in enumerate(mask) for x, value in enumerate(row) if value]
    if not places:
        return [0, 0, 0, 0]
    ys, xs = zip(*places, strict=True)
    return [min(ys), max(ys) + 1, min(xs), max(xs) + 1]


@bounding_box.also_right("argmax from both sides, as an array")
def box_with_argmax(mask):
    mask = np.asarray(mask)
    found = []
    for line in (mask.any(1), mask.any(0)):
        found += [line.argmax(), len(line) - line[::-1].argmax()] if line.any() else [0, 0]
    return np.array(found)


@bounding_box.also_right("scipy.ndimage")
def box_with_scipy(mask):
    found = ndimage.find_objects(np.asarray(mask).astype(int))
    return [n for s in found[0] for n in (s.start, s.stop)] if found else (0, 0, 0, 0)


@bounding_box.also_right("coordinates sorted, as 32-bit integers")
def box_with_argwhere(mask):
    places = np.argwhere(mask)
    if not len(places):
        return tuple(np.zeros(4, np.int32))
    return tuple(np.stack([places.min(0), places.max(0) + 1], 1).ravel().astype(np.int32))


# 3 · contact_sheet ------------------------------------------------------------------------------


def sheet_by_padding(images, columns, gap=1):
    images = np.asarray(images)
    count, height, width = images.shape
    rows = (count + columns - 1) // columns
    padded = np.zeros((rows * columns, height + gap, width + gap), images.dtype)
    padded[:count, :height, :width] = images
    grid = padded.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    grid = grid.reshape(rows * (height + gap), columns * (width + gap))
    return grid[: grid.shape[0] - gap, : grid.shape[1] - gap]


contact_sheet = Exercise(
    "contact_sheet(images, columns, gap=1)",
    unit="90",
    title="Many pictures on one sheet",
    reference=sheet_by_padding,
    points=4,
    checks={"full rows": 1.5, "other gaps": 1, "a last row not full": 1, "in any form": 0.5},
    minutes=25,
    difficulty=3,
    hints=(
        "Begin with the shape of the sheet: how many rows do 7 pictures need in 3 columns?",
        "Make a sheet of zeros; then work out where picture number i begins.",
        "Its row is `i // columns`, its column `i % columns`; a step down is H + `gap` pixels.",
    ),
)


@contact_sheet.cases
def sheet_cases(rng):
    x = rng.standard_normal
    three = np.array([[[1, 2]], [[3, 4]], [[5, 6]]])
    yield tiny("three in one row", three, 3, expected=[[1, 2, 0, 3, 4, 0, 5, 6]])
    yield tiny(
        "three in two columns", three, 2, expected=[[1, 2, 0, 3, 4], [0] * 5, [5, 6, 0, 0, 0]]
    ).counts_for("a last row not full")
    yield tiny("no gap", three, 1, 0, expected=[[1, 2], [3, 4], [5, 6]]).counts_for("other gaps")
    yield case("two rows of three", x((6, 3, 4)), 3)
    yield case("the same shapes again", x((6, 3, 4)), 3)
    yield case("three rows of two", x((6, 2, 5)), 2)
    yield case("one picture", x((1, 4, 3)), 1)
    yield case("single pixels", x((4, 1, 1)), 2)
    yield case("one column", x((3, 2, 2)), 1)
    yield case("bytes (uint8)", rng.integers(0, 256, (4, 3, 2), np.uint8), 2)
    yield case("large and small numbers, and a 0", x((2, 3, 2)).round() * 1000, 2)
    yield case("a gap of 3", x((4, 2, 3)), 2, gap=3).counts_for("other gaps")
    yield case("no gap, two rows", x((6, 3, 2)), 3, gap=0).counts_for("other gaps")
    yield case("five in three columns", x((5, 4, 3)), 3).counts_for("a last row not full")
    yield case("seven in three, gap 2", x((7, 2, 3)), 3, 2).counts_for("a last row not full")
    yield case("fewer than a row", x((2, 3, 3)), 5).counts_for("a last row not full")


@contact_sheet.mistake("There is a gap after the last picture too; gaps stand between pictures.")
def gap_at_the_end(images, columns, gap=1):
    return np.pad(sheet_by_padding(images, columns, gap), ((0, gap), (0, gap)))


@contact_sheet.mistake("There is a border around the sheet; gaps stand between pictures only.")
def border_around(images, columns, gap=1):
    return np.pad(sheet_by_padding(images, columns, gap), gap)


@contact_sheet.mistake("The pictures run down the columns; fill the first row first.")
def down_the_columns(images, columns, gap=1):
    images = np.asarray(images)
    rows = -(-len(images) // columns)
    places = np.zeros((rows * columns, *images.shape[1:]), images.dtype)
    for i, image in enumerate(images):
        places[i % rows * columns + i // rows] = image
    return sheet_by_padding(places, columns, gap)


@contact_sheet.mistake("Pictures that do not fill a row are lost: round the number of rows up.")
def loses_the_last_row(images, columns, gap=1):
    full = len(images) // columns * columns
    return sheet_by_padding(images[: max(full, 1)], columns, gap)


@contact_sheet.mistake("When the last row is full, an empty row comes after it: round up.")
def one_row_too_many(images, columns, gap=1):
    sheet = sheet_by_padding(images, columns, gap)
    if len(images) % columns:
        return sheet
    return np.pad(sheet, ((0, len(images[0]) + gap), (0, 0)))


@contact_sheet.mistake("The gap is always 1; use `gap`.")
def always_1(images, columns, gap=1):
    return sheet_by_padding(images, columns)


@contact_sheet.mistake("The gaps hold ones; they should hold zeros.")
def gaps_of_ones(images, columns, gap=1):
    marks = sheet_by_padding(np.ones(np.shape(images)), columns, gap)
    return np.where(marks == 1, sheet_by_padding(images, columns, gap), 1)


@contact_sheet.mistake("The sheet is only as wide as the pictures need; it has `columns` columns.")
def only_as_wide_as_needed(images, columns, gap=1):
    return sheet_by_padding(images, min(columns, len(images)), gap)


@contact_sheet.mistake("`columns` is taken for the number of rows.")
def columns_as_rows(images, columns, gap=1):
    return sheet_by_padding(images, -(-len(images) // columns), gap)


@contact_sheet.also_right("pictures joined with concatenate")
def sheet_with_concatenate(images, columns, gap=1):
    images = [np.asarray(image) for image in images]
    height, width = images[0].shape
    images += [np.zeros((height, width))] * (-len(images) % columns)
    rows = []
    for i in range(0, len(images), columns):
        row = images[i : i + columns]
        parts = [part for image in row for part in (image, np.zeros((height, gap)))]
        rows += [np.concatenate(parts[:-1], 1)]
    between = np.zeros((gap, rows[0].shape[1]))
    return np.concatenate([part for row in rows for part in (row, between)][:-1])


@contact_sheet.also_right("pixel by pixel, as lists")
def sheet_with_lists(images, columns, gap=1):
    count, height, width = np.shape(images)
    rows = (count - 1) // columns + 1
    sheet = [[0.0] * (columns * (width + gap) - gap) for _ in range(rows * (height + gap) - gap)]
    for i in range(count):
        for y in range(height):
            for x in range(width):
                down, right = (i // columns * (height + gap), i % columns * (width + gap))
                sheet[down + y][right + x] = float(images[i][y][x])
    return sheet


@contact_sheet.also_right("places worked out with divmod, in single precision")
def sheet_with_divmod(images, columns, gap=1):
    count, height, width = images.shape
    rows = int(np.ceil(count / columns))
    sheet = np.zeros(
        (rows * height + (rows - 1) * gap, columns * width + (columns - 1) * gap), np.float32
    )
    for i in range(count):
        row, column = divmod(i, columns)
        y, x = row * (height + gap), column * (width + gap)
        sheet[y : y + height, x : x + width] = images[i]
    return sheet


@contact_sheet.also_right("PyTorch", needs="torch")
def sheet_with_torch(images, columns, gap=1):
    import torch

    x = torch.tensor(np.ascontiguousarray(images))
    n, h, w = x.shape
    rows = -(-n // columns)
    out = torch.zeros((rows * (h + gap) - gap, columns * (w + gap) - gap), dtype=x.dtype)
    for i in range(n):
        y, z = i // columns * (h + gap), i % columns * (w + gap)
        out[y : y + h, z : z + w] = x[i]
    return out


# 4 · despeckle ----------------------------------------------------------------------------------


def despeckle_with_nanmedian(image, tolerance, size=3):
    image = np.asarray(image, float)
    padded = np.pad(image, size // 2, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    middle = np.nanmedian(windows, axis=(2, 3))
    return np.where(np.abs(image - middle) > tolerance, middle, image)


despeckle = Exercise(
    "despeckle(image, tolerance, size=3)",
    unit="90",
    title="Take out the specks",
    reference=despeckle_with_nanmedian,
    points=3,
    checks={"specks": 1, "other tolerances and sizes": 1.5, "in any form": 0.5},
    minutes=30,
    difficulty=3,
    hints=(
        "Write the result into a copy: the next window must not see what you have changed.",
        "The window around (y, x) goes from `y - size // 2` to `y + size // 2`, both included.",
        "A negative index counts from the end: cut the window off at 0 with `max(0, …)`.",
    ),
)


@despeckle.cases
def despeckle_cases(rng):
    more = "other tolerances and sizes"
    flat = np.full((3, 4), 5.0)
    flat[1, 1] = 9.0
    yield tiny("one white speck", flat, 1, expected=np.full((3, 4), 5.0))
    yield tiny("a speck as large as the tolerance", flat, 4, expected=flat).counts_for(more)
    yield tiny(
        "a speck in the corner", np.array([[0.0, 5, 5], [5, 5, 5]]), 1, expected=[[5] * 3] * 2
    )
    x = rng.standard_normal
    yield case("noise, everything replaced", x((5, 7)), 0)
    yield case("the same shape again", x((5, 7)), 0)
    yield case("half of it replaced", x((5, 7)), 0.5)
    yield case("one row", x((1, 9)), 0.3)
    yield case("whole numbers", rng.integers(-2000, 2000, (6, 4)), 500)
    yield case("bytes (uint8)", rng.integers(0, 256, (4, 6), np.uint8), 40)
    slope = np.add.outer(np.arange(6.0), 2 * np.arange(8.0))
    slope[2, 3], slope[4, 6] = 90, -90
    yield case("two specks on a slope", slope, 10)
    yield case("windows of 5×5", x((7, 8)), 0.4, 5).counts_for(more)
    yield case("windows larger than the picture", x((3, 4)), 0.2, size=9).counts_for(more)
    yield case("windows of one pixel", x((3, 3)), 0.0, 1).counts_for(more)
    yield case("a large tolerance", x((4, 5)), 1.5).counts_for(more)


@despeckle.holds("Nothing changes when the tolerance is larger than any difference.")
def keeps_what_it_tolerates(answer, rng):
    image = rng.random((4, 5))
    return same(answer(image, 2.0), image)


@despeckle.mistake("Every pixel is replaced; only those that differ by more than `tolerance` are.")
def replaces_all(image, tolerance, size=3):
    return despeckle_with_nanmedian(image, -1, size)


@despeckle.mistake("A difference of exactly `tolerance` is still allowed: `>`, not `>=`.")
def replaces_at_the_tolerance(image, tolerance, size=3):
    return despeckle_with_nanmedian(image, np.nextafter(tolerance, -1), size)


@despeckle.mistake("You take the mean of the window; it should be the median.")
def takes_the_mean(image, tolerance, size=3):
    image = np.asarray(image, float)
    padded = np.pad(image, size // 2, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    middle = np.nanmean(windows, axis=(2, 3))
    return np.where(np.abs(image - middle) > tolerance, middle, image)


@despeckle.mistake("Only pixels that are too bright are replaced: too dark ones are specks too.")
def bright_ones_only(image, tolerance, size=3):
    image = np.asarray(image, float)
    middle = despeckle_with_nanmedian(image, -1, size)
    return np.where(image - middle > tolerance, middle, image)


@despeckle.mistake("The picture is filled with zeros around it; windows hold only existing pixels.")
def zeros_around(image, tolerance, size=3):
    image = np.asarray(image, float)
    middle = ndimage.median_filter(image, size, mode="constant")
    return np.where(np.abs(image - middle) > tolerance, middle, image)


@despeckle.mistake("The edge is repeated around the picture; windows hold only existing pixels.")
def edge_repeated(image, tolerance, size=3):
    image = np.asarray(image, float)
    middle = ndimage.median_filter(image, size, mode="nearest")
    return np.where(np.abs(image - middle) > tolerance, middle, image)


@despeckle.mistake("The result has the picture's dtype, which cuts medians to whole numbers.")
def keeps_the_dtype(image, tolerance, size=3):
    return despeckle_with_nanmedian(image, tolerance, size).astype(image.dtype)


@despeckle.mistake("`size` is ignored: the windows are always 3×3.")
def always_3(image, tolerance, size=3):
    return despeckle_with_nanmedian(image, tolerance)


@despeckle.mistake("The pixel itself is left out of its window; it belongs to it.")
def leaves_the_middle_out(image, tolerance, size=3):
    image = np.asarray(image, float)
    padded = np.pad(image, size // 2, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size)).copy()
    windows[:, :, size // 2, size // 2] = np.nan
    if size == 1:
        return image
    middle = np.nanmedian(windows, axis=(2, 3))
    return np.where(np.abs(image - middle) > tolerance, middle, image)


@despeckle.mistake("Later windows see what you have replaced: write into a copy.")
def sees_what_it_replaced(image, tolerance, size=3):
    image = np.array(image, float)
    reach = size // 2
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            window = image[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
            if abs(image[y, x] - np.median(window)) > tolerance:
                image[y, x] = np.median(window)
    return image


@despeckle.also_right("sorted windows, as lists")
def despeckle_with_sorted_lists(image, tolerance, size=3):
    rows = [[float(v) for v in row] for row in image]
    reach, result = size // 2, []
    for y, row in enumerate(rows):
        new = []
        for x, value in enumerate(row):
            near = rows[max(0, y - reach) : y + reach + 1]
            window = sorted(v for r in near for v in r[max(0, x - reach) : x + reach + 1])
            half = len(window) // 2
            middle = window[half] if len(window) % 2 else (window[half - 1] + window[half]) / 2
            new.append(middle if abs(value - middle) > tolerance else value)
        result.append(new)
    return result


@despeckle.also_right("a masked array")
def despeckle_with_a_mask(image, tolerance, size=3):
    image = np.asarray(image, float)
    result, (height, width) = np.array(image), image.shape
    ys, xs = np.mgrid[:height, :width]
    for y, x in np.ndindex(height, width):
        near = (abs(ys - y) <= size // 2) & (abs(xs - x) <= size // 2)
        middle = np.median(image[near])
        result[y, x] = middle if abs(image[y, x] - middle) > tolerance else image[y, x]
    return result


@despeckle.also_right("scipy's generic filter")
def despeckle_with_scipy(image, tolerance, size=3):
    image = np.array(image, float)
    middle = ndimage.generic_filter(image, np.nanmedian, size, mode="constant", cval=np.nan)
    far = np.abs(image - middle) > tolerance
    image[far] = middle[far]
    return image


@despeckle.also_right("clipped ranges, in single precision")
def despeckle_with_ranges(image, tolerance, size=3):
    image = np.asarray(image, float)
    result = image.astype(np.float32)
    for y, x in np.argwhere(np.ones(image.shape, bool)):
        ys = np.arange(max(y - size // 2, 0), min(y + size // 2 + 1, image.shape[0]))
        xs = np.arange(max(x - size // 2, 0), min(x + size // 2 + 1, image.shape[1]))
        middle = np.median(image[np.ix_(ys, xs)])
        if abs(image[y, x] - middle) > tolerance:
            result[y, x] = middle
    return result
