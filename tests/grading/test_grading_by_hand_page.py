"""The page for marking by hand in a real browser: keys, hostile answers, nothing typed is lost."""

import os
import re
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from by_hand_class import Running, a_mark, the_class, write_class

from coursekit.grading.by_hand import marks as marks_file
from coursekit.grading.by_hand.desk import Desk, Given
from coursekit.grading.by_hand.marks import HandMarks
from coursekit.grading.by_hand.opening import opened

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    write_class(folder, the_class())
    return folder


@pytest.fixture
def server(results):
    running = Running(results)
    yield running
    running.stop()


_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


class Marker:
    """A person at the page: types, looks; remembers what the browser complained of."""

    def __init__(self, browser, server, **options):
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints, self.asked = [], set()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))
        self.page.goto(server.access.address)
        self.page.wait_for_url(f"http://{server.host}/*question=*")
        self.settle()

    def settle(self):
        """Wait until everything asked for has been done."""
        self.page.evaluate("() => last")
        self.page.evaluate("() => last")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def text(self, identifier):
        return self.page.inner_text(f"#{identifier}")

    def chosen(self):
        return self.page.locator("#items [aria-pressed=true]").count()


@pytest.fixture
def marker(chromium, server):
    marker = Marker(chromium, server)
    yield marker
    keep = os.environ.get("COURSEKIT_SCREENSHOTS")
    if keep and not marker.page.is_closed():
        marker.page.screenshot(path=str(Path(keep) / "by_hand.png"))
    marker.context.close()


def test_three_students_are_marked_by_keys_alone(marker, results):
    marker.press("1", "2", "j", "f", "4", "j", "0", "c")
    marker.page.keyboard.type("Nothing on j, k or 1.")
    marker.press("Escape")
    assert marker.text("progress-text") == "3 of 40 marked"
    assert marker.text("answer-title") == "Answer 3 of 40"
    marker.page.reload()
    marker.settle()
    assert marker.text("answer-title") == "Answer 3 of 40"
    assert marker.page.input_value("#comment") == "Nothing on j, k or 1."
    assert marker.page.input_value("#points") == "0"
    marker.press("k")
    assert (marker.page.input_value("#points"), marker.chosen()) == ("2", 4)
    marker.press("ArrowLeft")
    assert (marker.page.input_value("#points"), marker.chosen()) == ("2.5", 2)
    marker.press("n")
    assert marker.text("answer-title") == "Answer 4 of 40"
    kept = HandMarks(results).current().values()
    assert sorted(mark.points for mark in kept) == [0, 2, 2.5]
    assert not marker.complaints


def test_keys_typed_ahead_reach_the_answers_they_are_meant_for(marker, results):
    marker.page.evaluate(
        """() => { for (const key of "1j2j3j1j2j3j1j2j3j")
             document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); }"""
    )
    marker.settle()
    order = [a["id"] for a in Desk(results, "Ann").question("why", named=False)["answers"]]
    points = {
        a["id"]: a["points_given"] for a in Desk(results, "").question("why", False)["answers"]
    }
    assert [points[identifier] for identifier in order[:10]] == [1, 1.5, 0.5] * 3 + [None]


def test_hostile_answers_stay_in_their_place(marker, server):
    page = marker.page
    page.evaluate("() => { window.was = document.querySelectorAll('script, style').length; }")
    for question in ("why", "plot"):
        page.select_option("#questions", question)
        for named in (True, False):
            page.set_checked("#names", named)
            marker.settle()
            assert ("student00" in page.content()) == named
        for _ in range(40):
            title = marker.text("mark-title")
            assert page.title().endswith(title)
            for width in (390, 800, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("() => innerWidth >= document.documentElement.scrollWidth")
            marker.press("j")
    assert page.evaluate("() => window.owned") is None
    assert page.evaluate("() => document.querySelectorAll('script, style').length === window.was")
    assert not page.locator("article :is(a, form, iframe, script, style, [style])").count()
    assert marker.asked <= {server.host, ""}
    assert not marker.complaints


def test_pictures_are_shown_and_those_that_are_none_named(marker):
    marker.page.select_option("#questions", "plot")
    marker.settle()
    pictures, refused = 0, 0
    for _ in range(40):
        pictures += marker.page.evaluate(
            "() => [...document.querySelectorAll('article img')].filter("
            "i => i.complete && i.naturalWidth && i.src.startsWith('data:image/png')).length"
        )
        refused += marker.text("answer").count("is not shown: it is no PNG or JPEG")
        assert "plt.plot(losses)  # mine" in marker.text("answer")
        marker.press("j")
    assert (pictures, refused) == (19, 21)


@pytest.mark.parametrize("leave", ["reload", "close"])
def test_a_comment_is_kept_when_the_page_goes_away(marker, results, leave):
    marker.press("c")
    marker.page.keyboard.type("Half a sente")
    if leave == "reload":
        marker.page.reload()
        marker.settle()
        assert marker.page.input_value("#comment") == "Half a sente"
    else:
        marker.page.close(run_before_unload=True)
    deadline = time.monotonic() + 5
    while not (kept := list(HandMarks(results).current().values())):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (kept[0].comment, kept[0].points) == ("Half a sente", None)


def test_a_comment_is_saved_while_one_thinks(marker, results):
    marker.press("c")
    marker.page.keyboard.type("Almost")
    marker.page.get_by_text("Comment saved; no points yet.").wait_for()
    (kept,) = HandMarks(results).current().values()
    assert kept.comment == "Almost"
    assert marker.text("progress-text") == "0 of 40 marked"


def test_without_a_server_nothing_typed_is_lost(chromium, results):
    server = Running(results)
    marker = Marker(chromium, server)
    server.stop()
    marker.press("c")
    marker.page.keyboard.type("Keep this.")
    marker.press("Escape", "j")
    assert "Not saved. The server does not answer" in marker.text("alarm")
    assert marker.page.input_value("#comment") == "Keep this."
    assert marker.text("answer-title") == "Answer 1 of 40"
    marker.context.close()


def test_points_can_be_typed_and_only_those_that_can_be(marker, results):
    marker.press("p")
    marker.page.keyboard.type("7")
    assert "Points from 0 to 3" in marker.text("alarm")
    marker.press("Backspace")
    marker.page.keyboard.type("1.25")
    marker.press("Enter", "j")
    assert [m.points for m in HandMarks(results).current().values()] == [1.25]


def test_blank_answers_are_marked_together_after_asking(marker):
    for _ in range(40):
        if "Nothing was written here" in marker.text("answer"):
            break
        marker.press("j")
    marker.press("g")
    assert not marker.page.locator("dialog[open]").count()
    marker.press("0")
    assert "5 other answers are blank too" in marker.text("notices")
    marker.page.keyboard.press("g")
    assert "Give 0 points to 5 other blank answers?" in marker.text("question-text")
    marker.press("Escape")
    assert marker.text("progress-text") == "1 of 40 marked"
    marker.page.keyboard.press("g")
    marker.press("Enter")
    assert marker.text("progress-text") == "6 of 40 marked"
    marker.press("u")
    assert marker.text("progress-text") == "1 of 40 marked"
    marker.press("u")
    assert marker.text("progress-text") == "0 of 40 marked"
    marker.press("u")
    assert "nothing of yours to undo" in marker.text("alarm")


@pytest.mark.parametrize(("key", "points", "who"), [("Enter", 1, "Ann"), ("Escape", 2.5, "Bert")])
def test_two_markers_decide_which_mark_counts(marker, results, key, points, who):
    other = Desk(results, "Bert")
    first = other.question("why", named=False)["answers"][0]["id"]
    other.mark("why", first, Given(2.5, "Fine.", [], ""))
    marker.page.keyboard.press("1")
    marker.page.locator("#question-dialog[open]").wait_for()
    assert "Bert gave this answer 2.5 points meanwhile, “Fine.”" in marker.text("question-text")
    marker.press(key)
    assert marker.page.input_value("#points") == str(points)
    (kept,) = HandMarks(results).current().values()
    assert (kept.points, kept.who) == (points, who)


def test_only_unmarked_answers_are_stepped_through(marker):
    marker.press("f", "j", "j", "f", "k", "k", "m", "j")
    assert marker.text("answer-title") == "Answer 2 of 40"
    marker.press("j")
    assert marker.text("answer-title") == "Answer 4 of 40"
    assert marker.page.locator("#answers li:visible").count() == 38
    marker.press("?")
    assert marker.page.locator("#help[open]").is_visible()
    marker.press("1", "Escape", "j")
    assert marker.text("answer-title") == "Answer 5 of 40"


def test_everything_that_can_be_used_has_a_name(marker):
    for role in ("button", "checkbox", "combobox", "textbox", "spinbutton"):
        for found in marker.page.get_by_role(role).all():
            tree = found.aria_snapshot()
            assert re.search(r'"[^"]+"', tree), tree
    assert marker.page.get_by_role("button", name="Next unmarked", exact=True).count() == 1
    assert (
        marker.page.get_by_role("textbox", name="Comment to the student", exact=True).count() == 1
    )
    assert marker.page.locator("[role=status][aria-live=polite]").count() == 1


def test_the_way_in_through_a_file(chromium, server, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr("webbrowser.open", told.append)
    with opened(server.access.address, tmp_path):
        deadline = time.monotonic() + 5
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
        page = chromium.new_page()
        page.goto(told[0])
        page.get_by_text("0 of 40 marked").wait_for()
        assert "token" not in page.url
        page.close()
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_site_in_the_same_browser_gets_nothing(marker, server, results, host):
    evil = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=evil.serve_forever, daemon=True).start()
    try:
        page = marker.context.new_page()
        page.goto(f"http://{host}:{evil.server_port}/")
        attack = """async ([target, mark]) => {
          const told = [];
          const attempt = async (...what) => {
            try { told.push(await (await fetch(...what)).text()); } catch { told.push(""); }
          };
          await attempt(`${target}/api/questions`, { credentials: "include" });
          await attempt(`${target}/api/questions`, { credentials: "include", mode: "no-cors" });
          for (const type of ["text/plain", "application/json"])
            for (const mode of ["cors", "no-cors"])
              await attempt(`${target}/api/mark`, { method: "POST", credentials: "include", mode,
                body: JSON.stringify(mark), headers: { "Content-Type": type } });
          const frame = document.createElement("iframe");
          frame.src = target;
          document.body.append(frame);
          await new Promise((resolve) => { frame.onload = resolve; });
          return told;
        }"""
        told = page.evaluate(attack, [f"http://{server.host}", a_mark(server)])
        assert told == [""] * 6
        (frame,) = page.frames[1:]
        assert "progress" not in frame.content()
        assert not (results / marks_file.NAME).exists()
        page.close()
    finally:
        evil.shutdown()
        evil.server_close()


class Evil(BaseHTTPRequestHandler):
    """Some other server."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title><body>")

    def log_message(self, *_):
        pass
