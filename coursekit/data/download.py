"""Published files: from the data directories if they are there, from their publisher if not."""

import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from coursekit.data.cache import (
    ENVIRONMENT,
    Damaged,
    MissingDataError,
    PublishedFile,
    data_directories,
    find,
)

#: Seconds without an answer after which the next mirror is asked.
TIMEOUT = 15.0


def fetch(
    files: Sequence[PublishedFile],
    root: str | os.PathLike[str] | None = None,
    *,
    download: bool = True,
    timeout: float = TIMEOUT,
) -> list[Path]:
    """Paths of intact copies of the files, which lie in ``DIRECTORY/folder/name``.

    The data directories are looked at first (`data_directories`), each file compared with its
    SHA-256. What is missing or damaged is fetched into the first directory that can be written:
    mirrors in order, cut transfers resumed, a progress bar in terminals and notebooks. A file
    gets its name only when it is whole; two processes may ask at once. A damaged file is never
    used: a warning names it, and when it must give way it is kept as ``name.damaged``.

    ``timeout`` is in seconds without an answer. ``download=False`` asks nobody.

    Raises MissingDataError (a FileNotFoundError): it names the files, the place for them and
    where they can be had.
    """
    directories = data_directories(root)
    paths = []
    for file in files:
        path, damaged = find(file, directories)
        if path is None:
            try:
                if not download:
                    raise _Failed(["download=False: nobody was asked"])
                path = _download(file, directories, timeout)
            except _Failed as failed:
                reasons = [f"{bad.path} is damaged: {bad.reason}" for bad in damaged]
                missing = [other for other in files if find(other, directories)[0] is None]
                message = _message(file, reasons + failed.reasons, missing, directories)
                raise MissingDataError(message) from failed
        for bad in damaged:
            _warn(bad, path)
        paths.append(path)
    return paths


class _Failed(Exception):
    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def _download(file: PublishedFile, directories: Sequence[Path], timeout: float) -> Path:
    # Imported late: pooch and requests take longer to import than MNIST takes to check.
    import requests
    from filelock import FileLock

    from coursekit.data.transfer import transfer

    directory = _writable(directories, file.folder)
    path = directory / file.folder / file.name
    reasons = []
    try:
        with FileLock(path.with_name(f".{file.name}.lock")):
            if find(file, [directory])[0]:
                return path  # another process fetched it while this one waited
            with _set_aside(path):
                for url in file.urls:
                    try:
                        transfer(file, url, path.parent, timeout)
                        return path
                    except (requests.RequestException, ValueError) as error:
                        reasons.append(f"{url}: {_reason(error, timeout)}")
    except OSError as error:
        reasons.append(f"{path.parent} cannot be written: {error.strerror or error}")
    raise _Failed(reasons)


def _writable(directories: Sequence[Path], folder: str) -> Path:
    refusals = []
    for directory in directories:
        try:
            (directory / folder).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=directory / folder):
                return directory
        except OSError as error:
            refusals.append(f"{directory / folder} cannot be written: {error.strerror or error}")
    raise _Failed(refusals)


@contextmanager
def _set_aside(path: Path) -> Iterator[None]:
    """Rename a damaged file, which may be somebody's own, and back if no better one came."""
    if not path.exists():
        yield
        return
    kept = _kept(path)
    os.replace(path, kept)
    try:
        yield
    finally:
        if not path.exists():
            os.replace(kept, path)


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def _warn(bad: Damaged, used: Path) -> None:
    if used == bad.path:
        done = f"it was fetched again, the old file is kept as {_kept(used).name}"
    else:
        done = f"{used} was used instead"
    warnings.warn(f"{bad.path} is damaged ({bad.reason}): {done}", stacklevel=3)


def _reason(error: Exception, timeout: float) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server says {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, requests.RequestException):
        return str(error)
    return "what it sent is not this file (wrong SHA-256); a network's log-in page can do this"


def _message(
    file: PublishedFile,
    reasons: Sequence[str],
    missing: Sequence[PublishedFile],
    directories: Sequence[Path],
) -> str:
    wanted = [f"  {other.name} ({other.size} bytes) from {other.urls[0]}" for other in missing]
    place = directories[0] / file.folder
    return "\n".join(
        [
            f"{file.name} is not on this computer and could not be fetched:",
            *(f"  {reason}" for reason in reasons),
            f"Connect to the network and run this again, or put into {place}:",
            *wanted,
            f"Another data directory: set {ENVIRONMENT} to the one that holds {file.folder}/.",
        ]
    )
