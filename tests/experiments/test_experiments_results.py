"""Results of experiments: saved, read, refused; and every experiment by its name."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.errors import CourseError
from coursekit.experiments import Result, Scale, catalogue, find, names, result, stored

ROOT = Path(__file__).parents[2]


def made() -> Result:
    rows = [{"epoch": 1.0, "training_loss": 0.5}, {"epoch": 2.0, "training_loss": 1 / 3}]
    return Result("some", "What was asked", {"é": rows}, {"best": 0.1}, "how it was", "a machine")


def test_a_result_is_the_same_after_saving(tmp_path):
    path = tmp_path / "some.json"
    made().save(path)
    assert Result.load(path) == made()
    assert [p.name for p in tmp_path.iterdir()] == ["some.json"]
    assert path.read_text(encoding="utf-8").count("é") == 1


def test_what_a_result_says():
    assert made().source == "What was asked: how it was, on a machine."
    assert made().last("é", "training_loss") == 1 / 3
    with pytest.raises(CourseError, match="some has no 'training_loss' of 'e'; series: é"):
        made().last("e", "training_loss")
    with pytest.raises(CourseError, match="has no 'validation_loss'"):
        made().last("é", "validation_loss")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_saved(tmp_path, bad):
    path = tmp_path / "some.json"
    with pytest.raises(ValueError):
        Result("n", "t", {}, {"best": bad}, "h", "m").save(path)
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "{}",
        '{"name": "n"}',
        json.dumps({**made().__dict__, "more": 1}),
        json.dumps({**made().__dict__, "series": [1]}),
        json.dumps({**made().__dict__, "series": {"a": [{"loss": "low"}]}}),
        json.dumps({**made().__dict__, "numbers": {"a": None}}),
        json.dumps({**made().__dict__, "numbers": {"a": float("nan")}}),
        json.dumps({**made().__dict__, "how": 3}),
    ],
)
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "some.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"some\.json is not the result of an experiment"):
        Result.load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        Result.load(tmp_path / "none.json")
    assert stored("there_is_no_such_experiment") is None


def test_every_experiment_has_its_name_and_every_stored_result_is_of_one():
    known = names()
    assert {"activations", "over_fitting", "two_processes", "gpu_and_cpu"} <= set(known)
    assert not {"result", "catalogue"} & set(known)
    assert not [name for name in known if name.startswith("_")]
    for path in sorted((Path(result.__file__).parent / "stored").glob("*.json")):
        assert path.stem in known
        kept = stored(path.stem)
        assert kept is not None and kept.name == path.stem
        assert kept.how and kept.machine and kept.title


def test_an_unknown_experiment():
    with pytest.raises(CourseError, match="There is no experiment 'alchemy'"):
        find("alchemy")
    for private in ("result", "catalogue", "_alexnets"):
        with pytest.raises(CourseError):
            find(private)


def test_an_experiment_is_found(monkeypatch):
    pytest.importorskip("torch")
    assert "two_processes" in catalogue.names()
    assert callable(find("two_processes"))
    assert Scale("live") is Scale.LIVE


def test_the_package_comes_without_pytorch():
    code = "import sys, coursekit.experiments as e; e.names(); e.stored('x'); "
    code += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr


def test_this_machine_in_words():
    pytest.importorskip("torch")
    words = result.this_machine()
    assert "PyTorch" in words and len(words) > 12 and "\n" not in words
