"""``pad2d``: put a border around a picture."""

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    'pad2d(x, padding, border="zero")',
    unit="02",
    title="Put a border around a picture",
    reference=filters.pad2d,
    points=3,
    checks={
        "zero": 1,
        "edge": 0.5,
        "reflect": 0.5,
        "rows and columns apart": 0.5,
        "in any form": 0.5,
    },
    minutes=30,
    difficulty=2,
    builds_on=("slices",),
    hints=(
        "Begin with the shape: how many rows come on top, and how many below? Then put the "
        "picture in the middle of an array of zeros.",
        "Turn `padding` into two numbers first: if `isinstance(padding, int)`, both are `padding`; "
        "otherwise `rows, columns = padding`.",
        "For a border that is not zero, ask of each place in the large array which pixel of `x` "
        "it repeats. One list of row numbers and one of column numbers answer that.",
        'Row numbers run from -rows to H + rows - 1. For "edge", clip them to 0 … H - 1. For '
        '"reflect", row -i becomes i and row H - 1 + i becomes H - 1 - i. Then '
        "`x[row_numbers][:, column_numbers]` fills the sides and the corners in one go.",
    ),
)


@exercise.cases
def cases(rng):
    apart = "rows and columns apart"
    picture = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    yield tiny(
        "one pixel of zeros",
        picture,
        1,
        expected=[[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 7, 8, 9, 0], [0] * 5],
    )
    yield tiny(
        "one pixel, the edge repeated",
        picture,
        1,
        border="edge",
        expected=[
            [1, 1, 2, 3, 3],
            [1, 1, 2, 3, 3],
            [4, 4, 5, 6, 6],
            [7, 7, 8, 9, 9],
            [7, 7, 8, 9, 9],
        ],
    ).counts_for("edge")
    yield tiny(
        "one pixel, reflected",
        picture,
        1,
        border="reflect",
        expected=[
            [5, 4, 5, 6, 5],
            [2, 1, 2, 3, 2],
            [5, 4, 5, 6, 5],
            [8, 7, 8, 9, 8],
            [5, 4, 5, 6, 5],
        ],
    ).counts_for("reflect")
    yield tiny(
        "no rows, one column on each side",
        picture,
        (0, 1),
        expected=[[0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 7, 8, 9, 0]],
    ).counts_for(apart)
    x = rng.standard_normal
    for border in ("zero", "edge", "reflect"):
        yield case(f"a wide picture, 2 pixels, {border}", x((4, 6)), 2, border).counts_for(border)
        yield case(f"3 rows and 1 column, {border}", x((5, 4)), (3, 1), border=border).counts_for(
            apart
        )
        yield case(f"1 row and 2 columns, {border}", x((4, 7)), (1, 2), border=border).counts_for(
            apart
        )
    yield case("no padding at all", x((3, 5)), 0, "reflect").counts_for("reflect")
    yield case("three pixels of zeros", x((2, 3)), 3)
    yield case(
        "bytes (uint8), reflected", rng.integers(0, 256, (5, 5), np.uint8), 2, "reflect"
    ).counts_for("reflect")


@exercise.holds("The picture stands in the middle, as it was.")
def keeps_the_picture(answer, rng):
    x = rng.standard_normal((4, 5))
    return same(np.asarray(answer(x, (2, 1), "edge"))[2:-2, 1:-1], x)


def _margins(padding):
    return (padding, padding) if np.ndim(padding) == 0 else tuple(padding)


_MODES = {"zero": "constant", "edge": "edge", "reflect": "reflect"}


def _padded(x, top, bottom, left, right, border):
    """The right answer with every side free."""
    return np.pad(np.asarray(x), ((top, bottom), (left, right)), mode=_MODES.get(border, border))


@exercise.mistake("The border is on the top and left only: the bottom and right need it too.")
def pads_top_left(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows, 0, columns, 0, border)


@exercise.mistake("The border is on the bottom and right only: the top and left need it too.")
def pads_bottom_right(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, 0, rows, 0, columns, border)


@exercise.mistake("Rows and columns are exchanged: `padding` is (rows, columns), in this order.")
def exchanges_rows_and_columns(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, columns, columns, rows, rows, border)


@exercise.mistake("A pair is (rows, columns): you use its first number for both.")
def uses_the_first_number(x, padding, border="zero"):
    rows, _ = _margins(padding)
    return _padded(x, rows, rows, rows, rows, border)


@exercise.mistake("A pair is (rows, columns): you use its second number for both.")
def uses_the_second_number(x, padding, border="zero"):
    _, columns = _margins(padding)
    return _padded(x, columns, columns, columns, columns, border)


@exercise.mistake(
    "A pair is taken as (before, after) on both axes, as `np.pad` reads it. Here it is "
    "(rows, columns), and each goes on both sides."
)
def passes_the_pair_to_numpy(x, padding, border="zero"):
    before, after = _margins(padding)
    return _padded(x, before, after, before, after, border)


@exercise.mistake(
    "A pair is taken as whole margins: `padding` pixels go on each side, you share them between "
    "the two sides."
)
def shares_the_padding(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows // 2, rows - rows // 2, columns // 2, columns - columns // 2, border)


@exercise.mistake("Only rows are added: columns on the left and right are missing.")
def pads_rows_only(x, padding, border="zero"):
    rows, _ = _margins(padding)
    return _padded(x, rows, rows, 0, 0, border)


@exercise.mistake("Only columns are added: rows on top and below are missing.")
def pads_columns_only(x, padding, border="zero"):
    _, columns = _margins(padding)
    return _padded(x, 0, 0, columns, columns, border)


@exercise.mistake("One pixel is added, whatever `padding` says.")
def pads_by_one(x, padding, border="zero"):
    rows, columns = _margins(padding)
    rows, columns = min(rows, 1), min(columns, 1)
    return _padded(x, rows, rows, columns, columns, border)


@exercise.mistake("The border is always zero: `border` is ignored.")
def always_zero(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows, rows, columns, columns, "zero")


@exercise.mistake("The border always repeats the edge: `border` is ignored.")
def always_edge(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows, rows, columns, columns, "edge")


@exercise.mistake("The border is always reflected: `border` is ignored.")
def always_reflect(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows, rows, columns, columns, "reflect")


@exercise.mistake('"edge" and "reflect" are exchanged: "edge" repeats the outermost pixel.')
def exchanges_edge_and_reflect(x, padding, border="zero"):
    rows, columns = _margins(padding)
    border = {"edge": "reflect", "reflect": "edge"}.get(border, border)
    return _padded(x, rows, rows, columns, columns, border)


@exercise.mistake(
    'Your "reflect" repeats the outermost pixel. The mirror stands on that pixel: left of a row '
    "a b c d comes c b, not b a."
)
def reflects_the_edge_too(x, padding, border="zero"):
    rows, columns = _margins(padding)
    border = "symmetric" if border == "reflect" else border
    return _padded(x, rows, rows, columns, columns, border)


@exercise.mistake(
    'Your "reflect" is right on top and left, but at the bottom and right it repeats the '
    "outermost pixel: the last row does not belong to the mirror image."
)
def reflects_the_edge_at_the_end(x, padding, border="zero"):
    rows, columns = _margins(padding)
    if border != "reflect":
        return _padded(x, rows, rows, columns, columns, border)
    before = np.pad(np.asarray(x), ((rows, 0), (columns, 0)), mode="reflect")
    return np.pad(before, ((0, rows), (0, columns)), mode="symmetric")


@exercise.mistake(
    'Your "reflect" copies the pixels next to the border in their own order. A mirror turns it '
    "round: use a step of -1."
)
def reflects_without_turning(x, padding, border="zero"):
    if border != "reflect":
        return exercise.reference(x, padding, border)
    rows, columns = _margins(padding)
    x = np.asarray(x)
    h, w = x.shape
    x = np.concatenate([x[1 : rows + 1], x, x[h - rows - 1 : h - 1]])
    return np.concatenate([x[:, 1 : columns + 1], x, x[:, w - columns - 1 : w - 1]], axis=1)


@exercise.mistake(
    "The border wraps round: the left margin shows the right side of the picture. It should "
    "stay on its own side."
)
def wraps_round(x, padding, border="zero"):
    rows, columns = _margins(padding)
    border = "zero" if border == "zero" else "wrap"
    return _padded(x, rows, rows, columns, columns, border)


@exercise.mistake(
    "The corners are still zero: fill the rows first, then whole columns (or ask "
    "for each corner by itself)."
)
def leaves_the_corners(x, padding, border="zero"):
    rows, columns = _margins(padding)
    out = _padded(x, rows, rows, columns, columns, border)
    h, w = np.shape(x)
    out[:rows, :columns] = out[:rows, columns + w :] = 0
    out[rows + h :, :columns] = out[rows + h :, columns + w :] = 0
    return out


@exercise.mistake(
    "The shape is right, but the picture stands in the top left corner. Move it down by the rows "
    "and right by the columns of the margin."
)
def forgets_to_move_the_picture(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, 0, 2 * rows, 0, 2 * columns, border)


@exercise.mistake("The zero border is filled with ones: begin with `np.zeros`.")
def pads_with_ones(x, padding, border="zero"):
    rows, columns = _margins(padding)
    if border == "zero":
        return np.pad(np.asarray(x), ((rows, rows), (columns, columns)), constant_values=1)
    return _padded(x, rows, rows, columns, columns, border)


@exercise.mistake(
    "The result has a whole-number dtype, so the picture's fractions are cut off. Take the dtype "
    "from `x`."
)
def cuts_to_whole_numbers(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows, rows, columns, columns, border).astype(int)


@exercise.mistake("The border is written over the picture's own edge. Make a larger array.")
def writes_over_the_picture(x, padding, border="zero"):
    rows, columns = _margins(padding)
    out = np.array(x)
    out[:rows], out[out.shape[0] - rows :] = 0, 0
    out[:, :columns], out[:, out.shape[1] - columns :] = 0, 0
    return out


def _only(kind, x, padding, border, how):
    """The right answer, but one border drawn as np.pad's mode `how`."""
    rows, columns = _margins(padding)
    return _padded(x, rows, rows, columns, columns, how if border == kind else border)


@exercise.mistake(
    'Your "reflect" wraps round: the left margin shows the right side of the picture. A mirror '
    "shows the pixels next to it, in reverse."
)
def reflects_by_wrapping(x, padding, border="zero"):
    return _only("reflect", x, padding, border, "wrap")


def _taken(x, padding, index):
    """Rows and columns picked by ``index(places, length)``, for places from -margin on."""
    x, picked = np.asarray(x), []
    for n, margin in zip(x.shape, _margins(padding), strict=True):
        picked.append(np.clip(index(np.arange(-margin, n + margin), n), 0, n - 1))
    return x[np.ix_(*picked)]


@exercise.mistake(
    'Your "reflect" begins one pixel too late: of a row a b c d, the pixel left of a is b, and '
    "left of that is c."
)
def reflects_one_too_far(x, padding, border="zero"):
    if border != "reflect":
        return exercise.reference(x, padding, border)
    return _taken(
        x, padding, lambda i, n: np.where(i < 0, 1 - i, np.where(i >= n, 2 * n - 3 - i, i))
    )


@exercise.mistake(
    'Your "reflect" repeats one pixel (the second) over the whole margin: right for a margin of 1 '
    "only. Further out come the third and the fourth."
)
def reflects_one_pixel_only(x, padding, border="zero"):
    if border != "reflect":
        return exercise.reference(x, padding, border)
    return _taken(x, padding, lambda i, n: np.where(i < 0, 1, np.where(i >= n, n - 2, i)))


@exercise.mistake(
    'Your "edge" fills one ring of pixels only. Every place of the margin repeats the edge, '
    "however wide the margin is."
)
def repeats_the_edge_once(x, padding, border="zero"):
    rows, columns = _margins(padding)
    if border != "edge":
        return exercise.reference(x, padding, border)
    r, c = min(rows, 1), min(columns, 1)
    ring = _padded(x, r, r, c, c, "edge")
    return _padded(ring, rows - r, rows - r, columns - c, columns - c, "zero")


@exercise.mistake(
    'Your "edge" fills the whole border with one number, x[0, 0]. Each place repeats the edge '
    "pixel that is next to it."
)
def repeats_the_first_pixel(x, padding, border="zero"):
    rows, columns = _margins(padding)
    if border != "edge":
        return exercise.reference(x, padding, border)
    x = np.asarray(x)
    return np.pad(x, ((rows, rows), (columns, columns)), constant_values=x[0, 0])


@exercise.mistake("One pixel is added on every side, whatever `padding` says.")
def always_pads_one(x, padding, border="zero"):
    return _padded(x, 1, 1, 1, 1, border)


@exercise.mistake("You halve `padding`: so many pixels go on each side, not on both together.")
def halves_the_padding(x, padding, border="zero"):
    rows, columns = (p // 2 for p in _margins(padding))
    return _padded(x, rows, rows, columns, columns, border)


@exercise.mistake("`border` is used above and below only: left and right are always zero.")
def draws_rows_only(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(_padded(x, rows, rows, 0, 0, border), 0, 0, columns, columns, "zero")


@exercise.mistake("`border` is used left and right only: above and below are always zero.")
def draws_columns_only(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(_padded(x, 0, 0, columns, columns, border), rows, rows, 0, 0, "zero")


@exercise.mistake(
    'Your "edge" is right at the bottom and right only. On top and left you read x[-1], x[-2], …: '
    "in Python these are the *last* rows. Clip the index at 0 too."
)
def clips_at_the_end_only(x, padding, border="zero"):
    if border != "edge":
        return exercise.reference(x, padding, border)
    return _taken(x, padding, lambda i, n: np.minimum(i, n - 1) % n)


@exercise.mistake('Rows are reflected, but the columns repeat the edge: "reflect" goes for both.')
def reflects_rows_only(x, padding, border="zero"):
    rows, columns = _margins(padding)
    tall = _padded(x, rows, rows, 0, 0, border)
    return _padded(tall, 0, 0, columns, columns, "edge" if border == "reflect" else border)


@exercise.mistake(
    "All rows are one and the same list: `[[0] * w] * h` repeats a list without copying it. Make "
    "the array with `np.zeros((h, w))`."
)
def repeats_one_list(x, padding, border="zero"):
    out = np.array(exercise.reference(x, padding, border))
    if border == "zero":
        _, columns = _margins(padding)
        out[:, columns : columns + np.shape(x)[1]] = np.asarray(x)[-1]
    return out


@exercise.also_right("np.pad")
def with_numpy(x, padding, border="zero"):
    rows, columns = _margins(padding)
    return _padded(x, rows, rows, columns, columns, border)


@exercise.also_right("one index per row and per column")
def with_indices(x, padding, border="zero"):
    x = np.asarray(x)
    taken = []
    for n, margin in zip(x.shape, _margins(padding), strict=True):
        i = np.arange(-margin, n + margin)
        if border == "reflect":
            i = (n - 1) - np.abs((n - 1) - np.abs(i))
        taken.append(np.clip(i, 0, n - 1))
    out = x[np.ix_(*taken)]
    if border == "zero":
        rows, columns = _margins(padding)
        inside = np.zeros(out.shape, bool)
        inside[rows : rows + x.shape[0], columns : columns + x.shape[1]] = True
        out = np.where(inside, out, 0)
    return out


@exercise.also_right("lists, one row at a time")
def with_lists(x, padding, border="zero"):
    rows, columns = _margins(padding)

    def longer(items, count, blank):
        if border == "edge":
            return [items[0]] * count + items + [items[-1]] * count
        if border == "reflect":
            return items[1 : count + 1][::-1] + items + items[-count - 1 : -1][::-1]
        return [blank] * count + items + [blank] * count

    wide = [longer(row, columns, 0) for row in np.asarray(x).tolist()]
    return longer(wide, rows, [0] * len(wide[0]))


@exercise.also_right("rows and columns stacked on one by one, in single precision")
def with_stacking(x, padding, border="zero"):
    rows, columns = _margins(padding)
    x = np.asarray(x, np.float32)
    for margin in (rows, columns):
        h = len(x)
        if border == "zero":
            above = below = np.zeros((margin, x.shape[1]), x.dtype)
        elif border == "edge":
            above, below = np.repeat(x[:1], margin, 0), np.repeat(x[-1:], margin, 0)
        else:
            above, below = x[1 : margin + 1][::-1], x[h - 1 - margin : h - 1][::-1]
        x = np.vstack([above, x, below]).T
    return x


@exercise.also_right("np.pad, one axis at a time, in Fortran order")
def with_numpy_twice(x, padding, border="zero"):
    rows, columns = _margins(padding)
    tall = _padded(x, rows, rows, 0, 0, border)
    return np.asfortranarray(_padded(tall, 0, 0, columns, columns, border))
