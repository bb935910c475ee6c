# %% [markdown]
# # 01 · Images and classifiers: exercises
#
# Replace each `raise NotImplementedError` by your answer, run the cell, then
# run `check(...)` below it. A check says what is wrong on the smallest input
# that shows it. Stuck? Open a hint, or call `hint(to_grayscale)` for the next
# one. Nothing leaves your computer.
#
# The six functions are the tools of the lecture: turn a picture grey, measure
# how far apart pictures are, let neighbours vote, learn from a mistake, and
# count mistakes in two ways.

# %%
import numpy as np
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · Turn a colour picture grey
# <!-- card: to_grayscale -->
#
# A colour picture is an array `(H, W, 3)`: for every pixel a red, a green and
# a blue number. We see green as brighter than red, and red as brighter than
# blue. The usual recipe (ITU-R BT.601, made for television) is
#
# $$\text{grey} = 0.299\,R + 0.587\,G + 0.114\,B.$$
#
# A pure red pixel `(200, 0, 0)` becomes 59.8, a pure green one `(0, 200, 0)`
# becomes 117.4, a pure blue one `(0, 0, 200)` becomes 22.8. The mixed pixel
# `(10, 20, 30)` becomes 2.99 + 11.74 + 3.42 = 18.15.


# %%
def to_grayscale(image):
    """Brightness of every pixel of a colour picture.

    Args:
        image: array (H, W, 3), red, green, blue on the last axis; whole
            numbers from 0 to 255, or floats of any scale, also negative.

    Returns:
        Array (H, W) of floats: 0.299 R + 0.587 G + 0.114 B. The scale stays
        as it is, and nothing is rounded.
    """
    ### BEGIN SOLUTION
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    return 0.299 * red + 0.587 * green + 0.114 * blue
    ### END SOLUTION


# %%
check(to_grayscale)

# %% [markdown]
# <!-- hints: to_grayscale -->
#
# **Stretch.** What does the plain mean of the three channels give for the red,
# the green and the blue pixel above? Compute `np.mean(image, axis=2)` for a
# photo from `coursekit.data.load_photo("chelsea")`, and find the pixel where
# the two kinds of grey differ most. What colour is it?

# %% [markdown]
# ## 2 · Measure all distances at once
# <!-- card: pairwise_squared_distances -->
#
# How alike are two pictures? Lay all their pixel values in one row of D
# numbers, subtract one row from the other, square, and add up:
#
# $$d_{ij} = \sum_{k=1}^{D} (a_{ik} - b_{jk})^2.$$
#
# Given N rows `a` and M rows `b`, you compute all N × M numbers. With the
# points a = (0, 0), (3, 4) and b = (0, 0), (1, 0), (0, 2):
#
# | | b₀ = (0, 0) | b₁ = (1, 0) | b₂ = (0, 2) |
# | --- | ---: | ---: | ---: |
# | **a₀ = (0, 0)** | 0 | 1 | 4 |
# | **a₁ = (3, 4)** | 25 | 20 | 13 |
#
# Two nested loops over rows are a fine start. Then try to do it without any
# loop: write out the square, (a − b)² = a² + b² − 2ab, and notice that the
# last term, for all pairs at once, is a matrix product.
#
# Photos come as bytes (`uint8`). NumPy computes with bytes modulo 256: there,
# 3 − 5 is 254. Convert first.


# %%
def pairwise_squared_distances(a, b):
    """Squared Euclidean distance of every row of a from every row of b.

    Args:
        a: array (N, D), integers or floats, bytes (uint8) among them.
        b: array (M, D).

    Returns:
        Array (N, M) of floats: entry [i, j] is the sum over k of
        (a[i, k] - b[j, k]) ** 2. No square root. Never negative.
    """
    ### BEGIN SOLUTION
    a, b = a.astype(float), b.astype(float)
    squares_a = (a**2).sum(axis=1)[:, np.newaxis]
    squares_b = (b**2).sum(axis=1)
    return np.maximum(squares_a + squares_b - 2 * a @ b.T, 0)
    ### END SOLUTION


# %%
check(pairwise_squared_distances)

# %% [markdown]
# <!-- hints: pairwise_squared_distances -->
#
# **Stretch.** Write it in two ways: with loops over i and j, and with one
# matrix product. Time both with `%timeit` on 300 rows of 64 numbers against
# 300 others. How many times faster is the product? And how large is the array
# of differences `(N, M, D)` in the third way, for 60,000 pictures of 784
# pixels against 10,000?

# %% [markdown]
# ## 3 · Let the nearest neighbours vote
# <!-- card: knn_predict -->
#
# The simplest classifier keeps all training examples. Asked about a new one,
# it finds the k training examples nearest to it, and answers with the label
# that most of them have.
#
# Five training examples lie on a line, at 1, 2, 4, 8 and 9, with the labels
# 3, 1, 1, 7 and 7. Take k = 3. A test example at 0 has the neighbours 1, 2 and
# 4; they vote 3, 1, 1: the answer is 1. A test example at 7 has the
# neighbours 8, 9 and 4; they vote 7, 7, 1: the answer is 7. At 10 the answer
# is 7 as well. With k = 1, the example at 0 would get label 3.
#
# When several labels have equally many votes, the smallest of them wins: with
# k = 2 the example at 0 gets the votes 3 and 1, and the answer is 1, although
# the nearer neighbour says 3. Your `pairwise_squared_distances` is at hand.


# %%
def knn_predict(x_train, y_train, x_test, k):
    """Labels for test examples, by the vote of the k nearest neighbours.

    Near means a small squared Euclidean distance. When votes are equal, the
    smallest of the labels wins. (Where the answer would depend on which of two
    equally distant examples counts as nearer, either is right.)

    Args:
        x_train: array (N, D), one training example per row; bytes or floats.
        y_train: array (N,) of integers, 0 or more: their labels.
        x_test: array (M, D).
        k: how many neighbours vote, less than N.

    Returns:
        Array (M,) of integers: one label per test example.
    """
    ### BEGIN SOLUTION
    distances = pairwise_squared_distances(x_test, x_train)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.array([np.bincount(votes).argmax() for votes in y_train[nearest]])
    ### END SOLUTION


# %%
check(knn_predict)

# %% [markdown]
# <!-- hints: knn_predict -->
#
# **Stretch.** Get the digits, `from coursekit.data import load_digits`, and
# measure your accuracy on the validation set for k = 1, 3, 5, 15. Then move
# all validation digits one pixel to the right with `np.roll(x, 1, axis=2)`.
# What happens, and why?

# %% [markdown]
# ## 4 · Learn from one mistake
# <!-- card: perceptron_update -->
#
# A linear classifier keeps one weight per input and a bias, and answers with
# the sign of its score w · x + b. The perceptron (F. Rosenblatt, 1958) learns
# them from mistakes, one example at a time. The label y is −1 or +1:
#
# - score and label have the same sign, y (w · x + b) > 0: right, no change;
# - otherwise, a score of exactly 0 included: a mistake. Then
#
# $$w \leftarrow w + \eta\,y\,x, \qquad b \leftarrow b + \eta\,y,$$
#
# where η (say: eta) is the learning rate. With w = (1, −1, 0), b = 0 and
# x = (1, 3, 2) the score is −2. If the label is +1, this is a mistake, and
# w becomes (2, 2, 2), b becomes 1. If it is −1, nothing changes.


# %%
def perceptron_update(w, b, x, y, learning_rate=1.0):
    """One step of the perceptron rule.

    A mistake is y * (w @ x + b) <= 0: on the boundary counts as a mistake.

    Args:
        w: array (D,) of floats, the weights. It is not changed.
        b: the bias, a number.
        x: array (D,) of floats, one example.
        y: its label, -1 or +1.
        learning_rate: the factor eta of the step.

    Returns:
        (w, b): after a mistake the new weights, array (D,), and the new bias;
        otherwise the old ones.
    """
    ### BEGIN SOLUTION
    if y * (w @ x + b) <= 0:
        w = w + learning_rate * y * x
        b = b + learning_rate * y
    return w, b
    ### END SOLUTION


# %%
check(perceptron_update)

# %% [markdown]
# <!-- hints: perceptron_update -->
#
# **Stretch.** Start with w = 0, b = 0. Show on paper that the learning rate
# then changes nothing but the length of (w, b): the guesses along the way stay
# the same. Does that hold for other starting weights?

# %% [markdown]
# ## 5 · Score a network the ImageNet way
# <!-- card: top_k_error -->
#
# With a thousand classes, the first guess is often a near miss: one breed of
# dog for another. The ImageNet challenge therefore lets a network name its
# five best guesses. The top-5 error is the share of pictures whose label is
# not among the five classes with the highest scores; k = 1 gives the plain
# error, 1 − accuracy.
#
# Five pictures, three classes, k = 2:
#
# | scores | two best classes | label | |
# | --- | --- | --- | --- |
# | 0.1, **0.7**, **0.2** | 1, 2 | 1 | hit |
# | **0.5**, **0.3**, 0.2 | 0, 1 | 2 | miss |
# | 0.2, **0.5**, **0.3** | 1, 2 | 2 | hit |
# | **0.6**, 0.1, **0.3** | 0, 2 | 0 | hit |
# | 0.1, **0.3**, **0.6** | 2, 1 | 0 | miss |
#
# Two misses among five: the top-2 error is 0.4. The top-1 error is 0.6.


# %%
def top_k_error(scores, labels, k=5):
    """Share of the rows whose label is not among the k highest scores.

    Args:
        scores: array (N, C) of floats, one row per picture, one column per
            class; any numbers, higher is better, no two alike in a row.
        labels: array (N,) of integers from 0 to C - 1, the right classes.
        k: how many guesses count, less than C.

    Returns:
        A number from 0 (the label is always among the k best) to 1.
    """
    ### BEGIN SOLUTION
    top = np.argsort(scores, axis=1)[:, -k:]
    hits = (top == labels[:, np.newaxis]).any(axis=1)
    return 1 - hits.mean()
    ### END SOLUTION


# %%
check(top_k_error)

# %% [markdown]
# <!-- hints: top_k_error -->
#
# **Stretch.** Which top-5 error has a network that guesses at random among
# 1,000 classes? And among 10? Draw random scores and see.

# %% [markdown]
# ## 6 · See who is taken for whom
# <!-- card: confusion_matrix -->
#
# One number says how often a classifier is wrong, not how. The confusion
# matrix counts, for every pair of classes, how often the one is taken for the
# other: the row is the true class, the column the predicted one. Right answers
# stand on the diagonal.
#
# Labels 0, 0, 0, 1, 2, 2, 2 and predictions 0, 1, 1, 1, 2, 0, 2 give
#
# | | taken for 0 | taken for 1 | taken for 2 |
# | --- | ---: | ---: | ---: |
# | **is 0** | 1 | 2 | 0 |
# | **is 1** | 0 | 1 | 0 |
# | **is 2** | 1 | 0 | 2 |
#
# (Some books have rows and columns the other way round. Here, as in
# scikit-learn, rows are the truth.)


# %%
def confusion_matrix(labels, predictions, n_classes):
    """How often each class is taken for each other one.

    Args:
        labels: array (N,) of integers from 0 to n_classes - 1, the truth.
        predictions: array (N,) of integers, the classifier's answers.
        n_classes: how many classes there are. Some may not occur at all.

    Returns:
        Array (n_classes, n_classes) of integers. Entry [i, j] counts the
        examples with label i and prediction j: rows are the true classes,
        columns the predicted ones.
    """
    ### BEGIN SOLUTION
    counts = np.zeros((n_classes, n_classes), dtype=int)
    for label, prediction in zip(labels, predictions, strict=True):
        counts[label, prediction] += 1
    return counts
    ### END SOLUTION


# %%
check(confusion_matrix)

# %% [markdown]
# <!-- hints: confusion_matrix -->
#
# **Stretch.** Compute from the matrix alone: the accuracy; for each class the
# share of its examples that were found (recall); for each class the share of
# its predictions that were right (precision). What happens for a class that is
# never predicted?

# %%
progress("01")
