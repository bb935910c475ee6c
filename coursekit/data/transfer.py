"""One file from one address: pooch transfers and checks it, this adds resuming.

What has arrived is kept in NAME.part; the next transfer asks for the rest with an HTTP range
request (RFC 9110, section 14). Whatever the pieces came from, pooch compares the SHA-256 of the
whole before the file gets its name.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests
from tqdm.auto import tqdm

from coursekit.data.cache import PublishedFile

#: Times that one address is asked, as long as each answer brings some of the file.
ATTEMPTS = 5
_CHUNK = 1 << 14


def transfer(file: PublishedFile, url: str, folder: Path, timeout: float) -> None:
    """Fetch the file from ``url`` into ``folder``, checked, under its own name.

    The caller holds the lock of the file. ``timeout`` is in seconds without an answer.
    Raises requests.RequestException when the address does not give the file (what came before
    stays for the next call), ValueError when it gives something else, OSError when the disk
    refuses.
    """
    part = folder / f"{file.name}.part"
    for left in reversed(range(ATTEMPTS)):
        start = _start(part, file.size)
        try:
            with _silent_pooch():
                pooch.retrieve(
                    url,
                    known_hash=f"sha256:{file.sha256}",
                    fname=file.name,
                    path=folder,
                    downloader=_Resuming(part, start, file, timeout),
                )
            return
        except requests.RequestException:
            if not left or _start(part, file.size) <= start:
                raise
        except ValueError:  # pooch: the checksum is wrong; a bad first piece may be the reason
            if not left or not start:
                raise
        finally:
            if part.exists() and not part.stat().st_size:
                part.unlink()


@dataclass(frozen=True)
class _Resuming:
    """A downloader for pooch that goes on where an earlier one ended."""

    part: Path
    start: int
    file: PublishedFile
    timeout: float

    def __call__(self, url: str, output_file: str, _: object) -> None:
        # An encoded answer would not be the bytes that the range and the checksum mean.
        headers = {"Accept-Encoding": "identity"}
        if self.start:
            headers["Range"] = f"bytes={self.start}-"
        with (
            self.part.open("ab") as partial,
            tqdm(
                desc=self.file.name,
                total=self.file.size - self.start,
                unit="B",
                unit_scale=True,
                disable=not _watched(),
            ) as bar,
        ):

            def begin_again(response: requests.Response, **_: object) -> None:
                if response.status_code == requests.codes.ok:  # whole, not 206: no range given
                    partial.truncate(0)

            download = pooch.HTTPDownloader(
                progressbar=bar,
                chunk_size=_CHUNK,
                timeout=self.timeout,
                headers=headers,
                hooks={"response": begin_again},
            )
            download(url, partial, None)
        os.replace(self.part, output_file)


def _start(part: Path, size: int) -> int:
    """Bytes that need not be fetched again; a piece as long as the file is no piece of it."""
    if not part.exists():
        return 0
    start = part.stat().st_size
    if start < size:
        return start
    part.unlink()
    return 0


def _watched() -> bool:
    """Whether somebody sees a progress bar: in a notebook or in a terminal."""
    kernel = sys.modules.get("ipykernel.kernelapp")
    return sys.stderr.isatty() or (kernel is not None and kernel.IPKernelApp.initialized())


@contextmanager
def _silent_pooch() -> Iterator[None]:
    """pooch tells every step on stderr; the progress bar and our errors say it better."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
