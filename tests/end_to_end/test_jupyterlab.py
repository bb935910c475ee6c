"""A student at work: JupyterLab in a real browser, from Run All to a passed exercise."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[2]
NOTEBOOK = "02_convolution_and_filters.ipynb"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.timeout(240),
]

FLIPPED = """\
def cross_correlate2d(x, k, stride=1, padding=0):
    x = np.pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijab,ab->ij", windows[::stride, ::stride], k[::-1, ::-1])
"""
RIGHT = FLIPPED.replace("k[::-1, ::-1]", "k")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the exercises, with progress of its own."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    port = free_port()
    home = folder / "home"
    home.mkdir()
    log = folder / "lab.log"
    environment = {
        **os.environ,
        "COURSEKIT_PROGRESS": str(folder / "progress.sqlite"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--port-retries=0", "--IdentityProvider.token="),
        "--LabApp.news_url=None",
        f"--ServerApp.root_dir={folder}",
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2)
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.3)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def page(lab):
    """A page in headless Chromium; on failure its screenshot is kept if a folder is named."""
    arguments = [
        *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"),
    ]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        shown = browser.new_page(viewport={"width": 1280, "height": 1000})
        shown.set_default_timeout(60_000)
        yield shown
        keep = os.environ.get("COURSEKIT_SCREENSHOTS")
        if keep:
            shown.screenshot(path=str(Path(keep) / "end_to_end.png"))
        browser.close()


def cell_with(page, text):
    """The code cell whose source holds `text`, scrolled into view."""
    cell = page.locator(".jp-CodeCell").filter(
        has=page.locator(".jp-InputArea-editor", has_text=text)
    )
    cell.first.scroll_into_view_if_needed()
    return cell.first


def write(page, cell, code):
    """Replace a cell's code as a person would: click, select all, type, run."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def run(page, cell):
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def test_from_run_all_to_a_passed_exercise(lab, page):
    expect = sync_api.expect
    page.goto(f"{lab}/lab/tree/exercises/{NOTEBOOK}")
    expect(page.locator(".jp-Notebook")).to_be_visible()
    expect(page.get_by_text(re.compile("Python 3.* Idle"), exact=False).first).to_be_attached()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()

    answer = cell_with(page, "def cross_correlate2d(")
    check = cell_with(page, "check(cross_correlate2d)")
    verdict = check.locator(".jp-OutputArea-output .coursekit-check")
    expect(verdict).to_contain_text("not attempted yet")
    expect(page.locator(".jp-RenderedText[data-mime-type*=stderr]")).to_have_count(0)

    write(page, answer, FLIPPED)
    run(page, check)
    expect(verdict).to_contain_text("The kernel is flipped: this is convolution")
    expect(verdict).to_contain_text("is wrong on a small input")

    write(page, answer, RIGHT)
    run(page, check)
    expect(verdict).to_contain_text("passed")

    progress = cell_with(page, 'progress("02")')
    run(page, progress)
    shown = progress.locator(".coursekit-progress")
    expect(shown).to_contain_text("1 of 9 exercises passed")
