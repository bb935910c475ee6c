"""What is in the sandbox: all that a notebook needs, and no answer."""

import subprocess
import sys

import pytest

from coursekit.exercises import Exercise, find, in_unit, units
from coursekit.grading.kit import Contents, KitError, contents_for, kit_files, write_kit

ALL = [exercise for unit in units() for exercise in in_unit(unit)]


def files(folder):
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*.py")}


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.name)
def test_no_exercise_and_no_check_travels(exercise, tmp_path):
    write_kit(tmp_path, kit_files(contents_for(exercise)))
    there = files(tmp_path)
    assert not [name for name in there if name.endswith(f"{exercise.name}.py")]
    assert not [name for name, text in there.items() if "exercise = Exercise(" in text]
    for secret in ("ladder", "diagnosis", "symptoms", "registry", "variants", "earning"):
        assert not [name for name in there if secret in name]
    assert "coursekit/grading/marking.py" not in there


def test_only_exercises_that_say_so_find_the_library(tmp_path):
    write_kit(tmp_path / "a", kit_files(contents_for(find("conv2d_forward"))))
    assert not (tmp_path / "a" / "coursekit" / "numpy_nn").exists()
    write_kit(tmp_path / "b", kit_files(contents_for(find("LeNet"))))
    assert (tmp_path / "b" / "coursekit" / "numpy_nn" / "__init__.py").is_file()


@pytest.mark.parametrize("name", ["pad2d", "train_epoch", "empirical_receptive_field"])
def test_a_kit_works_by_itself(name, tmp_path):
    needed = contents_for(find(name))
    write_kit(tmp_path, kit_files(needed))
    code = f"""
import sys
sys.path = [p for p in sys.path if "site-packages" in p or "lib" in p]
sys.path.insert(0, {str(tmp_path)!r})
import importlib
import coursekit
assert coursekit.__file__.startswith({str(tmp_path)!r})
for name in {sorted(needed.modules)!r} + ["coursekit.grading.inside.worker"]:
    importlib.import_module(name)
from coursekit import check, hint, load_exercises, progress
assert check(len) is None and progress("02") is None
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_module_that_holds_an_exercise_is_refused(tmp_path):
    with pytest.raises(KitError, match="cannot go into the sandbox"):
        write_kit(tmp_path, kit_files(Contents(frozenset(["coursekit.exercises.unit02.pad2d"]))))


def test_a_module_that_is_not_there_is_named(tmp_path):
    with pytest.raises(KitError, match=r"coursekit\.nothing"):
        write_kit(tmp_path, kit_files(Contents(frozenset(["coursekit.nothing"]))))


def test_an_exercise_without_objects_needs_no_module():
    assert contents_for(find("pad2d")) == Contents()
    assert isinstance(find("pad2d"), Exercise)


def test_what_holds_the_answer_is_withheld(tmp_path):
    write_kit(tmp_path, kit_files(contents_for(find("LeNet"))))
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from coursekit.grading.inside.standins import Forbidden
from coursekit.numpy_nn import Conv2d, modified_lenet, lenet5
assert isinstance(modified_lenet, Forbidden) and isinstance(lenet5, Forbidden)
Forbidden.in_an_answer = True
Conv2d(1, 2, 3)
modified_lenet()
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert "NotAllowedHere" in done.stderr and "write this yourself" in done.stderr
