"""Marking by hand: rubric, questions, the marker's desk, and what is shown of hostile answers."""

import io
import json
import re
import time

import pytest
from by_hand_class import ESSAYS, HOSTILE, image, line, png, record, the_class, write_class
from PIL import Image

from coursekit.grading.by_hand.desk import Desk, Given, MarkedMeanwhileError, NotThereError
from coursekit.grading.by_hand.errors import ByHandError
from coursekit.grading.by_hand.questions import Questions
from coursekit.grading.by_hand.rendering import image_address, safe_html
from coursekit.grading.by_hand.rubric import Item, read_rubric
from coursekit.grading.records import Kind


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    write_class(folder, the_class())
    return folder


@pytest.fixture
def desk(results):
    return Desk(results, "Ann")


def give(desk, number, points, comment="", items=(), seen=None, question="why"):
    told = desk.question(question, named=True)
    identifier = told["answers"][number]["id"]
    if seen is None:
        mark = desk.answer(question, identifier)["mark"]
        seen = mark["act"] if mark else ""
    return desk.mark(question, identifier, Given(points, comment, list(items), seen))


# The rubric and the questions


def test_rubric_items_and_the_text_around_them():
    rubric = read_rubric("Look for:\n- 1: names it\n* −½ points: no unit\n- 1,5 : both\n- not: one")
    assert rubric.items == (Item("names it", 1), Item("no unit", -0.5), Item("both", 1.5))
    assert rubric.text == "Look for:\n- not: one"
    assert read_rubric("- 1: a\n- 1: a").items == (Item("a", 1),)


def test_the_last_attempt_counts_whatever_the_order_of_lines(tmp_path):
    first = record("s1", "first")
    second = record("s1", "second", attempt=2)
    regraded = record("s1", "second", attempt=2, graded="2026-11-21T10:00:00+00:00")
    broken = record("s1", attempt=3, kind=Kind.UNREADABLE, by_hand=())
    for number, order in enumerate(
        ([first, second, regraded, broken], [broken, regraded, second, first])
    ):
        write_class(tmp_path / str(number), order)
        questions = Questions(tmp_path / str(number))
        answer = questions.by_name["why"].answers["s1"]
        assert questions.load(answer).text == "second"


def test_results_that_grow_are_read_on_and_torn_lines_left_out(tmp_path):
    write_class(tmp_path, [record("s1", "one")])
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(b'{"format": 1, "sco\n')
        file.write(line(record("s2", "two"))[:-9])
    questions = Questions(tmp_path)
    assert list(questions.by_name["why"].answers) == ["s1"]
    assert questions.unreadable == 1
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(line(record("s2", "two"))[-9:])
    questions.read_on()
    assert questions.load(questions.by_name["why"].answers["s2"]).text == "two"


def test_a_folder_without_anything_to_mark_is_named(tmp_path):
    with pytest.raises(ByHandError, match="no results"):
        Desk(tmp_path, "Ann")
    write_class(tmp_path, [record("s1", by_hand=())])
    with pytest.raises(ByHandError, match="nothing to mark"):
        Desk(tmp_path, "Ann")
    write_class(tmp_path, [record("s1", assignment="unit 07")])
    with pytest.raises(ByHandError, match="'unit 06' and of 'unit 07'"):
        Desk(tmp_path, "Ann")


# The desk


def test_names_stay_on_the_desk_unless_asked_for(desk):
    hidden = desk.question("why", named=False)
    assert "student0" not in json.dumps(hidden)
    assert [a["name"] for a in hidden["answers"]] == [None] * 40
    assert hidden["answers"] == desk.question("why", named=False)["answers"]
    shown = desk.question("why", named=True)["answers"]
    assert shown[1]["name"] == "student00"
    order = [a["id"] for a in hidden["answers"]]
    assert order != [a["id"] for a in shown]
    assert sorted(order) == sorted(a["id"] for a in shown)
    assert not set(order) & {a["id"] for a in desk.question("plot", named=False)["answers"]}
    for identifier in order:
        assert "student0" not in json.dumps(desk.answer("why", identifier))


def test_a_regrade_leaves_marks_and_a_changed_answer_is_looked_at_again(desk, results):
    give(desk, 20, 2)
    student = desk.question("why", named=True)["answers"][20]["name"]
    text = desk.questions.load(desk.questions.by_name["why"].answers[student]).text
    write_class(results, [record(student, text, graded="2026-12-01T00:00:00+00:00")])
    entry = desk.question("why", named=True)["answers"][20]
    assert (entry["points_given"], entry["marked"], entry["stale"]) == (2, True, False)
    write_class(results, [record(student, text + " Also: stride.", attempt=2)])
    told = desk.question("why", named=True)
    entry = told["answers"][20]
    assert (entry["points_given"], entry["marked"], entry["stale"]) == (2, False, True)
    assert told["marked_answers"] == 0


def test_blank_answers_are_marked_together_and_undone_together(desk):
    answers = desk.question("why", named=True)["answers"]
    blank = [a["id"] for a in answers if desk.answer("why", a["id"])["blank"]]
    assert len(blank) == 6
    assert desk.answer("why", blank[0])["alike"] == 5
    number = [a["id"] for a in answers].index(blank[0])
    give(desk, [a["id"] for a in answers].index(blank[5]), 1)
    give(desk, number, 0, "Nothing here.")
    told = desk.spread("why", blank[0])
    assert {entry["id"] for entry in told["changed"]} == set(blank[1:5])
    assert told["marked_answers"] == 6
    assert desk.answer("why", blank[3])["mark"]["comment"] == "Nothing here."
    assert desk.answer("why", blank[5])["mark"]["points"] == 1
    assert desk.undo("why")["marked_answers"] == 2
    assert desk.undo("why")["marked_answers"] == 1


def test_undo_takes_back_ones_own_marks_only(desk, results):
    other = Desk(results, "Bert")
    give(desk, 3, 1)
    give(other, 4, 2)
    told = desk.undo("why")
    assert [entry["id"] for entry in told["changed"]] == [
        desk.question("why", named=True)["answers"][3]["id"]
    ]
    with pytest.raises(ByHandError, match="nothing of yours"):
        desk.undo("why")
    assert desk.question("why", named=True)["marked_answers"] == 1


def test_two_markers_do_not_overwrite_each_other_unseen(desk, results):
    other = Desk(results, "Bert")
    give(other, 7, 2)
    with pytest.raises(MarkedMeanwhileError) as caught:
        give(desk, 7, 1, seen="")
    assert (caught.value.mark["who"], caught.value.mark["points"]) == ("Bert", 2)
    give(desk, 7, 1, seen=caught.value.mark["act"])
    assert other.question("why", named=True)["answers"][7]["points_given"] == 1


@pytest.mark.parametrize(
    "given",
    [
        Given(3.5, "", [], ""),
        Given(-1, "", [], ""),
        Given(float("nan"), "", [], ""),
        Given(1, "x" * 10_001, [], ""),
        Given(1, "", ["x"] * 101, ""),
    ],
)
def test_marks_that_cannot_be_are_refused(desk, given):
    identifier = desk.question("why", named=True)["answers"][0]["id"]
    with pytest.raises(ByHandError):
        desk.mark("why", identifier, given)
    assert desk.marks.current() == {}


def test_unknown_questions_and_answers_are_named(desk):
    with pytest.raises(NotThereError, match="'why', 'plot'"):
        desk.question("who", named=False)
    with pytest.raises(NotThereError):
        desk.answer("why", "0" * 16)


# What is shown of hostile answers


def test_markdown_is_laid_out_without_markup_of_the_student():
    html = "".join(map(safe_html, (*ESSAYS, *HOSTILE)))
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", html))
    harmless = {"p", "h3", "ul", "li", "em", "span", "pre", "code"}
    assert tags <= harmless | {"table", "thead", "tbody", "tr", "th", "td"}
    assert {"em", "table", "li", "h3", "pre"} <= tags
    attributes = set(re.findall(r"<[a-z0-9]+ ([^>]*)>", html))
    assert attributes <= {'class="link"', 'class="math"', 'class="formula"'}
    assert "\u202e" not in html
    assert "\x00" not in html
    html.encode()


def test_math_stays_as_it_was_typed():
    assert "$r_l = r_{l-1} + (k_l - 1) j_l$" in safe_html(ESSAYS[2])
    assert "r_3 = 1 + 2 + 2\n= 5" in safe_html(ESSAYS[2])
    assert "costs $5 and $6" in safe_html("It costs $5 and $6.")
    assert "$a&lt;b$$" in safe_html("where $$a<b$$ holds")


def test_addresses_are_words():
    html = safe_html('[here](http://a.example/"x) ![plot](data:text/html,x) <http://b.example>')
    assert "here (http://a.example/%22x)" in html
    assert "[picture: plot, data:text/html,x]" in html or "![plot]" in html
    assert "href" not in html and "src" not in html


@pytest.mark.parametrize("text", (*HOSTILE, "> " * 10_000, "*a **b " * 3_000, "![" * 10_000))
def test_no_text_takes_long_to_lay_out(text):
    before = time.perf_counter()
    assert len(safe_html(text)) < 2_000_000
    assert time.perf_counter() - before < 5


def test_only_real_pictures_of_reasonable_size_are_shown():
    assert image_address(image(png(), "text/html")).startswith("data:image/png;base64,")
    jpeg = io.BytesIO()
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG")
    assert image_address(image(jpeg.getvalue())).startswith("data:image/jpeg;base64,")
    enormous = bytearray(png(8, 8))
    enormous[16:24] = (100_000).to_bytes(4, "big") * 2
    for content in (b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\n<script>", bytes(enormous)):
        assert image_address(image(content)) is None
    assert image_address(image(png() + bytes(4_000_000))) is None
    for data in ("not base64 <script>", "é", 7):
        assert image_address({"type": "image/png", "data": data}) is None
    assert image_address({}) is None
