"""``global_average_pool``: one number per map."""

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit08._draws import normal


def _global_average_pool(x):
    return x.mean(dim=(2, 3))


exercise = Exercise(
    "global_average_pool(x)",
    unit="08",
    title="Global average pooling",
    reference=_global_average_pool,
    tensors=True,
    points=3,
    checks={"square maps": 1, "maps of any size": 1, "gradients": 0.5, "in any form": 0.5},
    minutes=10,
    difficulty=1,
    builds_on=("average_pool2d",),
    hints=(
        "Two of the four axes go, and two stay. Which are they? The shape (N, C, H, W) tells.",
        "`x.mean(dim=…)` takes several axes at once, as a tuple.",
        "`x.mean(dim=(2, 3))`: rows and columns go, images and channels stay.",
    ),
)


@exercise.cases
def cases(rng):
    any_size = "maps of any size"
    first = [[[[1, 2], [3, 6]], [[0, 0], [-4, 0]]]]
    yield tiny("two maps of 2×2", np.array(first, np.float32), expected=[[3, -1]])
    yield tiny(
        "two pictures, one map of 1×4 each",
        np.array([[[[1, 2, 6, 3]]], [[[-1, 0, 4, 1]]]], np.float32),
        expected=[[3], [1]],
    ).counts_for(any_size)
    yield case("two pictures with three maps", normal(rng, 2, 3, 4, 4))
    yield case("GoogLeNet's 7×7", normal(rng, 3, 5, 7, 7))
    yield case("wide maps", normal(rng, 2, 3, 4, 6)).counts_for(any_size)
    yield case("high maps", normal(rng, 3, 2, 5, 3)).counts_for(any_size)
    yield case("one picture", normal(rng, 1, 4, 3, 5)).counts_for(any_size)
    yield case("one channel", normal(rng, 3, 1, 4, 3)).counts_for(any_size)
    yield case("one picture, one channel", normal(rng, 1, 1, 3, 4)).counts_for(any_size)
    yield case("maps of one pixel", normal(rng, 2, 3, 1, 1)).counts_for(any_size)
    yield case("maps of one row", normal(rng, 2, 4, 1, 5)).counts_for(any_size)
    yield case("backwards", normal(rng, 2, 3, 4, 5)).with_gradients("x").counts_for("gradients")


@exercise.holds("Where in its map a number stands does not matter.")
def places_do_not_matter(answer, rng):
    x = normal(rng, 2, 3, 4, 5)
    moved = rng.permutation(x.reshape(2, 3, -1), axis=2).reshape(x.shape)
    return same(answer(moved), answer(x))


@exercise.mistake("The sums are not divided: a mean is wanted, `.mean(…)`.")
def sums(x):
    return x.sum(dim=(2, 3))


@exercise.mistake("This is the largest number of each map. The average is wanted.")
def takes_the_largest(x):
    return x.amax(dim=(2, 3))


@exercise.mistake("This is the median of each map. The mean is wanted.")
def takes_the_median(x):
    return x.flatten(2).median(dim=2).values


@exercise.mistake(
    "The axes of length 1 are still there, (N, C, 1, 1): take them away with `.flatten(1)`, or do "
    "without `keepdim`."
)
def keeps_the_axes(x):
    return x.mean(dim=(2, 3), keepdim=True)


@exercise.mistake(
    "`.squeeze()` takes away every axis of length 1, also that of a single picture or channel: "
    "`.flatten(1)` keeps the first two."
)
def squeezes_everything(x):
    return x.mean(dim=(2, 3), keepdim=True).squeeze()


@exercise.mistake(
    "`.squeeze()` takes away an axis of length 1 that has to stay, since only one axis was "
    "averaged before: average over both, `dim=(2, 3)`."
)
def squeezes_and_averages(x):
    return x.squeeze().mean(dim=(-2, -1))


@exercise.mistake(
    "Everything but the picture is averaged: the channels have to stay, since each is a feature of "
    "its own."
)
def averages_channels_too(x):
    return x.mean(dim=(1, 2, 3))


@exercise.mistake("The whole batch becomes one number: only rows and columns are averaged.")
def averages_everything(x):
    return x.mean()


@exercise.mistake("The pictures of the batch are averaged: each has its own row in the answer.")
def averages_the_batch(x):
    return x.mean(dim=(0, 2, 3))


@exercise.mistake("Only the columns are averaged: the rows, axis 2, have to go as well.")
def averages_columns_only(x):
    return x.mean(dim=3)


@exercise.mistake("Only the rows are averaged: the columns, axis 3, have to go as well.")
def averages_rows_only(x):
    return x.mean(dim=2)


@exercise.mistake(
    "Axes 1 and 2 are averaged, as if the channels came last. Here they are (N, C, H, W): rows and "
    "columns are axes 2 and 3."
)
def takes_channels_for_last(x):
    return x.mean(dim=(1, 2))


@exercise.mistake("Axes 1 and 3 are averaged. In (N, C, H, W), rows and columns are axes 2 and 3.")
def averages_channels_and_columns(x):
    return x.mean(dim=(1, 3))


@exercise.mistake("Axes 0 and 1 are averaged, so that one map is left: average inside each map.")
def averages_the_maps(x):
    return x.mean(dim=(0, 1))


@exercise.mistake(
    "The map is taken for square: divide by rows times columns, x.shape[2] * x.shape[3]."
)
def divides_by_the_height_squared(x):
    return x.sum(dim=(2, 3)) / x.shape[2] ** 2


@exercise.mistake("The sums are divided by the columns squared: the map is not always square.")
def divides_by_the_width_squared(x):
    return x.sum(dim=(2, 3)) / x.shape[3] ** 2


@exercise.mistake("The sums are divided by 49, which is right for maps of 7×7 only.")
def divides_by_49(x):
    return x.sum(dim=(2, 3)) / 49


@exercise.mistake(
    "The window is as wide as the map is high: with maps that are not square, that fails."
)
def pools_squares(x):
    return F.avg_pool2d(x, x.shape[2]).flatten(1)


@exercise.mistake("The window is as high as the map is wide: that fails where it is not square.")
def pools_squares_by_the_width(x):
    return F.avg_pool2d(x, x.shape[3]).flatten(1)


@exercise.mistake("The window is always 7×7. It has to be as large as the map, whatever its size.")
def pools_7x7(x):
    return F.avg_pool2d(x, 7).flatten(1)


@exercise.mistake(
    "The sums are divided by the number of all values, with pictures and channels among them: "
    "divide by rows times columns."
)
def divides_by_everything(x):
    return x.sum(dim=(2, 3)) / x.numel()


@exercise.mistake("The sums are divided by the channels too: divide by rows times columns only.")
def divides_by_channels(x):
    return x.mean(dim=(2, 3)) / x.shape[1]


@exercise.mistake(
    "Channels and pictures have changed places: the answer has one row for each picture, (N, C)."
)
def exchanges_the_axes(x):
    return x.mean(dim=(2, 3)).T


@exercise.mistake(
    "The numbers of different maps are mixed: `reshape` does not move axes, it only cuts the row "
    "of numbers anew. `x.flatten(2)` keeps each map together."
)
def mixes_maps(x):
    return x.reshape(len(x), -1, x.shape[1]).mean(dim=1)


@exercise.mistake(
    "No gradient can flow back: `.data`, `.detach()` and `torch.no_grad()` take the numbers out of "
    "the graph."
)
def leaves_the_graph(x):
    return x.detach().mean(dim=(2, 3))


@exercise.also_right("flattened maps, then a mean")
def with_flatten(x):
    return x.flatten(start_dim=2).mean(-1)


@exercise.also_right("an average pooling that is as large as the map")
def with_avg_pool(x):
    return F.avg_pool2d(x, x.shape[2:]).flatten(1)


@exercise.also_right("adaptive pooling, and two axes squeezed")
def with_adaptive_pooling(x):
    return torch.nn.AdaptiveAvgPool2d((1, 1))(x).squeeze(-1).squeeze(-1)


@exercise.also_right("a sum by einsum, divided, with the batch last in memory")
def with_einsum(x):
    sums = torch.einsum("nchw->cn", x)
    return (sums / (x.size(2) * x.size(3))).T


@exercise.also_right("loops over pictures and channels")
def with_loops(x):
    return torch.stack([torch.stack([m.sum() / m.numel() for m in image]) for image in x])


@exercise.also_right("one mean after the other, in double precision")
def in_double_precision(x):
    return x.double().mean(3).mean(2)
