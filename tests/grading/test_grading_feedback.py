"""A student's page: what it says, that it says it safely, and that everybody can read it."""

import os
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from made_up_class import (
    a_class,
    good_student,
    question,
    record,
    struggling_student,
    ungraded_student,
    unreadable_student,
)
from page_browser import a_browser, violations

from coursekit.checking.result import Result
from coursekit.exercises import find
from coursekit.grading.feedback.pages import PageError
from coursekit.grading.feedback.report import write_report
from coursekit.grading.feedback.student import feedback_html, feedback_name, write_feedback
from coursekit.grading.feedback.view import GradebookView, HandMark
from coursekit.grading.feedback.words import duration, moment, number, points
from coursekit.grading.records import ByHand, CheckMark, Kind, QuestionMark, Record, Status
from coursekit.grading.shown import to_json

VOID = {"meta", "img", "br", "line", "rect"}


class Tree(HTMLParser):
    """Tags, attributes and text of a page; fails where tags do not close."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def text_of(*args, **kwargs):
    return Tree(feedback_html(*args, **kwargs)).text


def test_a_good_student_reads_what_is_right_and_what_is_left():
    text = text_of(good_student())
    assert "Feedback on unit 02" in text and "for ada" in text
    assert "15.4 of 16 points" in text
    assert "Very good: 4 of 5 questions are right." in text
    assert "The check in your notebook finds nothing wrong" in text
    assert "The result changes when the input is in single precision." in text
    assert "1 question, worth 3 points, will be marked by a person later; it is not in" in text
    assert "2026-11-20 23:41 (UTC+01:00)" in text and "a sandbox (full)" in text


def test_a_struggling_student_reads_why_and_what_next():
    text = text_of(struggling_student())
    assert "1 of 5 questions is right. Look at “Put a border around a picture” next." in text
    assert "The border is on the top and left only" in text
    assert "Likely cause:" in text and "yours (4 × 4)" in text and "expected (5 × 5)" in text
    assert "Cell 9 was skipped: it ran longer than 10 s." in text
    assert "No cell of your notebook defines sobel_gradient" in text
    assert "Nothing has been written here yet." in text
    assert "Attempt 2" in text


def test_the_same_sentence_is_not_said_twice_in_a_row():
    says = find("pad2d").mistakes[0].says
    assert feedback_html(struggling_student()).count(says) == 1


def test_without_a_drawing_the_message_is_in_the_text():
    mark = replace(question("pad2d", mistake=find("pad2d").mistakes[0].name), shown=None)
    text = text_of(record("x", [mark]))
    assert mark.message in text and "Likely cause:" in text
    spoilt = replace(mark, shown={"rung": "nowhere"})
    assert mark.message in text_of(record("x", [spoilt]))


def test_the_unreadable_student_is_told_what_to_do():
    text = text_of(unreadable_student())
    assert "Your file could not be read" in text and "line 814" in text
    assert "Restart kernel and run all cells" in text and "of 0 points" not in text


def test_a_failure_of_the_grader_shows_no_score_and_no_inside():
    text = text_of(ungraded_student())
    assert "no fault of yours" in text and "EAGAIN" not in text and "of 0 points" not in text


def test_marks_by_hand_and_lateness_come_from_the_gradebook():
    marks = {
        "explain": HandMark(2.5, "Clear; and at the `edges`?", ("names linearity",)),
        "softmax": HandMark(3.0, "Single precision was not asked for."),
    }
    text = text_of(good_student(), GradebookView(name="Ada Lovelace", marks=marks))
    assert "for Ada Lovelace" in text and "18.5 of 19 points" in text
    assert "2.5 of 3 points , given by a person." in text and "names linearity" in text
    assert "Single precision was not asked for." in text and "later" not in text
    late = GradebookView(
        marks=marks, total=14.5, points=19.0, lateness="2 days late: 4 points off."
    )
    text = text_of(good_student(), late)
    assert "14.5 of 19 points" in text and "2 days late: 4 points off." in text


def test_everything_right_nothing_tried_nothing_to_check():
    assert "Everything that was checked is right." in text_of(record("x", [question("pad2d")]))
    untouched = question("pad2d", status=Status.UNTOUCHED)
    assert "There is no answer to check yet." in text_of(record("x", [untouched]))
    asked = (ByHand("why", "Why?", 3.0, text="So."),)
    assert "A person reads and marks" in text_of(record("x", [], by_hand=asked))
    rest = record("x", [question("pad2d"), replace(untouched, exercise="other", title="Other")])
    assert "1 of 2 questions is right. Go on with “Other”." in text_of(rest)


HOSTILE = [
    "<script>alert(1)</script>",
    "</style></title></pre><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}{#",
    "`<b>`</code>",
    "\u202etxt.exe\u2066\x00\x1b[31m\x07\ud800\ufffe",
    "<!--",
    "]]></svg>",
]


def hostile_record(text, kind=Kind.GRADED):
    """A record with `text` wherever a record has text."""
    array = np.array([[1.0, np.nan], [3.0, 4.0]])
    result = Result(
        text, "random", text, text, text, f"{text}\n{text}", text, {text: array}, array, array + 1,
        array == 1, text, text, [text], text,
    )  # fmt: skip
    checks = (CheckMark(text, 2.0, 1.0, text), CheckMark(text, 1.0, 1.0))
    questions = tuple(
        QuestionMark(
            text, text, text, 3.0, 2.0, status, checks, text, text, text + "!", text, shown,
            (text,), 3, text, 1.0, 1.0,
        )
        for status in Status
        for shown in (to_json(result), None)
    )  # fmt: skip
    asked = (ByHand(text, text, 2.0, text, text, ({"type": text, "data": text},)),)
    return Record(
        text, text, text, text, kind, text, 1, text, questions, asked, (text,), text, text, 1
    )


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text, kind, tmp_path):
    text, harmless = text.ljust(40, "."), "harmless" * 5
    mark = HandMark(1.0, text, (text,))
    view = GradebookView(text, {text: mark}, 1.0, 2.0, text)
    tame = Tree(
        feedback_html(hostile_record(harmless, kind), replace(view, marks={harmless: mark}))
    )
    page = feedback_html(hostile_record(text, kind), view)
    tree = Tree(page)
    assert [t for t in tree.tags if t not in ("code", "br")] == [
        t for t in tame.tags if t not in ("code", "br")
    ]
    assert {name for _, name, _ in tree.attributes} == {name for _, name, _ in tame.attributes}
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", page
    )
    assert "{{ 7 * 7 }}" in page or "{{" not in text
    write_feedback(hostile_record(text, kind), tmp_path / "page.html", gradebook_view=view)


def test_a_page_loads_nothing_and_runs_nothing():
    for made in (good_student(), struggling_student(), unreadable_student(), hostile_record("x")):
        tree = Tree(feedback_html(made))
        assert not {"script", "link", "iframe", "form", "object", "base"} & set(tree.tags)
        for _, name, value in tree.attributes:
            assert not name.startswith("on")
            if name in ("href", "src"):
                assert value.startswith(("#", "data:image/png;base64,"))
        policy = next(v for _, n, v in tree.attributes if n == "content" and "default-src" in v)
        assert "default-src 'none'" in policy and "script-src" not in policy


def test_a_megabyte_in_every_field_is_cut():
    page = feedback_html(hostile_record("A<&" * 350_000))
    assert len(page.encode()) < 500_000
    assert "more characters" in page


def test_a_page_is_small_and_quick():
    records = a_class(30)
    pages = [feedback_html(r) for r in records]
    sizes = [len(p.encode()) for p in pages]
    assert max(sizes) < 60_000
    started = time.process_time()
    for r in records:
        feedback_html(r)
    assert (time.process_time() - started) / len(records) < 0.02  # 1 ms on a quiet machine


def test_file_names_are_safe_and_apart(tmp_path):
    students = [
        "../../etc/passwd",
        "a/b",
        "a\\b",
        "CON",
        "",
        ".",
        "..",
        "zoë",
        "zoe",
        "Zoe",
        "x" * 999,
    ]
    named = [feedback_name(s) for s in students]
    assert len({n.casefold() for n in named}) == len(students)
    for name in named:
        write_feedback(good_student(), tmp_path / name)
        assert (tmp_path / name).parent == tmp_path and len(name) < 120
    assert feedback_name("ada") == "ada.html"
    assert len(list(tmp_path.iterdir())) == len(students)


def test_a_page_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "feedback" / "ada.html"
    write_feedback(good_student(), path)
    before = path.read_text(encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(PageError, match="No space left"):
        write_feedback(struggling_student(), path)
    assert path.read_text(encoding="utf-8") == before
    assert [p.name for p in path.parent.iterdir()] == ["ada.html"]


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "feedback").write_text("")
    with pytest.raises(PageError, match="feedback"):
        write_feedback(good_student(), tmp_path / "feedback" / "ada.html")


def test_words():
    assert [number(v) for v in (2, 2.5, 0.125, 1e6, 0)] == ["2", "2.5", "0.12", "1,000,000", "0"]
    assert [points(v) for v in (1, 2, 0.5)] == ["1 point", "2 points", "0.5 points"]
    assert [duration(s) for s in (0.0004, 0.0121, 0.74, 1.24, 35)] == [
        *("0.4 ms", "12 ms", "740 ms", "1.2 s", "35 s")
    ]
    assert moment("2026-11-20T23:41:10+01:00") == "2026-11-20 23:41 (UTC+01:00)"
    assert moment("yesterday") == "yesterday"


PAGES = {
    "struggling": lambda path: write_feedback(struggling_student(), path),
    "unreadable": lambda path: write_feedback(unreadable_student(), path),
    "hostile": lambda path: write_feedback(hostile_record("W" * 5000), path),
    "report": lambda path: write_report(a_class(60), path),
}


@pytest.fixture(scope="module")
def browser():
    with a_browser() as opened:
        yield opened


@pytest.fixture(params=PAGES)
def opened(request, browser, tmp_path):
    """``opened(bypass_csp)``: a page in the browser, every detail open; what it asked for."""
    path = tmp_path / "page.html"
    PAGES[request.param](path)
    contexts = []

    def show(bypass_csp=False):
        contexts.append(browser.new_context(bypass_csp=bypass_csp))
        page = contexts[-1].new_page()
        asked = []
        page.on("console", lambda message: asked.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        return page, asked

    yield show
    for context in contexts:
        context.close()


def test_no_page_scrolls_sideways_or_asks_for_anything(opened):
    page, asked = opened()
    for width in (320, 375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_axe_finds_nothing(opened):
    page, _ = opened(bypass_csp=True)  # axe itself is a script
    page.set_viewport_size({"width": 375, "height": 800})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
