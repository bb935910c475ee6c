"""The judge on real notebooks: what is right is right, what is wrong is said, nothing leaks."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from coursekit.exercises import find, in_unit, units
from coursekit.grading.assignments import HandQuestion, unit_assignment
from coursekit.grading.judge import Judge
from coursekit.grading.levels import Level
from coursekit.grading.probing import probe
from coursekit.grading.records import Kind, Status

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def level():
    found = probe().level
    if found is Level.NONE:
        pytest.skip("there is no sandbox on this machine: " + " ".join(probe().lacks))
    return found


@pytest.fixture(scope="module")
def judge(level):
    with Judge(unit_assignment("02"), seed=11, level=level) as judge:
        yield judge


@dataclass(frozen=True)
class Handed:
    """A submission in memory."""

    content: bytes
    student: str = "ada"
    name: str = "ada.ipynb"
    submitted: str = ""
    attempt: int = 1

    def read(self):
        return self.content


def notebook(kind, unit):
    return json.loads(next((ROOT / kind).glob(f"{unit}_*.ipynb")).read_text("utf-8"))


def with_answers(answers, kind="solutions", unit="02", more=()):
    """A notebook in which these exercises are answered otherwise; None leaves the stub."""
    told = notebook(kind, unit)
    stubs = {c["id"]: c["source"] for c in notebook("exercises", unit)["cells"]}
    for cell in told["cells"]:
        name = asks(cell)
        if name in answers:
            cell["source"] = answers[name] or stubs[cell["id"]]
    cells = [{"cell_type": "code", "metadata": {}, "source": s, "outputs": []} for s in more]
    told["cells"] = told["cells"][:2] + cells + told["cells"][2:]
    return Handed(json.dumps(told).encode())


def asks(cell):
    """The exercise that a cell answers, or None."""
    return cell["metadata"].get("coursekit", {}).get("exercise")


def question(record, name):
    return next(q for q in record.questions if q.exercise == name)


FLIPPED = """
def cross_correlate2d(x, k, stride=1, padding=0):
    x, k = np.pad(np.asarray(x, float), padding), np.asarray(k, float)[::-1, ::-1]
    h, w = ((n - f) // stride + 1 for n, f in zip(x.shape, k.shape))
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            a, b = i * stride, j * stride
            out[i, j] = (x[a : a + k.shape[0], b : b + k.shape[1]] * k).sum()
    return out
"""


@pytest.mark.parametrize("unit", units())
def test_solutions_earn_all_points_and_exercises_none(unit, level):
    with Judge(unit_assignment(unit), seed=3, level=level) as judge:
        full = judge.grade(Handed(json.dumps(notebook("solutions", unit)).encode()))
        empty = judge.grade(Handed(json.dumps(notebook("exercises", unit)).encode()))
    assert (full.kind, full.score, full.notes) == (Kind.GRADED, full.points, ())
    assert full.points == sum(e.points for e in in_unit(unit))
    assert {q.status for q in full.questions} == {Status.PASSED}
    assert {q.status for q in empty.questions} == {Status.UNTOUCHED}
    assert empty.score == 0


def test_a_wrong_answer_is_told_as_the_notebook_tells_it(judge):
    marked = question(
        judge.grade(with_answers({"cross_correlate2d": FLIPPED})), "cross_correlate2d"
    )
    assert (marked.status, marked.score) == (Status.FAILED, 0)
    assert "flipped" in marked.diagnosis and marked.mistake
    assert marked.rung == "tiny" and "expected" in marked.message
    assert marked.shown is not None


def test_an_answer_that_is_right_in_part_earns_that_part(judge):
    answer = FLIPPED.replace("[::-1, ::-1]", "").replace("j * stride", "j")
    record = judge.grade(with_answers({"cross_correlate2d": answer}))
    marked = question(record, "cross_correlate2d")
    earned = {c.name: c.score for c in marked.checks}
    assert 0 < marked.score < marked.points
    assert earned["no stride, no padding"] > 0 and earned["in any form"] == 0
    assert sum(earned.values()) == pytest.approx(marked.score)
    others = [q for q in record.questions if q.exercise != "cross_correlate2d"]
    assert all(q.score == q.points for q in others)


def test_an_answer_that_changes_its_input_loses_the_form(judge):
    right = next(
        "".join(c["source"]) for c in notebook("solutions", "02")["cells"] if asks(c) == "pad2d"
    )
    spoiling = right + "\n_right = pad2d\ndef pad2d(x, padding, border='zero'):\n"
    spoiling += "    out = _right(x, padding, border)\n    x[...] = 0\n    return out\n"
    marked = question(judge.grade(with_answers({"pad2d": spoiling})), "pad2d")
    form = next(c for c in marked.checks if c.name == "in any form")
    assert "changes its input" in form.says
    assert marked.score == marked.points - form.points


def test_global_random_numbers_are_noticed(judge):
    answer = "def conv_output_size(n, f, stride=1, padding=0):\n    np.random.seed(0)\n"
    answer += "    return (n + 2 * padding - f) // stride + 1\n"
    marked = question(judge.grade(with_answers({"conv_output_size": answer})), "conv_output_size")
    assert marked.score < marked.points
    assert "global random" in " ".join(c.says for c in marked.checks)


def test_a_warning_or_print_costs_nothing(judge):
    answer = "import warnings\ndef conv_output_size(n, f, stride=1, padding=0):\n"
    answer += "    print('x' * 10_000); warnings.warn('careful'); np.float64(1) / 0\n"
    answer += "    return (n + 2 * padding - f) // stride + 1\n"
    marked = question(judge.grade(with_answers({"conv_output_size": answer})), "conv_output_size")
    assert marked.score == marked.points


def test_nothing_that_is_hidden_is_told(judge):
    leak = "seen = []\ndef conv_output_size(n, f, stride=1, padding=0):\n    seen.append((n, f))\n"
    leak += "    raise ValueError(f'LEAK {seen}')\n"
    record = judge.grade(with_answers({"conv_output_size": leak}))
    told = record.to_json()
    exercise = find("conv_output_size")
    visible = {c.args[:2] for c in exercise.make_cases(0)}
    hidden = {c.args[:2] for c in exercise.make_cases(11)} - visible
    assert hidden
    assert not [pair for pair in hidden if str(pair) in told]
    assert "it raised an exception" in told


def test_the_same_seed_gives_the_same_marks(judge):
    handed = with_answers({"cross_correlate2d": FLIPPED, "pad2d": None})
    one, two = (judge.grade(handed) for _ in range(2))
    assert [(q.score, q.checks, q.message, q.diagnosis) for q in one.questions] == [
        (q.score, q.checks, q.message, q.diagnosis) for q in two.questions
    ]
    assert question(one, "pad2d").status is Status.UNTOUCHED


def test_a_missing_answer_and_one_that_is_no_python(judge):
    told = json.loads(with_answers({"pad2d": "def pad2d(x, padding:\n"}).content)
    told["cells"] = [c for c in told["cells"] if asks(c) != "gabor_kernel"]
    record = judge.grade(Handed(json.dumps(told).encode()))
    assert question(record, "gabor_kernel").status is Status.MISSING
    broken = question(record, "pad2d")
    assert broken.status is Status.FAILED and "no valid Python" in broken.message
    assert record.score == record.points - broken.points - question(record, "gabor_kernel").points


def test_drawing_and_magics_do_no_harm(judge):
    more = [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nplt.show()",
        "!pip install something\nfrom tqdm import tqdm\nfor i in tqdm(range(3)): pass",
        "from coursekit.plots import show\nshow(np.zeros((3, 3)))",
    ]
    record = judge.grade(with_answers({}, more=more))
    assert record.score == record.points
    assert not [n for n in record.notes if n.startswith("Cell")]


def test_what_is_forbidden_says_so(judge):
    answer = "from scipy.signal import correlate2d\n\ndef convolve2d(x, k, mode='full'):\n"
    answer += "    return correlate2d(x, k[::-1, ::-1], mode)\n"
    record = judge.grade(with_answers({"convolve2d": answer}))
    marked = question(record, "convolve2d")
    assert marked.score == 0
    assert "scipy.signal.correlate2d" in marked.message and "yourself" in marked.message


def test_a_cell_that_patches_numpy_spoils_no_other_answer(judge):
    more = ["np.exp = lambda x: x"]
    record = judge.grade(with_answers({}, more=more))
    assert record.score == record.points
    assert any("apart" in note for q in record.questions for note in q.notes)


def test_an_unreadable_file_is_the_students_affair(judge):
    record = judge.grade(Handed(b"{"))
    assert (record.kind, record.questions) == (Kind.UNREADABLE, ())
    assert record.problem


def test_a_mistake_of_the_judges_own_is_no_zero(judge, monkeypatch):
    def broken(*_):
        raise RuntimeError("ours")

    monkeypatch.setattr("coursekit.grading.judge.find_answers", broken)
    record = judge.grade(with_answers({}))
    assert record.kind is Kind.INFRASTRUCTURE and "RuntimeError: ours" in record.problem
    monkeypatch.undo()
    assert judge.grade(with_answers({})).kind is Kind.GRADED


def test_a_class_is_driven_from_outside(level):
    wrong = "class LeNet:\n    def __init__(self, size=28, classes=10, seed=0):\n"
    wrong += "        self.size = size\n"
    with Judge(unit_assignment("04"), seed=3, level=level) as judge:
        record = judge.grade(with_answers({"LeNet": wrong}, unit="04"))
    marked = question(record, "LeNet")
    assert (marked.status, marked.score) == (Status.FAILED, 0)
    assert "parameters" in marked.message
    assert record.score == record.points - marked.points


def test_numpy_is_all_there_is(judge):
    answer = "def conv_output_size(n, f, stride=1, padding=0):\n    import os\n"
    answer += "    raise ValueError(sorted(os.listdir('/')) + sorted(os.environ))\n"
    marked = question(judge.grade(with_answers({"conv_output_size": answer})), "conv_output_size")
    assert "work" not in marked.message and "home" not in marked.message
    assert np.__version__


def test_of_many_notes_the_first_are_kept(judge):
    record = judge.grade(with_answers({}, more=[f"1 / 0  # {i}" for i in range(30)]))
    assert len(record.notes) == 21
    assert record.notes[-1] == "And 10 more notes of this kind."
    assert record.score == record.points


def test_what_a_person_marks_is_kept_and_what_is_untouched_is_blank(level):
    asked = tuple(
        HandQuestion(name, name.title(), 2, "", kind)
        for name, kind in (("why", "markdown"), ("plot", "code"), ("gone", "markdown"))
    )
    told = notebook("solutions", "02")
    for name, text in (("why", "Because."), ("plot", "# Your code here.")):
        metadata = {"coursekit": {"question": name}}
        told["cells"].append({"cell_type": "raw", "metadata": metadata, "source": text})
    with Judge(replace(unit_assignment("02"), by_hand=asked), seed=3, level=level) as judge:
        record = judge.grade(Handed(json.dumps(told).encode()))
    assert [(b.question, b.text, b.code) for b in record.by_hand] == [
        ("why", "Because.", False),
        ("plot", "", True),
        ("gone", "", False),
    ]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("conv_output_size = 3\n", "should be a function; it is of type int"),
        ("class conv_output_size:\n    size = 3\n", "should be a function; it is a class"),
        ("def conv_output_size(n):\n    return n\n", "does not fit"),
        ("conv_output_size = 3\ndel conv_output_size\n", "Nothing is called"),
    ],
)
def test_what_cannot_be_called_is_said(judge, answer, says):
    marked = question(judge.grade(with_answers({"conv_output_size": answer})), "conv_output_size")
    assert (marked.status, marked.score) == (Status.FAILED, 0)
    assert says in marked.checks[0].says
