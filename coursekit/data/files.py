"""Find a file that an installed package ships, without importing the package.

Importing scikit-learn's or scikit-image's loaders takes one to two seconds; opening the file
they would open takes milliseconds. The tests hold both ways equal.
"""

from importlib.util import find_spec
from pathlib import Path


def packaged_file(package: str, relative: str, distribution: str) -> Path:
    """Path of ``relative`` inside an installed package.

    ``distribution`` is the name to install it by ("scikit-image" for ``skimage``).
    Raises ModuleNotFoundError when the package is missing, FileNotFoundError when the package is
    there but the file is not.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"this data set comes with {distribution}, which is not installed: "
            f"install it with `pip install {distribution}`",
            name=package,
        )
    path = Path(spec.origin).parent / relative
    if not path.is_file():
        raise FileNotFoundError(
            f"{distribution} is installed but has no file {relative!r}: "
            f"reinstall it with `pip install --force-reinstall {distribution}`"
        )
    return path
