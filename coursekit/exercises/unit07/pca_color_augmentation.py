"""``pca_color_augmentation``: another light, by the principal components of the colours."""

import numpy as np
import torch

from coursekit.exercises import Exercise, case, same, tiny

COLOURS = 3


def _uncentred(pixels):
    return pixels.T @ pixels / len(pixels)


def _covariance(pixels):
    return _uncentred(pixels - pixels.mean(dim=0))


def _turned(p):
    """Each column with the sign that makes its sum at least 0."""
    return torch.where(p.sum(dim=0) < 0, -p, p)


def _components(pixels, covariance=_covariance):
    """λ (3,), falling, and the p_k as columns (3, 3)."""
    values, vectors = torch.linalg.eigh(covariance(pixels))
    return values.flip(0), _turned(vectors.flip(1))


def _shifted(x, shifts):
    return x + shifts[:, :, None, None]


def _reference(x, pixels, alphas):
    values, p = _components(pixels)
    return _shifted(x, (alphas * values) @ p.T)


exercise = Exercise(
    "pca_color_augmentation(x, pixels, alphas)",
    unit="07",
    title="Another light",
    reference=_reference,
    tensors=True,
    points=5,
    checks={"one picture": 2, "a batch": 2, "in any form": 1},
    minutes=40,
    difficulty=4,
    builds_on=("random_crop_and_flip",),
    hints=(
        "From the pixels first: take the mean colour off (`pixels.mean(dim=0)`), and the "
        "covariance is `centred.T @ centred / M`, three by three.",
        "`values, vectors = torch.linalg.eigh(covariance)` gives the λ rising, and the p_k as "
        "columns: `vectors[:, k]` belongs to `values[k]`. `values.flip(0)` and `vectors.flip(1)` "
        "turn both round.",
        "The sign of an eigenvector is arbitrary. Where `vectors.sum(dim=0)` is below 0, take the "
        "opposite column: `torch.where(vectors.sum(dim=0) < 0, -vectors, vectors)`.",
        "All shifts at once: `(alphas * values) @ vectors.T` has shape (N, 3), row n for picture "
        "n. `shifts[:, :, None, None]` goes with (N, 3, H, W).",
    ),
)


def _pixels(rng, count):
    """Colours whose components are far from being exchanged, and from turning round."""
    while True:
        axes, _ = np.linalg.qr(rng.standard_normal((COLOURS, COLOURS)))
        spread = np.array([4.0, 2.0, 1.0])
        pixels = rng.standard_normal((count, COLOURS)) * spread @ axes.T + rng.uniform(3, 9, 3)
        pixels = pixels.astype(np.float32)
        values, p = np.linalg.eigh(np.cov(pixels.T.astype(float)))
        p = p * np.sign(p.sum(0))
        # Each rule for the signs but the one asked for turns one of them the other way.
        largest = np.take_along_axis(p, np.abs(p).argmax(0)[None], 0)
        other_rules = (p[:1] < -0.1).any() and (p[2:] < -0.1).any() and (largest < -0.1).any()
        clear = p.sum(0).min() > 0.1 and (values[1:] > 1.3 * values[:-1]).all()
        if clear and other_rules:
            return pixels


@exercise.cases
def cases(rng):
    batch = "a batch"
    four = np.array([[11, 18, 5], [-1, 2, 5], [5, 10, 7], [5, 10, 3]], np.float32)

    def draw(*shape):
        return (5 * rng.random(shape)).astype(np.float32)

    yield tiny(
        "one pixel, four pixels of training",
        np.array([50, 40, 30], np.float32).reshape(1, 3, 1, 1),
        four,
        np.array([[0.1, 0.5, 0]], np.float32),
        expected=np.array([53, 44, 31.0]).reshape(1, 3, 1, 1),
    )
    yield tiny(
        "two pixels in two pictures",
        np.array([[50, 40, 30], [20, 20, 20]], np.float32).reshape(2, 3, 1, 1),
        four,
        np.array([[0.1, 0.5, 0], [-0.2, 0, 7]], np.float32),
        expected=np.array([[53, 44, 31.0], [14, 12, 20]]).reshape(2, 3, 1, 1),
    ).counts_for(batch)

    def one(name, count, height, width, m, *, only=None):
        alphas = rng.standard_normal((count, COLOURS)).astype(np.float32)
        if only is not None:
            alphas[:, [k for k in range(COLOURS) if k != only]] = 0
        made = case(name, draw(count, COLOURS, height, width), _pixels(rng, m), alphas)
        return made if count == 1 else made.counts_for(batch)

    yield one("one picture of 2×4, 6 pixels", 1, 2, 4, 6)
    yield one("one picture of 3×3, 20 pixels", 1, 3, 3, 20)
    yield one("one picture of 4×2, 9 pixels", 1, 4, 2, 9)
    yield one("one picture, only the first component", 1, 2, 2, 12, only=0)
    yield one("one picture, only the last component", 1, 2, 3, 7, only=2)
    yield one("two pictures of 3×5, 8 pixels", 2, 3, 5, 8)
    yield one("three pictures of 4×3, 40 pixels", 3, 4, 3, 40)
    yield one("five pictures of 2×2, 5 pixels", 5, 2, 2, 5)
    yield one("four pictures of 5×4, 100 pixels", 4, 5, 4, 100)


@exercise.holds("Brighter training pixels change nothing: only how they differ counts.")
def only_differences_count(answer, rng):
    x, pixels = rng.random((2, 3, 2, 3)).astype(np.float32), _pixels(rng, 10)
    alphas = rng.standard_normal((2, 3)).astype(np.float32)
    return same(answer(x, pixels + np.float32(2), alphas), answer(x, pixels, alphas))


@exercise.holds("All pixels of a picture are shifted by the same colour.")
def one_shift_for_all_pixels(answer, rng):
    pixels, alphas = _pixels(rng, 10), rng.standard_normal((2, 3)).astype(np.float32)
    x = rng.random((2, 3, 3, 4)).astype(np.float32)
    shifts = np.asarray(answer(x, pixels, alphas)) - x
    return same(shifts, np.broadcast_to(shifts[:, :, :1, :1], shifts.shape))


# The components


def _with_covariance(name, says, covariance):
    """A mistake that is the right answer with another matrix."""

    def answer(x, pixels, alphas):
        values, p = _components(pixels, covariance)
        return _shifted(x, (alphas * values) @ p.T)

    answer.__name__ = name
    exercise.mistake(says)(answer)


for _name, _says, _matrix in (
    (
        "keeps_the_mean",
        "The mean colour is not taken off the pixels: a covariance is about differences from the "
        "mean, `pixels - pixels.mean(dim=0)`.",
        lambda pixels: _uncentred(pixels),
    ),
    (
        "one_mean_for_all_colours",
        "One mean is taken of all numbers: each colour has its own, `pixels.mean(dim=0)`.",
        lambda pixels: _uncentred(pixels - pixels.mean()),
    ),
    (
        "mean_of_each_pixel",
        "The mean of each pixel is taken off, `dim=1`: the mean colour is over the pixels, "
        "`dim=0`.",
        lambda pixels: _uncentred(pixels - pixels.mean(1, keepdim=True)),
    ),
    (
        "divides_by_one_less",
        "The covariance is divided by M - 1, as `torch.cov` does if nothing else is said: here it "
        "is M (`correction=0`).",
        lambda pixels: torch.cov(pixels.T),
    ),
    (
        "does_not_divide",
        "The sum over the pixels is not divided by M.",
        lambda pixels: _covariance(pixels) * len(pixels),
    ),
    (
        "divides_by_all_numbers",
        "The covariance is divided by the number of all numbers: divide by M, the number of "
        "pixels.",
        lambda pixels: _covariance(pixels) / COLOURS,
    ),
    (
        "divides_by_3",
        "The covariance is divided by 3, the number of colours: divide by M, the number of pixels.",
        lambda pixels: _covariance(pixels) * len(pixels) / COLOURS,
    ),
    (
        "of_the_pixels",
        "This is a covariance of pixels with pixels, M×M: `torch.cov` takes a row for each "
        "variable, so give it `pixels.T`. Of colours, it is 3×3.",
        lambda pixels: torch.cov(pixels, correction=0),
    ),
    (
        "correlates",
        "These are correlations, each colour divided by its standard deviation: take the "
        "covariance.",
        lambda pixels: torch.corrcoef(pixels.T),
    ),
    (
        "divides_by_255",
        "The pixels are divided by 255 first: take them as they are.",
        lambda pixels: _covariance(pixels / 255),
    ),
):
    _with_covariance(_name, _says, _matrix)


def _with_shifts(name, says, shifts):
    """A mistake in what is made of λ and p: ``shifts(values, p, alphas)`` gives (N, 3)."""

    def answer(x, pixels, alphas):
        values, p = _components(pixels)
        return _shifted(x, shifts(values, p, alphas))

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _largest_entry_positive(p):
    rows = p.abs().argmax(0)
    return torch.where(p.gather(0, rows[None]) < 0, -p, p)


for _name, _says, _wrong in (
    (
        "roots_of_eigenvalues",
        "The square roots of the eigenvalues are used: each p_k is multiplied by α_k · λ_k itself.",
        lambda v, p, a: (a * v.clamp_min(0).sqrt()) @ p.T,
    ),
    (
        "squares_of_eigenvalues",
        "The eigenvalues are squared: each p_k is multiplied by α_k · λ_k. (Singular values of the "
        "covariance are the λ already.)",
        lambda v, p, a: (a * v**2) @ p.T,
    ),
    (
        "no_eigenvalues",
        "The eigenvalues are missing: each p_k is multiplied by α_k · λ_k, so that common "
        "differences of colour make large changes.",
        lambda v, p, a: a @ p.T,
    ),
    (
        "no_alphas",
        "`alphas` is not used: each p_k is multiplied by α_k · λ_k.",
        lambda v, p, a: (torch.ones_like(a) * v) @ p.T,
    ),
    (
        "rising",
        "The eigenvalues rise, as `eigh` gives them: α_1 belongs to the largest. Turn both round, "
        "`values.flip(0)` and `vectors.flip(1)`.",
        lambda v, p, a: (a * v.flip(0)) @ p.flip(1).T,
    ),
    (
        "values_turned_only",
        "The eigenvalues fall, but their eigenvectors stay behind: column k belongs to λ_k, so "
        "turn the columns too, `vectors.flip(1)`.",
        lambda v, p, a: (a * v) @ p.flip(1).T,
    ),
    (
        "vectors_turned_only",
        "The eigenvectors come with that of the largest first, but the eigenvalues do not: turn "
        "both round.",
        lambda v, p, a: (a * v.flip(0)) @ p.T,
    ),
    (
        "flips_rows",
        "The rows of the matrix were turned round (`flip(0)`): the eigenvectors are its columns, "
        "`flip(1)`.",
        lambda v, p, a: (a * v) @ _turned(p.flip(1).flip(0)).T,
    ),
    (
        "rows_for_columns",
        "The rows of the matrix are used: its columns are the eigenvectors, `vectors[:, k]`, so it "
        "is `@ vectors.T` for rows of α_k · λ_k.",
        lambda v, p, a: (a * v) @ p,
    ),
    (
        "entries_summed_up",
        "Summed up along the wrong axis: the shift of colour c is Σ_k α_k λ_k · vectors[c, k], a "
        "sum over components.",
        lambda v, p, a: a * v * p.sum(0),
    ),
    (
        "a_tenth",
        "The alphas are multiplied by 0.1: they were drawn with that spread already.",
        lambda v, p, a: (0.1 * a * v) @ p.T,
    ),
    (
        "variance_of_each_colour",
        "Each colour is shifted by its own variance: what counts is how the colours vary together, "
        "the components.",
        lambda v, p, a: a * (p**2 @ v),
    ),
    (
        "spread_of_each_colour",
        "Each colour is shifted by its own standard deviation: what counts is how the colours vary "
        "together, the components.",
        lambda v, p, a: a * (p**2 @ v).sqrt(),
    ),
    (
        "signs_downwards",
        "Every shift has the wrong sign: add it, and turn each eigenvector such that its entries "
        "sum to 0 or more (not less).",
        lambda v, p, a: (a * v) @ -p.T,
    ),
    (
        "positive_entries",
        "The absolute values of the eigenvectors' entries are taken: a vector is turned as a "
        "whole, or not at all.",
        lambda v, p, a: (a * v) @ p.abs().T,
    ),
    (
        "first_entry_positive",
        "The eigenvectors are turned by their first entry: the sum of the entries decides.",
        lambda v, p, a: (a * v) @ torch.where(p[:1] < 0, -p, p).T,
    ),
    (
        "last_entry_positive",
        "The eigenvectors are turned by their last entry: the sum of the entries decides.",
        lambda v, p, a: (a * v) @ torch.where(p[2:] < 0, -p, p).T,
    ),
    (
        "largest_entry_positive",
        "The eigenvectors are turned by their largest entry: the sum of the entries decides.",
        lambda v, p, a: (a * v) @ _largest_entry_positive(p).T,
    ),
    (
        "first_component_only",
        "Only the first component counts: add up all three, Σ α_k λ_k p_k.",
        lambda v, p, a: (a * v)[:, :1] @ p[:, :1].T,
    ),
    (
        "last_component_only",
        "Only the last component counts: add up all three, Σ α_k λ_k p_k (`+=`).",
        lambda v, p, a: (a * v)[:, 2:] @ p[:, 2:].T,
    ),
    (
        "alphas_of_the_first",
        "All pictures are shifted like the first: picture n has its own alphas[n].",
        lambda v, p, a: ((a[:1] * v) @ p.T).expand(len(a), 3),
    ),
    (
        "sums_over_the_batch",
        "The shifts of all pictures are added up: picture n gets its own, from alphas[n].",
        lambda v, p, a: ((a * v) @ p.T).sum(0, keepdim=True).expand(len(a), 3),
    ),
    (
        "values_by_colour",
        "The eigenvalues multiply the colours: λ_k goes with α_k, before the p_k are added up.",
        lambda v, p, a: (a @ p.T) * v,
    ),
    (
        "alphas_by_colour",
        "The alphas multiply the colours: α_k goes with component k, not with colour k.",
        lambda v, p, a: a * (p @ v),
    ),
    (
        "same_for_all_colours",
        "All colours are shifted by the same: the shift is a colour, (red, green, blue).",
        lambda v, p, a: ((a * v) @ p.T).sum(1, keepdim=True).expand(len(a), 3),
    ),
    (
        "reverses_colours",
        "The shift has its colours in reverse order: entry 0 of p_k belongs to channel 0. "
        "(`vectors.flip(1)` turns the columns round, and no rows.)",
        lambda v, p, a: ((a * v) @ p.T).flip(1),
    ),
    (
        "divides_by_the_length",
        "The eigenvectors are divided by their sums: they keep length 1, as `eigh` gives them.",
        lambda v, p, a: (a * v) @ (p / p.sum(0)).T,
    ),
    (
        "shares_of_variance",
        "The eigenvalues are divided by their sum: take them as they are.",
        lambda v, p, a: (a * v / v.sum()) @ p.T,
    ),
):
    _with_shifts(_name, _says, _wrong)


@exercise.mistake(
    "The eigenvectors keep the sign that `eigh` gave them, which is arbitrary: turn each one whose "
    "entries sum to less than 0."
)
def leaves_the_signs(x, pixels, alphas):
    values, vectors = torch.linalg.eigh(_covariance(pixels))
    return _shifted(x, (alphas * values.flip(0)) @ vectors.flip(1).T)


@exercise.mistake(
    "The signs are found from the sums of the rows: each column p_k has its own sum, "
    "`vectors.sum(dim=0)`."
)
def signs_by_the_row(x, pixels, alphas):
    values, p = torch.linalg.eigh(_covariance(pixels))
    p = torch.where(p.sum(1) < 0, -p, p)
    return _shifted(x, (alphas * values) @ p.T)


@exercise.mistake(
    "The rows of the matrix are used, and turned: its columns are the eigenvectors, "
    "`vectors[:, k]`."
)
def turns_rows(x, pixels, alphas):
    values, p = torch.linalg.eigh(_covariance(pixels))
    return _shifted(x, (alphas * values.flip(0)) @ _turned(p.flip(1).T).T)


@exercise.mistake(
    "The eigenvectors are used as `eigh` gives them: rising, and with arbitrary signs. Turn the "
    "order round, and then each one whose entries sum to less than 0."
)
def takes_what_eigh_gives(x, pixels, alphas):
    values, p = torch.linalg.eigh(_covariance(pixels))
    return _shifted(x, (alphas * values) @ p.T)


@exercise.mistake("The components come from x: they belong to the training set, `pixels`.")
def takes_the_picture(x, pixels, alphas):
    return _reference(x, x.movedim(1, -1).reshape(-1, COLOURS), alphas)


@exercise.mistake(
    "Singular values of the pixels are no eigenvalues of the covariance: λ_k = s_k² / M."
)
def takes_singular_values(x, pixels, alphas):
    _, s, rows = torch.linalg.svd(pixels - pixels.mean(0), full_matrices=False)
    return _shifted(x, (alphas * s) @ _turned(rows.T).T)


# The picture


def _on_the_picture(name, says, combine):
    """A mistake in using the right shifts: ``combine(x, shifts)`` with shifts (N, 3)."""

    def answer(x, pixels, alphas):
        values, p = _components(pixels)
        return combine(x, (alphas * values) @ p.T)

    answer.__name__ = name
    exercise.mistake(says)(answer)


for _name, _says, _combine in (
    (
        "multiplies",
        "The picture is multiplied by the shift: add it.",
        lambda x, s: x * s[:, :, None, None],
    ),
    (
        "multiplies_by_one_more",
        "The picture is multiplied by 1 + shift: add the shift.",
        lambda x, s: x * (1 + s[:, :, None, None]),
    ),
    (
        "returns_the_shift",
        "The shift alone came back: add it to x.",
        lambda x, s: 0 * x + s[:, :, None, None],
    ),
    (
        "returns_the_shifts",
        "The shifts came back, (N, 3): add them to the pictures, `x + shifts[:, :, None, None]`.",
        lambda x, s: s,
    ),
    (
        "clips_to_255",
        "Values are cut off at 0 and 255: leave them as they come.",
        lambda x, s: (x + s[:, :, None, None]).clamp(0, 255),
    ),
    (
        "clips_to_1",
        "Values are cut off at 0 and 1: leave them as they come.",
        lambda x, s: (x + s[:, :, None, None]).clamp(0, 1),
    ),
    (
        "first_pixel_only",
        "Only the first pixel is shifted: every pixel of the picture is.",
        lambda x, s: torch.cat(
            [
                (x.flatten(2)[:, :, :1] + s[:, :, None]),
                x.flatten(2)[:, :, 1:],
            ],
            dim=2,
        ).reshape(x.shape),
    ),
    (
        "first_channel_only",
        "Only channel 0 is shifted: each channel has its own part of the shift.",
        lambda x, s: torch.cat([x[:, :1] + s[:, :1, None, None], x[:, 1:]], dim=1),
    ),
    (
        "adds_as_it_is",
        "`x + shifts` lays (N, 3) on the last two axes, rows and columns: say `shifts[:, :, None, "
        "None]`.",
        lambda x, s: x + s,
    ),
    (
        "adds_along_columns",
        "The shift lies along the columns of the picture: it belongs to the channels, axis 1. Say "
        "`shifts[:, :, None, None]`.",
        lambda x, s: x + s[:, None, None, :],
    ),
    (
        "shifts_transposed",
        "The shifts have shape (3, N): row n belongs to picture n, so it is `(alphas * values) @ "
        "vectors.T`, or `.T` of what you have.",
        lambda x, s: x + s.T[:, :, None, None],
    ),
    (
        "channels_last",
        "The channels stand last: the answer has the axes of x, (N, 3, H, W).",
        lambda x, s: (x + s[:, :, None, None]).movedim(1, -1),
    ),
    (
        "mixes_the_channels",
        "`reshape` or `view` mixes the channels: it reads the numbers on in a new shape and moves "
        "no axis. `x.permute(0, 2, 3, 1)` does.",
        lambda x, s: (x.reshape(len(x), -1, 3) + s[:, None]).reshape(x.shape),
    ),
):
    _on_the_picture(_name, _says, _combine)


@exercise.also_right("singular values of the pixels")
def with_svd(x, pixels, alphas):
    centred = (pixels - pixels.mean(dim=0, keepdim=True)) / len(pixels) ** 0.5
    _, s, rows = torch.linalg.svd(centred, full_matrices=False)
    rows = rows * torch.where(rows.sum(dim=1, keepdim=True) < 0, -1, 1)
    return x + torch.einsum("nk,k,kc->nc", alphas, s**2, rows)[:, :, None, None]


@exercise.also_right("torch.cov, picture by picture and component by component")
def in_loops(x, pixels, alphas):
    values, vectors = torch.linalg.eigh(torch.cov(pixels.T, correction=0))
    out = x.clone()
    for n in range(len(x)):
        for k, place in enumerate((2, 1, 0)):
            p = vectors[:, place]
            if p.sum() < 0:
                p = -p
            out[n] += (alphas[n, k] * values[place] * p).view(3, 1, 1)
    return out


@exercise.also_right("NumPy for the components, in double precision")
def with_numpy(x, pixels, alphas):
    values, vectors = np.linalg.eigh(np.cov(pixels.double().numpy(), rowvar=False, ddof=0))
    order = np.argsort(values)[::-1]
    values, vectors = values[order], vectors[:, order]
    vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1.0, 1.0)
    shifts = (alphas.double().numpy() * values) @ vectors.T
    return x + torch.from_numpy(shifts).to(x.dtype).reshape(len(x), 3, 1, 1)


@exercise.also_right("torch.linalg.eig, real parts, sorted")
def with_general_eigenvectors(x, pixels, alphas):
    centred = pixels - pixels.mean(0)
    values, vectors = torch.linalg.eig((centred[:, :, None] * centred[:, None, :]).mean(0))
    order = values.real.argsort(descending=True)
    p = vectors.real[:, order]
    p = p * p.sum(0).sign()
    flat = x.flatten(2) + (p @ (alphas * values.real[order]).T).T.unsqueeze(-1)
    return flat.view_as(x)
