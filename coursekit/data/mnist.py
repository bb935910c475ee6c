"""MNIST: 70,000 handwritten digits, 28×28 grey pixels.

Written by employees of the US Census Bureau and by pupils; no hand is in both training and test.
Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition", 1998, doi:10.1109/5.726791. Generally stated to be under CC BY-SA 3.0.
"""

import os
from collections.abc import Sequence

from coursekit.data.cache import PublishedFile
from coursekit.data.download import fetch
from coursekit.data.idx_folder import split_of
from coursekit.data.splits import Split

#: Images for training, validation and test.
SIZES = (55_000, 5_000, 10_000)

#: Asked in this order.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)

#: Name → bytes and SHA-256: images and labels for training, then for test.
FILES = {
    "train-images-idx3-ubyte.gz": (
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte.gz": (
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte.gz": (
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}


def load_mnist(
    root: str | os.PathLike[str] | None = None,
    *,
    download: bool = True,
    sizes: Sequence[int] = SIZES,
    seed: int = 0,
) -> Split:
    """MNIST's digits in the layout of a convolution layer.

    Images are float32 of shape (N, 1, 28, 28), 0 for paper and 1 for ink, as in `load_digits32`;
    labels int64 of shape (N,). ``sizes`` is (train, val, test). Training and validation are
    drawn from the 60,000 training images, stratified and repeatable (`stratified_split`); val
    may be 0. All 10,000 test images keep their published order; fewer are drawn likewise.

    The files are looked for in ``root/mnist`` if ``root`` is given, else in ``mnist`` of the
    directory that ``COURSEKIT_DATA`` names and of the user's cache; then they are fetched
    (11.6 MB; see `coursekit.data.download.fetch`) unless ``download`` is False.

    Raises MissingDataError when the files are neither here nor to be had, ValueError for sizes
    that do not fit.
    """
    files = [
        PublishedFile("mnist", name, size, sha256, tuple(mirror + name for mirror in MIRRORS))
        for name, (size, sha256) in FILES.items()
    ]
    return split_of(fetch(files, root, download=download), sizes, seed)
