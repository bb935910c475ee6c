# %% [markdown]
# # Retouching photographs
#
# Four small tools of a photo editor, a plot, and a question to think about.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your function and says what is wrong. Your mark
# comes from the same kind of tests with other numbers.

# %%
import numpy as np

from coursekit import check, load_exercises

load_exercises("retouching_checks.py")

# %% [markdown]
# ## 1 · More contrast
#
# <!-- card: stretch -->
#
# A photograph taken in fog uses few of the grey levels that there are. Stretch
# them: the darkest pixel becomes `low`, the brightest becomes `high`, and what
# lies between moves in proportion. A picture in which all pixels are the same
# has no contrast to stretch: every pixel becomes `low`.
#
# The row 2, 3, 6 becomes 0, 0.25, 1.


# %%
def stretch(image, low=0.0, high=1.0):
    """A picture whose grey levels reach from `low` to `high`.

    Args:
        image: (H, W), ints or floats, also negative ones. It is not changed.
        low, high: numbers; `high` may be smaller than `low`: that gives a
            negative.

    Returns:
        Floats of shape (H, W).
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, float)
    darkest, brightest = image.min(), image.max()
    if brightest == darkest:
        return np.full(image.shape, float(low))
    share = (image - darkest) / (brightest - darkest)
    return low + share * (high - low)
    ### END SOLUTION


# %%
check(stretch)

# %% [markdown]
# <!-- hints: stretch -->
#
# ## 2 · Where is the thing?
#
# <!-- card: bounding_box -->
#
# A mask says of each pixel whether it belongs to a thing. Find the smallest
# box of whole pixels that holds all of it.
#
# ```text
# . . . . .
# . . X X .      rows 1 and 2, columns 1 to 3:
# . X . . .      bounding_box(mask) is (1, 3, 1, 4)
# . . . . .
# ```


# %%
def bounding_box(mask):
    """The smallest box that holds everything that is True.

    Args:
        mask: (H, W), booleans.

    Returns:
        Four ints (top, bottom, left, right), so that
        `mask[top:bottom, left:right]` holds all of it: top and left belong to
        the box, bottom and right are the first that do not. Four zeros if
        nothing in `mask` is True.
    """
    ### BEGIN SOLUTION
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return 0, 0, 0, 0
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    ### END SOLUTION


# %%
check(bounding_box)

# %% [markdown]
# <!-- hints: bounding_box -->
#
# ## 3 · Many pictures on one sheet
#
# <!-- card: contact_sheet -->
#
# Photographers used to print all small pictures of a film on one sheet. Lay
# pictures out in rows of `columns` pictures, in reading order, with `gap`
# pixels between neighbours and no border around. The last row may not be full.
# Gaps and free places are 0.
#
# Three pictures `a`, `b`, `c` of one row with two pixels each, in two columns:
#
# ```text
# a a 0 b b
# 0 0 0 0 0
# c c 0 0 0
# ```


# %%
def contact_sheet(images, columns, gap=1):
    """Pictures side by side and below one another.

    Args:
        images: (N, H, W), at least one picture, ints or floats.
        columns: pictures in a row, at least 1. Also when there are fewer
            pictures, the sheet is `columns` wide.
        gap: pixels between neighbours, 0 or more.

    Returns:
        (rows * H + (rows - 1) * gap, columns * W + (columns - 1) * gap).
    """
    ### BEGIN SOLUTION
    images = np.asarray(images)
    count, height, width = images.shape
    rows = -(-count // columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap)
    sheet = np.zeros(shape, images.dtype)
    for i, image in enumerate(images):
        top = i // columns * (height + gap)
        left = i % columns * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet
    ### END SOLUTION


# %%
check(contact_sheet)

# %% [markdown]
# <!-- hints: contact_sheet -->
#
# ## 4 · Take out the specks
#
# <!-- card: despeckle -->
#
# Dust on a scanned slide gives single pixels that are far too bright or too
# dark. Such a pixel is an outlier among its neighbours: replace it by the
# median of the `size`×`size` window around it, but only if it differs from this
# median by more than `tolerance`. All other pixels stay exactly as they are. At
# the border, the window holds only the pixels that exist.


# %%
def despeckle(image, tolerance, size=3):
    """A picture without single bright or dark specks.

    Args:
        image: (H, W), ints or floats. It is not changed, and every window
            looks at the picture as it was before.
        tolerance: a number of at least 0.
        size: odd, the side of the window.

    Returns:
        (H, W), floats.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, float)
    reach = size // 2
    result = image.copy()
    height, width = image.shape
    for y in range(height):
        for x in range(width):
            top, left = max(0, y - reach), max(0, x - reach)
            window = image[top : y + reach + 1, left : x + reach + 1]
            middle = np.median(window)
            if abs(image[y, x] - middle) > tolerance:
                result[y, x] = middle
    return result
    ### END SOLUTION


# %%
check(despeckle)

# %% [markdown]
# <!-- hints: despeckle -->
#
# ## 5 · Show it
#
# <!-- card: before_and_after -->
#
# Make a picture of 40×60 pixels that is brighter to the right, strew twenty
# white specks over it, and show it before and after `despeckle`, side by side.

# %% by_hand="before_and_after" points=2 title="Before and after"
### BEGIN SOLUTION
import matplotlib.pyplot as plt

rng = np.random.default_rng(0)
before = np.tile(np.linspace(0.2, 0.6, 60), (40, 1))
before[rng.integers(0, 40, 20), rng.integers(0, 60, 20)] = 1
figure, axes = plt.subplots(1, 2)
for axis, picture in zip(axes, [before, despeckle(before, 0.1)]):
    axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axis.axis("off")
axes[0].set_title("before")
axes[1].set_title("after")
plt.show()
### END SOLUTION
### BEGIN RUBRIC
# - 1 point: both pictures are shown, and the specks are gone in the second.
# - 1 point: both have the same grey scale (`vmin` and `vmax`) and a title.
### END RUBRIC

# %% [markdown]
# ## 6 · Why the median?
#
# <!-- card: why_median -->
#
# Somebody replaces the median by the mean of the window. What becomes of a
# single white speck, and of an edge between black and white? Three sentences
# will do.

# %% [markdown] by_hand="why_median" points=2 title="Why the median?"
# ### BEGIN SOLUTION
# A mean is drawn towards the speck: its neighbours become too bright, and so
# does the pixel itself. An edge becomes a slope, because windows that reach
# over it mix both sides. The median is one of the values that occur: the speck
# leaves no trace, and a straight edge stays where it is.
# ### END SOLUTION
# ### BEGIN RUBRIC
# - 1 point: the mean spreads the speck instead of removing it.
# - 1 point: the mean blurs edges, the median keeps them.
# ### END RUBRIC
