"""``max_pool2d_backward``: the gradient goes to the winners."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit04._pooling import places


def _reference(dout, x, size=2, stride=2):
    _, cache = numpy_nn.max_pool2d_forward(x, size, stride)
    return numpy_nn.max_pool2d_backward(dout, cache)


exercise = Exercise(
    "max_pool2d_backward(dout, x, size=2, stride=2)",
    unit="04",
    title="Max pooling, backwards",
    reference=_reference,
    points=4,
    checks={"windows side by side": 1.5, "overlaps and gaps": 1, "ties": 0.5, "in any form": 1},
    minutes=40,
    difficulty=4,
    builds_on=("max_pool2d_forward",),
    hints=(
        "Begin with `dx = np.zeros(x.shape)`. Each place (i, j) then sends its number of dout to "
        "one pixel of dx: that of the largest number in its window of x.",
        "For one image and one channel: `window.argmax()` is the winner's number, counted in "
        "reading order; of several equal ones it takes the first. `np.unravel_index(winner, "
        "window.shape)` is its row and column in the window.",
        "Add: `dx[n, c, top + row, left + column] += dout[n, c, i, j]`, with top = i * stride and "
        "left = j * stride. `+=`, since a pixel may win several windows that overlap.",
        "Four loops, `for n, c, i, j in np.ndindex(dout.shape):`, around these three lines are all "
        "it takes.",
    ),
)


@exercise.cases
def cases(rng):
    apart = "overlaps and gaps"
    x = np.array([[[[1.0, 3, 2, 0], [4, 2, 1, 5], [0, 1, -1, -2], [2, 0, -3, -4]]]])
    yield tiny(
        "a 4×4 map, 2×2 windows",
        np.array([[[[10.0, 20], [30, 40]]]]),
        x,
        expected=[[[[0, 0, 0, 0], [10, 0, 0, 20], [0, 0, 40, 0], [30, 0, 0, 0]]]],
    )
    yield tiny(
        "a window with three equal winners",
        np.array([[[[5.0]]]]),
        np.array([[[[1.0, 3], [3, 3]]]]),
        expected=[[[[0, 5], [0, 0]]]],
    ).counts_for("ties")
    yield tiny(
        "four windows that overlap, won by the same pixel",
        np.array([[[[1.0, 2], [3, 4]]]]),
        np.array([[[[0.0, 1, 0], [2, 9, 3], [1, 0, 4]]]]),
        stride=1,
        expected=[[[[0, 0, 0], [0, 10, 0], [0, 0, 0]]]],
    ).counts_for(apart)
    yield tiny(
        "a 3×3 map: the last row and column are in no window",
        np.array([[[[7.0]]]]),
        np.array([[[[1.0, 2, 9], [4, 3, 9], [9, 9, 9]]]]),
        expected=[[[[0, 0, 0], [7, 0, 0], [0, 0, 0]]]],
    )

    def one(name, x, size=2, stride=2):
        rows, columns = (places(n, size, stride) for n in x.shape[2:])
        return case(name, rng.standard_normal((*x.shape[:2], rows, columns)), x, size, stride)

    def noise(*shape):
        return rng.standard_normal(shape)

    def ties(*shape):
        return rng.integers(0, 3, shape).astype(float)

    yield one("two images, 3 channels", noise(2, 3, 4, 6))
    yield one("windows of 3×3, 2 apart (AlexNet)", noise(2, 2, 7, 9), 3, 2).counts_for(apart)
    yield one(
        "windows of 3×3, 2 apart, that do not come out even", noise(2, 3, 8, 6), 3, 2
    ).counts_for(apart)
    yield one("windows of 3×3, 3 apart", noise(2, 2, 9, 6), 3, 3)
    yield one("windows of 2×2, 3 apart", noise(3, 2, 8, 10), 2, 3).counts_for(apart)
    yield one("windows of 3×3, 1 apart", noise(2, 2, 5, 6), 3, 1).counts_for(apart)
    yield one("windows of 4×4, 3 apart", noise(2, 3, 10, 8), 4, 3).counts_for(apart)
    yield one("many ties", ties(2, 2, 6, 8)).counts_for("ties")
    yield one("many ties, windows that overlap", ties(2, 2, 7, 7), 3, 2).counts_for("ties")
    yield one(
        "all numbers equal: every window is a tie", np.full((1, 2, 6, 4), 0.5), 2, 2
    ).counts_for("ties")
    yield one("after a ReLU: many zeros", np.maximum(noise(2, 2, 6, 6) - 0.5, 0), 3, 3)
    yield one("negative numbers only", -1 - np.abs(noise(2, 2, 6, 6)))


@exercise.holds("What comes in goes out: dx has the same sum as dout, map by map.")
def nothing_is_lost(answer, rng):
    x, dout = rng.standard_normal((2, 3, 7, 6)), rng.standard_normal((2, 3, 3, 2))
    found = np.asarray(answer(dout, x, 3, 2))
    return same(found.sum(axis=(2, 3)), dout.sum(axis=(2, 3)))


def _winners(window):
    """(N, C, rows, columns) → 1 at the first maximum in reading order, else 0."""
    flat = window.reshape(*window.shape[:2], -1)
    best = flat.argmax(axis=-1)[..., np.newaxis]
    return (np.arange(flat.shape[-1]) == best).reshape(window.shape) * 1.0


def _spread(dout, x, size, stride, share=_winners, *, places=None, moved=0):
    """The right answer, with what decides free: ``share(window)`` says what part each pixel gets.

    `moved`: rows and columns by which a window of dx lies beside that of x; `places`: how far
    apart windows begin, when it is not `stride`.
    """
    dx, step = np.zeros(x.shape), stride if places is None else places
    for i, j in np.ndindex(dout.shape[2:]):
        seen = (..., *(slice(k * step, k * step + size) for k in (i, j)))
        dx[seen] += share(x[seen]) * dout[:, :, i : i + 1, j : j + 1]
    return dx


# Ties


def _all_winners(window):
    return (window == window.max(axis=(2, 3), keepdims=True)) * 1.0


@exercise.mistake(
    "Every winner of a tie gets the whole gradient (`window == window.max()`). Exactly one gets "
    "it: the first in reading order, as `argmax` finds it."
)
def all_winners(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, _all_winners)


@exercise.mistake(
    "The winners of a tie share the gradient. Here one gets all of it: the first in reading order."
)
def winners_share(dout, x, size=2, stride=2):
    def share(window):
        winners = _all_winners(window)
        return winners / winners.sum(axis=(2, 3), keepdims=True)

    return _spread(dout, x, size, stride, share)


@exercise.mistake(
    "Of a tie the last winner gets the gradient; it is the first in reading order. Replace the "
    "best so far only when a number is larger, `>`, not `>=`."
)
def last_winner(dout, x, size=2, stride=2):
    return _spread(
        dout, x, size, stride, lambda window: _winners(window[..., ::-1, ::-1])[..., ::-1, ::-1]
    )


@exercise.mistake(
    "Of a tie the first winner from top to bottom gets the gradient. Reading order goes along the "
    "rows: from left to right, then down."
)
def first_winner_by_columns(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window.mT).mT)


@exercise.mistake(
    "Of a tie the last winner of the first row gets the gradient: it is the first from the left."
)
def last_winner_of_the_first_row(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window[..., ::-1])[..., ::-1])


@exercise.mistake(
    "Of a tie the first winner of the last row gets the gradient: the first row comes first."
)
def first_winner_of_the_last_row(dout, x, size=2, stride=2):
    return _spread(
        dout, x, size, stride, lambda window: _winners(window[..., ::-1, :])[..., ::-1, :]
    )


@exercise.mistake(
    "A tie sends the gradient to no pixel at all. It goes to the first winner in reading order."
)
def ties_get_nothing(dout, x, size=2, stride=2):
    def share(window):
        winners = _all_winners(window)
        return winners * (winners.sum(axis=(2, 3), keepdims=True) == 1)

    return _spread(dout, x, size, stride, share)


# Who gets the gradient


@exercise.mistake(
    "This is average pooling: every pixel gets its share. In max pooling the winner gets all, the "
    "others nothing."
)
def shares_equally(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: np.full(window.shape, size**-2.0))


@exercise.mistake(
    "Every pixel of the window gets the whole gradient. Only the winner gets it: the others could "
    "move a little without any change of the maximum."
)
def everybody_gets_it(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: np.ones(window.shape))


@exercise.mistake("The gradient goes to the smallest number of each window, not to the largest.")
def the_smallest_gets_it(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(-window))


@exercise.mistake(
    "The gradient goes to the largest absolute value; the largest number wins, so -1 before -4."
)
def the_largest_absolute_value_gets_it(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(np.abs(window)))


@exercise.mistake(
    "The gradient goes to the top left pixel of each window: look in x where the largest number is."
)
def the_corner_gets_it(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(0 * window))


@exercise.mistake(
    "Windows without a number above 0 get nothing: their largest number wins, whatever its sign. "
    "(ReLU is a layer of its own.)"
)
def only_positive_winners(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window) * (window > 0))


@exercise.mistake(
    "Windows with a negative maximum send their gradient to the wrong pixel or nowhere: the search "
    "begins with 0. Begin with the window's first number, or with `-np.inf`."
)
def search_begins_with_zero(dout, x, size=2, stride=2):
    def share(window):
        lost = window.max(axis=(2, 3), keepdims=True) < 0
        return np.where(lost, _winners(0 * window), _winners(window))

    return _spread(dout, x, size, stride, share)


@exercise.mistake(
    "The winner's row and column in the window are exchanged: `np.unravel_index(k, (size, size))` "
    "gives the row first, k // size, then the column, k % size."
)
def exchanges_row_and_column(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window).mT)


@exercise.mistake(
    "The winner's number in the window, k = argmax, is split up with `stride`. A row of the window "
    "holds `size` numbers: row k // size, column k % size."
)
def splits_by_the_stride(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        k = x[n, c, top : top + size, left : left + size].argmax()
        dx[n, c, top + k // stride, left + k % stride] += dout[n, c, i, j]
    return dx


@exercise.mistake(
    "The whole map is searched for the window's maximum (`x[n, c] == …`), so equal numbers far "
    "away get its gradient too. One pixel gets it, and it lies in the window."
)
def searches_the_whole_map(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        dx[n, c] += (x[n, c] == window.max()) * dout[n, c, i, j]
    return dx


@exercise.mistake(
    "The winner's place in the window is taken for its place in the picture: add the window's "
    "corner, row i * stride and column j * stride."
)
def forgets_the_windows_corner(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        rows, columns = (slice(k * stride, k * stride + size) for k in (i, j))
        dx[:, :, :size, :size] += _winners(x[:, :, rows, columns]) * dout[:, :, i, j, None, None]
    return dx


@exercise.mistake(
    "Each channel has its own winners: you use those of the first channel for all of them."
)
def winners_of_the_first_channel(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window[:, :1]))


@exercise.mistake("Each image has its own winners: you use those of the first image for all.")
def winners_of_the_first_image(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window[:1]))


@exercise.mistake(
    "One winner is chosen among all channels together. Each channel is pooled for itself: search "
    "in x[n, c]."
)
def one_winner_of_all_channels(dout, x, size=2, stride=2):
    def share(window):
        n, c, rows, columns = window.shape
        return _winners(window.reshape(n, 1, c * rows, columns)).reshape(window.shape)

    return _spread(dout, x, size, stride, share)


@exercise.mistake(
    "One winner is chosen in the whole batch. Each image is pooled for itself: search in x[n, c]."
)
def one_winner_of_the_batch(dout, x, size=2, stride=2):
    def share(window):
        together = np.moveaxis(window, 0, 2)
        shape = together.shape
        flat = together.reshape(1, len(together), -1, shape[-1])
        return np.moveaxis(_winners(flat).reshape(shape), 2, 0)

    return _spread(dout, x, size, stride, share)


@exercise.mistake("Only the largest number of the whole map gets something: every window has one.")
def one_winner_of_the_map(dout, x, size=2, stride=2):
    best = x.max(axis=(2, 3), keepdims=True)
    return _spread(dout, x, size, stride, lambda window: _winners(window) * (window == best))


@exercise.mistake(
    "`window.max()` is the largest number of all images and channels. Each map has winners of its "
    "own: `window.max(axis=(2, 3), keepdims=True)`, or loops over n and c."
)
def winners_of_everything(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: (window == window.max()) * 1.0)


@exercise.mistake(
    "All images and channels have their winner at the same place: search in each x[n, c] by itself."
)
def same_place_for_all(dout, x, size=2, stride=2):
    def share(window):
        *_, row, column = np.unravel_index(window.argmax(), window.shape)
        won = np.zeros(window.shape)
        won[:, :, row, column] = 1
        return won

    return _spread(dout, x, size, stride, share)


@exercise.mistake(
    "The winner is found, but the gradient lands elsewhere: the window of place (i, j) begins at "
    "row i * stride, column j * stride of dx as well."
)
def lands_without_stride(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        rows, columns = (slice(k * stride, k * stride + size) for k in (i, j))
        winners = _winners(x[:, :, rows, columns])
        dx[:, :, i : i + size, j : j + size] += winners * dout[:, :, i, j, None, None]
    return dx


# What it gets


@exercise.mistake("`dout` is not used: the winner gets dout[n, c, i, j], not 1.")
def dout_counts_nowhere(dout, x, size=2, stride=2):
    return _spread(np.ones(dout.shape), x, size, stride)


@exercise.mistake("The winners are marked, but with their own numbers: they get dout[n, c, i, j].")
def sends_the_maximum(dout, x, size=2, stride=2):
    return _spread(np.ones(dout.shape), x, size, stride, lambda window: _winners(window) * window)


@exercise.mistake(
    "The gradient is multiplied by the winner. The slope of a maximum is 1: send dout."
)
def multiplies_by_the_winner(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, lambda window: _winners(window) * window)


@exercise.mistake("The winner gets only a part: its gradient is not divided by size * size.")
def divides_by_the_window(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride) / size**2


@exercise.mistake("dx is divided by the number of images: the 1/N of the loss is in dout already.")
def averages_over_images(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride) / len(x)


@exercise.mistake("Negative gradients are dropped: dout may have any sign, and is passed on as is.")
def drops_negative_gradients(dout, x, size=2, stride=2):
    return _spread(np.maximum(dout, 0), x, size, stride)


@exercise.mistake(
    "A pixel that wins several windows keeps the last one's gradient only. They add up: `+=` in a "
    "loop. (`dx[index_arrays] += …` writes to each pixel once: use `np.add.at`.)"
)
def overwrites_overlaps(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        seen = (..., *(slice(k * stride, k * stride + size) for k in (i, j)))
        won = _winners(x[seen]) > 0
        dx[seen] = np.where(won, dout[:, :, i : i + 1, j : j + 1], dx[seen])
    return dx


@exercise.mistake(
    "Writing a window's gradient wipes out what overlapping windows had put there, zeros included. "
    "Add: `+=`."
)
def wipes_out_overlaps(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        seen = (..., *(slice(k * stride, k * stride + size) for k in (i, j)))
        dx[seen] = _winners(x[seen]) * dout[:, :, i : i + 1, j : j + 1]
    return dx


@exercise.mistake(
    "A pixel that wins several windows gets the mean of their gradients; it gets their sum."
)
def averages_overlaps(dout, x, size=2, stride=2):
    times = _spread(np.ones(dout.shape), x, size, stride)
    return _spread(dout, x, size, stride) / np.maximum(times, 1)


@exercise.mistake("dx begins as a copy of x: begin with `np.zeros(x.shape)`.")
def begins_with_x(dout, x, size=2, stride=2):
    return x + _spread(dout, x, size, stride)


@exercise.mistake("dx begins with ones: begin with `np.zeros(x.shape)`.")
def begins_with_ones(dout, x, size=2, stride=2):
    return 1 + _spread(dout, x, size, stride)


@exercise.mistake("The losers get their own number of x; they get 0.")
def losers_keep_their_number(dout, x, size=2, stride=2):
    won = _spread(np.ones(dout.shape), x, size, stride) > 0
    return np.where(won, _spread(dout, x, size, stride), x)


# Windows


@exercise.mistake(
    "`stride` is ignored: your windows lie side by side, `size` apart. They begin `stride` apart."
)
def moves_by_the_size(dout, x, size=2, stride=2):
    return _fitting(dout, x, size, size)


@exercise.mistake("The windows move by one pixel: that of place (i, j) begins at row i * stride.")
def ignores_stride(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride, places=1)


@exercise.mistake("The windows begin 2 apart, whatever `stride` says.")
def always_moves_by_two(dout, x, size=2, stride=2):
    return _fitting(dout, x, size, 2)


@exercise.mistake("The windows are always 2×2, whatever `size` says.")
def always_takes_2x2(dout, x, size=2, stride=2):
    return _fitting(dout, x, 2, stride)


@exercise.mistake("The windows are stride × stride pixels; they are size × size.")
def takes_the_stride_for_the_size(dout, x, size=2, stride=2):
    return _fitting(dout, x, stride, stride)


@exercise.mistake("`size` and `stride` are exchanged: windows are size × size, `stride` apart.")
def exchanges_size_and_stride(dout, x, size=2, stride=2):
    return _fitting(dout, x, stride, size)


def _fitting(dout, x, size, stride):
    """`_spread` for the places whose windows lie in the picture at all."""
    rows, columns = (-(-n // stride) for n in x.shape[2:])
    return _spread(dout[:, :, :rows, :columns], x, size, stride)


@exercise.mistake(
    "dx is too small: pixels in no window have gradient 0, but they are there. Begin with "
    "`np.zeros(x.shape)`."
)
def drops_the_rest(dout, x, size=2, stride=2):
    rows, columns = ((n - 1) * stride + size for n in dout.shape[2:])
    return _spread(dout, x, size, stride)[:, :, :rows, :columns]


@exercise.mistake(
    "dx has stride times the size of dout, which need not be the size of x: begin with "
    "`np.zeros(x.shape)`."
)
def takes_the_size_from_dout(dout, x, size=2, stride=2):
    dx = np.zeros((*dout.shape[:2], dout.shape[2] * stride, dout.shape[3] * stride))
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + size, left : left + size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx


@exercise.mistake("All channels get the gradient of channel 0: channel c gets dout[n, c].")
def gradient_of_the_first_channel(dout, x, size=2, stride=2):
    return _spread(np.repeat(dout[:, :1], dout.shape[1], axis=1), x, size, stride)


@exercise.mistake("dx has the shape of dout: it belongs to x, and has its shape.")
def returns_dout(dout, x, size=2, stride=2):
    return dout.copy()


@exercise.mistake("The loops stop one place early: the last row and column of dout go nowhere.")
def misses_the_last_places(dout, x, size=2, stride=2):
    return _spread(dout[:, :, :-1, :-1], x, size, stride)


@exercise.mistake("Only the first image is treated: dx is 0 for the others.")
def first_image_only(dout, x, size=2, stride=2):
    dx = _spread(dout, x, size, stride)
    dx[1:] = 0
    return dx


@exercise.mistake("Only the first channel is treated: dx is 0 in the others.")
def first_channel_only(dout, x, size=2, stride=2):
    dx = _spread(dout, x, size, stride)
    dx[:, 1:] = 0
    return dx


@exercise.mistake("dx has height and width exchanged: it has the shape of x, (N, C, H, W).")
def transposes_dx(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride).transpose(0, 1, 3, 2)


@exercise.mistake("dx is the same for every image: image n gets dout[n] only.")
def adds_the_images(dout, x, size=2, stride=2):
    dx = _spread(dout, x, size, stride)
    return np.repeat(dx.sum(axis=0, keepdims=True), len(dx), axis=0)


@exercise.mistake("The answer is the forward pass: send dout back to where the maxima came from.")
def pools_forwards(dout, x, size=2, stride=2):
    return numpy_nn.max_pool2d_forward(x, size, stride)[0]


@exercise.mistake("Your dx holds whole numbers, so fractions are cut off: make it of floats.")
def cuts_to_whole_numbers(dout, x, size=2, stride=2):
    return _spread(dout, x, size, stride).astype(int)


@exercise.also_right("four loops and argmax, a list")
def with_loops(dout, x, size=2, stride=2):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + size, left : left + size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx.tolist()


@exercise.also_right("index arrays and np.add.at, in Fortran order")
def with_add_at(dout, x, size=2, stride=2):
    found = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    winner = found[:, :, ::stride, ::stride].reshape(*dout.shape, -1).argmax(axis=-1)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, c, i * stride + winner // size, j * stride + winner % size), dout)
    return np.asfortranarray(dx)


@exercise.also_right("backwards through the window, strictly larger or equal; float32, read-only")
def with_masks(dout, x, size=2, stride=2):
    h_out, w_out = dout.shape[2:]
    dx, rest = np.zeros(x.shape, np.float32), np.ones(dout.shape, bool)
    best = numpy_nn.max_pool2d_forward(x, size, stride)[0]
    for u, v in np.ndindex(size, size):
        part = (slice(None), slice(None), slice(u, None, stride), slice(v, None, stride))
        won = rest & (x[part][:, :, :h_out, :w_out] == best)
        dx[part][:, :, :h_out, :w_out] += np.where(won, dout, 0)
        rest &= ~won
    dx.flags.writeable = False
    return dx


@exercise.also_right("a search with > through the window")
def with_a_search(dout, x, size=2, stride=2):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        row, column, best = 0, 0, -np.inf
        for u, v in np.ndindex(size, size):
            if x[n, c, i * stride + u, j * stride + v] > best:
                row, column, best = u, v, x[n, c, i * stride + u, j * stride + v]
        dx[n, c, i * stride + row, j * stride + column] += dout[n, c, i, j]
    return dx


@exercise.also_right("automatic differentiation in torch", needs="torch")
def with_torch(dout, x, size=2, stride=2):
    import torch

    x, dout = torch.tensor(np.array(x, float), requires_grad=True), torch.tensor(np.array(dout))
    y = torch.nn.functional.max_pool2d(x, size, stride)
    return torch.autograd.grad(y, x, dout.to(y.dtype))[0]
