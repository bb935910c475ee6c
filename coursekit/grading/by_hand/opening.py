"""Opening the page in a browser, without showing its token to other users of the machine."""

from __future__ import annotations

import os
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from coursekit.grading.by_hand.errors import ByHandError


@contextmanager
def opened(address: str, folder: str | Path) -> Iterator[None]:
    """Open `address` in a browser; the file that leads there is gone after the block.

    Everybody can read the command line of a browser. So it gets the path of a file in `folder`
    that only we can read, and that leads on. Raises ByHandError: it cannot be written.
    """
    path = _leading_to(address, folder)
    try:
        # Some browsers keep us waiting until they are closed.
        threading.Thread(
            target=webbrowser.open, args=(path.resolve().as_uri(),), daemon=True
        ).start()
        yield
    finally:
        path.unlink(missing_ok=True)


def _leading_to(address: str, folder: str | Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(".html", "open-marking-", folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(
                '<!doctype html><meta charset="utf-8"><title>Marking by hand</title>'
                f'<meta http-equiv="refresh" content="0;url={escape(address)}">'
                f'<a href="{escape(address)}">Go on to the page for marking</a>\n'
            )
    except OSError as error:
        raise ByHandError(
            f"{folder} cannot be written ({error.strerror}), so no mark could be kept there."
        ) from error
    return Path(name)
