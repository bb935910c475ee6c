"""The parts of the sandbox that can be looked at without one."""

import os
import struct
import sys
from pathlib import Path

import pytest

import coursekit
from coursekit import doctor
from coursekit.grading import launching, probing, visible
from coursekit.grading.levels import Level, Limits, SandboxError

if sys.platform != "linux":
    pytest.skip("the sandbox needs Linux", allow_module_level=True)

from coursekit.grading import syscalls
from coursekit.grading.inside import boxes, confine


def instructions(program):
    return list(struct.iter_unpack("=HBBI", program))


def test_the_filter_refuses_what_it_does_not_know():
    pytest.importorskip("pyseccomp")
    returns = {constant for code, _, _, constant in instructions(syscalls.program()) if code == 6}
    allow, refuse, no_such_call, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
    assert returns == {allow, refuse, no_such_call, kill}


def test_the_filter_lets_a_process_signal_itself_only():
    pytest.importorskip("pyseccomp")
    program = syscalls.program()
    own = confine._for_process(program, syscalls.PLACEHOLDER, 4711)
    changed = [
        (was[-1], now[-1])
        for was, now in zip(instructions(program), instructions(own), strict=True)
        if was != now
    ]
    assert changed == [(syscalls.PLACEHOLDER, 4711)]


def test_a_missing_library_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    syscalls.program.cache_clear()
    with pytest.raises(SandboxError, match="pip install pyseccomp"):
        syscalls.program()
    syscalls.program.cache_clear()


def test_a_view_holds_what_packages_require_and_nothing_of_the_course():
    view = visible.view(["scipy"])
    assert {"numpy", "scipy"} <= view.packages.keys()
    assert "coursekit" not in visible.view(["coursekit", "numpy"]).packages
    course = Path(coursekit.__file__).parent
    installed = Path(pytest.__file__).resolve().parent
    for shown in (*view.pieces(), *view.packages.values()):
        for hidden in (course, installed, Path.home() / ".ssh", Path("/etc/passwd")):
            assert not hidden.is_relative_to(shown), shown


def test_a_part_of_a_folder_is_hidden(tmp_path):
    shown, hidden = tmp_path / "lib", tmp_path / "lib" / "python" / "site-packages"
    for folder in (hidden / "coursekit", shown / "python" / "json", shown / "other"):
        folder.mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(shown)
    view = visible.View(Path(sys.executable), (shown, link), (hidden,), {})
    assert view.pieces() == [shown / "other", shown / "python" / "json"]
    assert view.parted() == [shown]
    assert view.masks() == [hidden, link / "python" / "site-packages"]


def test_root_is_told_what_others_cannot_read(tmp_path):
    closed = tmp_path / "numpy"
    closed.mkdir(mode=0o700)
    with pytest.raises(SandboxError, match=r"chmod -R a\+rX"):
        launching._expect_readable([closed])
    closed.chmod(0o755)
    launching._expect_readable([closed])


def test_a_full_box_is_seen(tmp_path):
    assert not boxes.is_overfull(str(tmp_path), 1 << 20)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(bytes(1 << 20))
    assert not boxes.is_overfull(str(tmp_path), 2 << 20)
    (tmp_path / "c").write_bytes(bytes(1 << 20))
    assert boxes.is_overfull(str(tmp_path), 2 << 20)


def test_a_box_of_many_small_things_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(boxes, "MOST_ENTRIES", 10)
    for number in range(11):
        (tmp_path / f"{number}").touch()
    assert boxes.is_overfull(str(tmp_path), 1 << 30)


def dig(folder, depth):
    """Folders in folders, deeper than any path can be long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("raised-1", 0o700, dir_fd=here)
        deeper = os.open("raised-1", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.mkdir("closed", 0, dir_fd=here)
    os.close(here)


def test_a_box_is_removed_however_deep(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    box = tmp_path / "box"
    box.mkdir()
    (box / "link").symlink_to(outside)
    (box / "file").touch()
    dig(box, 3000)
    assert boxes.is_overfull(str(box), 1 << 40)
    boxes.remove(str(box))
    assert not box.exists()
    assert (outside / "kept").exists()
    boxes.remove(str(box))


def test_what_is_told_to_the_parent_is_understood(tmp_path):
    view = visible.View(Path(sys.executable), (), (), {})
    launch = launching.prepare(Level.NONE, view, tmp_path, Limits(memory=5, tmp=6))
    how = confine.Confinement.from_json(launch.told["confinement"])
    assert (how.memory, how.tmp, how.walls, how.private) == (5, 6, False, False)
    boxes.remove(str(launch.folder))


@pytest.mark.parametrize(
    ("found", "level", "says"),
    [
        (probing.Probe(Level.FULL, (), "namespaces"), "ok", "full: namespaces"),
        (
            probing.Probe(Level.PORTABLE, ("full: no bwrap",), "Landlock"),
            "note",
            "portable: Landlock",
        ),
        (probing.Probe(Level.NONE, ("a", "b"), "nothing"), "note", "no marks can be given"),
    ],
)
def test_the_doctor_says_which_sandbox_there_is(monkeypatch, found, level, says):
    monkeypatch.setattr(probing, "probe", lambda: found)
    (finding,) = doctor._sandbox()
    assert (finding.level, finding.what) == (level, "sandbox")
    assert says in finding.says
    assert finding.do == " ".join(found.lacks)
