"""Pages in a real browser, where there is one, and judged by axe, where that is installed."""

import contextlib
import shutil
from pathlib import Path

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]


@contextlib.contextmanager
def a_browser():
    """A headless Chromium; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not found:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


def violations(page):
    """What axe finds wrong with a page; the test is skipped where axe is not installed."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is missing")
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found]
