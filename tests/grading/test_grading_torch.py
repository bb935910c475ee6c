"""PyTorch in the sandbox: right answers earn all points, and nothing that uses it gains one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch_class
from torch_class import ATTACKS, CELLS, CLEAN, HandedIn

from coursekit.exercises import in_unit, units
from coursekit.grading import remote
from coursekit.grading.assignments import (
    PACKAGES,
    UNIT_PACKAGES,
    Assignment,
    load_assignment,
    unit_assignment,
)
from coursekit.grading.judge import Judge, Patience
from coursekit.grading.levels import Level
from coursekit.grading.probing import probe
from coursekit.grading.records import Kind, QuestionMark, Record
from coursekit.grading.submissions import find_submissions

pytest.importorskip("torch")

PATIENCE = Patience(cell=3.0, notebook=6.0, memory=1 << 30)


def write_assignment(folder: Path, settings: str = torch_class.SETTINGS) -> Path:
    folder.mkdir()
    (folder / "assignment.toml").write_text(settings, encoding="utf-8")
    (folder / "assignment.py").write_text(torch_class.SOURCE, encoding="utf-8")
    (folder / "exercises.py").write_text(torch_class.EXERCISES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tensors(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The assignment."""
    return load_assignment(write_assignment(tmp_path_factory.mktemp("own") / "tensors"))


@pytest.fixture(scope="module")
def judge(tensors: Assignment, open_folder: Path) -> Iterator[Judge]:
    """A judge at the strongest level that there is."""
    level = probe().level
    if level is Level.NONE:
        pytest.skip("there is no sandbox on this machine: " + " ".join(probe().lacks))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "GRACE", 0.3)
        patch.setattr(remote.Answer, "MOST_DEATHS", 2)
        with Judge(tensors, seed=20_27, level=level, patience=PATIENCE) as judge:
            yield judge


def hand_in(judge: Judge, handed_in: HandedIn, folder: Path) -> Record:
    (folder / "ada.ipynb").write_text(json.dumps(handed_in.notebook()), encoding="utf-8")
    (submission,) = find_submissions([folder]).submissions
    return judge.grade(submission)


def name_of(handed_in: HandedIn) -> str:
    return handed_in.name


def marks(record: Record) -> dict[str, QuestionMark]:
    return {question.exercise: question for question in record.questions}


def words(record: Record) -> str:
    """All that a record says, but for the student's own code."""
    said = [record.problem, *record.notes]
    for question in record.questions:
        said += [question.message, question.diagnosis, *question.notes]
        said += [check.says for check in question.checks]
    return "\n".join(said)


def assert_deserved(record: Record, handed_in: HandedIn) -> None:
    assert record.kind is Kind.GRADED, record.problem
    scores = {name: question.score for name, question in marks(record).items()}
    assert scores == {name: handed_in.deserves(name) for name in torch_class.RIGHT}, words(record)


def test_right_answers_earn_all_points(judge: Judge, tmp_path: Path) -> None:
    record = hand_in(judge, CLEAN, tmp_path)
    assert_deserved(record, CLEAN)
    assert record.notes == ()
    assert "torch" in record.versions


@pytest.mark.parametrize("attack", ATTACKS, ids=name_of)
def test_an_attack_gains_nothing(judge: Judge, attack: HandedIn, tmp_path: Path) -> None:
    record = hand_in(judge, attack, tmp_path)
    assert_deserved(record, attack)
    assert re.search(attack.says, words(record)), words(record)
    assert_deserved(hand_in(judge, CLEAN, tmp_path), CLEAN)


@pytest.mark.parametrize("handed_in", CELLS, ids=name_of)
def test_what_a_cell_does_costs_no_answer(
    judge: Judge, handed_in: HandedIn, tmp_path: Path
) -> None:
    record = hand_in(judge, handed_in, tmp_path)
    assert_deserved(record, handed_in)
    assert [note for note in record.notes if "Cell 2" in note] == []


def test_the_warm_parent_has_one_thread(judge: Judge) -> None:
    (parent,) = judge._parents.values()
    process = psutil.Process(parent._process.pid)
    family = [process, *process.children(recursive=True)]
    assert [p.num_threads() for p in family] == [1] * len(family)


DRAWS = {
    "PyTorch": ("torch.rand(1)", "torch.Generator"),
    "NumPy": ("np.random.rand()", "np.random.default_rng"),
}


@pytest.mark.parametrize("library", DRAWS)
def test_the_global_random_numbers_are_not_to_be_touched(
    judge: Judge, library: str, tmp_path: Path
) -> None:
    draw, advice = DRAWS[library]
    drawing = f"def square(x):\n    {draw}\n    return x * x"
    record = hand_in(judge, HandedIn("draws", answers={"square": drawing}), tmp_path)
    marked = marks(record)["square"]
    assert [check.passed for check in marked.checks] == [True, False]
    assert "global random numbers" in marked.checks[1].says and advice in marked.checks[1].says


def test_a_generator_of_its_own_and_seeds_in_cells_are_no_matter(
    judge: Judge, tmp_path: Path
) -> None:
    square = "def square(x):\n    torch.rand(1, generator=torch.Generator())\n    return x * x"
    seeds = "torch.manual_seed(0)\nnp.random.seed(0)"
    record = hand_in(judge, HandedIn("seeds", first=seeds, answers={"square": square}), tmp_path)
    assert_deserved(record, CLEAN)


def test_the_library_is_all_there_but_the_course_is_not(judge: Judge, tmp_path: Path) -> None:
    code = """
    import coursekit.models, timm, torchvision
    for absent in (coursekit.models, timm, torchvision):
        assert "Forbidden" in str(type(absent))
    import torch._dynamo, torch.func, torch.fft, torch.linalg, torch.distributions, torch.jit
    from torch.nn.utils import parametrizations
    from torch.utils import checkpoint
    assert not torch.cuda.is_available()
    assert torch.get_num_threads() == 1
    x = torch.randn(2, 3, 8, 8, requires_grad=True)
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        F.conv2d(x.to(dtype), torch.ones(4, 3, 3, 3, dtype=dtype)).sum().backward()
    assert torch.autograd.gradcheck(torch.tanh, torch.ones(2, dtype=torch.double).requires_grad_())
    """
    record = hand_in(judge, HandedIn("looks around", first=code), tmp_path)
    assert_deserved(record, CLEAN)
    assert record.notes == ()


@pytest.mark.parametrize("unit", units())
def test_a_unit_has_pytorch_when_its_exercises_ask_for_it(unit: str) -> None:
    asked = any(exercise.tensors for exercise in in_unit(unit))
    assert unit_assignment(unit).packages == (*UNIT_PACKAGES, *["torch"] * asked)


def test_the_first_units_are_numpy_alone() -> None:
    assert [unit_assignment(n).packages for n in range(1, 7)] == [("numpy",)] * 6


def test_an_assignment_of_ones_own_has_pytorch_when_its_exercises_ask_for_it(
    tensors: Assignment, tmp_path: Path
) -> None:
    assert tensors.packages == ("numpy", "torch")
    settings = torch_class.SETTINGS.replace('packages = ["numpy", "torch"]\n', "")
    found = load_assignment(write_assignment(tmp_path / "tensors", settings))
    assert found.packages == (*PACKAGES, "torch")
