"""The class report: counts that are right, words that are careful, text that stays text."""

import itertools
import time
from dataclasses import replace

import pytest
from independent_answers import CROSS_CORRELATE2D
from made_up_class import (
    a_class,
    good_student,
    question,
    record,
    struggling_student,
    ungraded_student,
)
from test_grading_feedback import HOSTILE, Tree, hostile_record

from coursekit.exercises import find
from coursekit.grading.feedback.class_numbers import ClassNumbers, Scores
from coursekit.grading.feedback.report import NAMES, report_html, write_report
from coursekit.grading.records import Kind, Status

FLIPPED = find("cross_correlate2d").mistakes[0]


def text_of(records):
    return Tree(report_html(records)).text


def test_only_the_last_attempt_of_a_student_counts():
    wrong, right = (
        question("cross_correlate2d", mistake=FLIPPED.name),
        question("cross_correlate2d"),
    )
    records = [
        record("ada", [right], attempt=2),
        record("ada", [wrong], attempt=1),
        record("grace", [wrong], graded="2026-11-21T00:00:00+00:00"),
        record("grace", [right], graded="2026-11-22T00:00:00+00:00"),
    ]
    for order in (records, records[::-1]):
        numbers = ClassNumbers(order)
        assert [r.student for r in numbers.graded] == ["ada", "grace"]
        assert numbers.scores.values == (4.0, 4.0)
        assert numbers.questions[0].mistakes == []
    assert "2 students, 4 submissions" in text_of(records)


def test_a_question_is_counted_by_what_became_of_it():
    marks = [
        question("cross_correlate2d"),
        question("cross_correlate2d", mistake=FLIPPED.name),
        question("cross_correlate2d", hidden="Not in single precision."),
        question("cross_correlate2d", status=Status.UNTOUCHED),
        question("cross_correlate2d", status=Status.MISSING),
    ]
    (found,) = ClassNumbers(record(f"s{i}", [m]) for i, m in enumerate(marks)).questions
    assert [found.count(s) for s in Status] == [1, 2, 1, 1]
    assert found.mean == pytest.approx((4 + 0 + 3.2) / 5) and found.median == 0
    assert [(c.name, c.failed, c.attempted) for c in found.checks] == [
        ("right values", 1, 3),
        ("in any form", 2, 3),
    ]
    (mistake,) = found.mistakes
    assert mistake.what == FLIPPED.says and mistake.students == ("s1",)


def test_failures_of_the_grader_and_unreadable_files_are_loud_and_in_no_statistics():
    records = a_class(10)
    numbers = ClassNumbers(records)
    assert len(numbers.graded) == len(numbers.scores.values) == 10
    page = report_html(records)
    text = Tree(page).text
    assert "10 graded, 1 unreadable, 1 failure of the grader." in text
    assert "noor (noor/02_convolution_and_filters.ipynb) : The sandbox did not start" in text
    assert page.index("Not graded: the grader failed") < page.index("<h2>Scores")
    assert page.index("Unreadable submissions") < page.index("<h2>Scores")


def test_a_class_without_a_sandbox_is_told_so():
    assert "Graded without a sandbox" not in text_of([good_student()])
    assert "Graded without a sandbox" in text_of([replace(good_student(), level="none")])


def test_common_mistakes_come_first_with_names():
    other = find("cross_correlate2d").mistakes[1]
    records = [
        record(f"s{i}", [question("cross_correlate2d", mistake=FLIPPED.name if i else other.name)])
        for i in range(4)
    ]
    text = text_of(records)
    start = text.index("Most common mistakes")
    assert start < text.index("3 students") < text.index("s1 , s2 , s3") < text.index("1 student")


def test_skipped_cells_are_counted_by_cell_and_reason():
    notes = ("Cell 9 was skipped: it ran too long.", "Cell 9, line 3: NameError.", "Odd.")
    records = [record(f"s{i}", [], notes=notes[: i + 1]) for i in range(3)]
    said = [(s.where, s.what, len(s.students)) for s in ClassNumbers(records).about_cells]
    assert said == [("9", "it ran too long.", 3), ("9", "NameError.", 2), ("", "Odd.", 1)]


def test_slowest_answers():
    records = [record(f"s{i}", [question("pad2d", slowest=i / 10)]) for i in range(20)]
    assert [s.student for s in ClassNumbers(records).slowest(3)] == ["s19", "s18", "s17"]


def test_groups_are_shown_with_their_sources_and_a_caution():
    def answer(source):
        return replace(question("cross_correlate2d"), source=source)

    source = CROSS_CORRELATE2D[5]
    sources = [*CROSS_CORRELATE2D[:5], source, source.replace("total", "summe")]
    text = text_of(record(f"s{i}", [answer(s)]) for i, s in enumerate(sources))
    assert "Likeness is no proof." in text
    assert "2 students, the same but for names, comments and layout" in text
    assert "summe += padded" in text and "total += padded" in text
    assert "No groups were found." in text_of(record(f"s{i}", []) for i in range(2))


@pytest.mark.parametrize(
    ("values", "most", "expected"),
    [
        ((0.0, 16.0, 15.9, 2.0), 16.0, [1, 1, 0, 0, 0, 0, 0, 2]),
        ((0.5,), 1.0, [0, 0, 1, 0]),
        ((-1.0, 30.0), 20.0, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ((0.0,), 0.0, [1, 0, 0, 0]),
        ((5000.0,), 5000.0, [0] * 11 + [1]),
    ],
)
def test_every_score_is_in_one_bar(values, most, expected):
    bins = Scores(values, most).bins
    assert [b.count for b in bins] == expected
    assert all(a.high == pytest.approx(b.low) for a, b in itertools.pairwise(bins))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    def page(text):
        kinds = [hostile_record(text, kind) for kind in Kind]
        return report_html(replace(r, student=f"{text}{i}") for i, r in enumerate(kinds))

    tree, tame = Tree(page(text)), Tree(page("tame"))
    assert [t for t in tree.tags if t not in ("code", "br")] == [
        t for t in tame.tags if t not in ("code", "br")
    ]
    assert not {"script", "link", "iframe"} & set(tree.tags)


@pytest.mark.parametrize("records", [[], [ungraded_student()], [good_student()]])
def test_odd_classes_have_a_report(records, tmp_path):
    write_report(records, tmp_path / "report.html")
    assert "Class report" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_two_thousand_records_take_seconds_and_name_a_few():
    some = [good_student(), struggling_student()]
    records = [replace(some[i % 2], student=f"student {i:04}") for i in range(2000)]
    started = time.process_time()
    page = report_html(records)
    assert time.process_time() - started < 5
    assert len(page) < 500_000 and f"and {1000 - NAMES} more" in page
