"""Every layout that people have, and everything that is no submission named."""

import hashlib
import os
import pickle
import time
import unicodedata
from pathlib import Path

import pytest
from zip_files import written, zip_bytes

from coursekit.grading.rosters import Roster, Student
from coursekit.grading.submissions import (
    SubmissionsError,
    find_submissions,
    own_submission,
)

ADA = Student(
    "ada@u", "Lovelace, Ada", "ada@u", "alovelace", ids={"canvas": "12345", "moodle": "1"}
)
ALAN = Student("alan@u", "Alan Turing", "alan@u", "aturing", ids={"moodle": "777"})
EVE = Student("eve@u", "Eve", "eve@u")
ROSTER = Roster((ADA, ALAN, EVE))


def table(found):
    return [(s.student, s.name, s.attempt) for s in found.submissions]


def texts(found):
    return {(s.student, s.attempt): s.read().decode() for s in found.submissions}


LAYOUTS = {
    "files": {"ada.ipynb": "A", "alan.ipynb": "T"},
    "folders": {"ada/lenet.ipynb": "A", "alan/deep/lenet.ipynb": "T"},
    "nbgrader": {
        "submitted/ada/lab04/lenet.ipynb": "A",
        "submitted/alan/lab04/lenet.ipynb": "T",
        "source/lab04/lenet.ipynb": "source",
        "autograded/ada/lab04/lenet.ipynb": "copy",
    },
    "zips in folders": {
        "ada/hand-in.zip": zip_bytes({"lenet.ipynb": "A"}),
        "alan.zip": zip_bytes({"deep/lenet.ipynb": "T"}),
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_one_notebook_for_each_student(tmp_path, layout, packed):
    files = LAYOUTS[layout]
    if packed:
        path = tmp_path / "class.zip"
        path.write_bytes(zip_bytes(files))
    else:
        path = written(tmp_path / "class", files)
    found = find_submissions([path])
    assert texts(found) == {("ada", 1): "A", ("alan", 1): "T"}
    assert found.problems == ()
    assert all("lenet.ipynb" in s.name or layout == "files" for s in found.submissions)


def test_canvas(tmp_path):
    path = written(
        tmp_path,
        {
            "lovelaceada_12345_678901_04_lenet-1.ipynb": "A",
            "turingalan_LATE_54321_678902_04_lenet-2.ipynb": "T",
            "hoppergrace_4_678903_LATE_lenet.ipynb": "H",
            "noether_9_678904_lenet.zip": zip_bytes({"x/lenet.ipynb": "N"}),
        },
    )
    found = find_submissions([path], ROSTER)
    assert texts(found) == {
        ("ada@u", 1): "A",
        ("alan@u", 1): "T",
        ("hoppergrace_4", 1): "H",
        ("noether_9", 1): "N",
    }
    late = {s.student: s.late_flag for s in found.submissions}
    assert [name for name in late if late[name]] == ["alan@u", "hoppergrace_4"]
    said = "\n".join(found.problems)
    assert "hoppergrace_4: not in the roster" in said
    assert "Eve (eve@u): handed in nothing." in said


def test_moodle(tmp_path):
    path = written(
        tmp_path,
        {
            "Ada Lovelace_123456_assignsubmission_file/lenet.ipynb": "A",
            "Alan Turing_777_assignsubmission_file_/lenet.ipynb": "T",
            "Grace Hopper_5_assignsubmission_file_lenet.ipynb": "H",
            "Grace Hopper_5_assignsubmission_onlinetext/onlinetext.html": "text",
        },
    )
    found = find_submissions([path], ROSTER)
    assert texts(found) == {("ada@u", 1): "A", ("alan@u", 1): "T", ("Grace Hopper_5", 1): "H"}
    assert any("onlinetext.html was left aside" in problem for problem in found.problems)


def test_names_that_only_look_like_canvas(tmp_path):
    path = written(tmp_path, {f"hw_2024_1012_{name}.ipynb": name for name in ("ada", "alan")})
    assert [s.student for s in find_submissions([path]).submissions] == [
        "hw_2024_1012_ada",
        "hw_2024_1012_alan",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "mallory/lovelaceada_12345_999999_lenet.ipynb",
        "mallory/Ada Lovelace_1_assignsubmission_file/lenet.ipynb",
        "mallory/submitted/ada/lenet.ipynb",
        "mallory/../ada/lenet.ipynb",
        "mallory_3_999999_lovelaceada_12345_999998_lenet.ipynb",
        "Mallory_3_assignsubmission_file_Ada Lovelace_1_assignsubmission_file_lenet.ipynb",
        "Ada Lovelace_1_assignsubmission_file_3_assignsubmission_file/lenet.ipynb",
    ],
)
def test_nobody_hands_in_for_another(tmp_path, name):
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes({name: "M", "lovelaceada_12345_678901_lenet.ipynb": "A"}))
    found = find_submissions([path], ROSTER)
    assert [s.read() for s in found.submissions if s.student == "ada@u"] == [b"A"]
    inside = zip_bytes({name.removeprefix("mallory/"): "M", "other.ipynb": "O"})
    path.write_bytes(zip_bytes({"mallory.zip": inside, "ada.ipynb": "A"}))
    found = find_submissions([path], Roster((Student("ada"),)))
    assert [s.read() for s in found.submissions if s.student == "ada"] == [b"A"]


def test_a_class_zip_in_a_folder_is_pointed_out(tmp_path):
    inside = {f"name{n}_{n}_67890{n}_x.ipynb": "x" for n in range(3)}
    path = written(tmp_path, {"submissions.zip": zip_bytes(inside)})
    found = find_submissions([path])
    assert found.submissions == ()
    assert "Name the zip itself" in found.problems[0]


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["class/ada.ipynb", "class/alan.ipynb"], ["ada", "alan"]),
        (["hw/ada/x.ipynb", "hw/alan/x.ipynb"], ["ada", "alan"]),
        (["ada/x.ipynb"], ["ada"]),
        (["ada/x.ipynb", "alan/x.ipynb"], ["ada", "alan"]),
        (["class/ada.ipynb"], ["ada"]),
        (["class/ada.ipynb", "__MACOSX/class/._ada.ipynb", "class/.DS_Store"], ["ada"]),
    ],
)
def test_a_zipped_folder(tmp_path, names, students):
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes(dict.fromkeys(names, "x")))
    found = find_submissions([path])
    assert [s.student for s in found.submissions] == students
    assert found.problems == ()


def test_attempts_in_order(tmp_path):
    names = [f"lovelaceada_12345_6789{n:02}_lenet-{n}.ipynb" for n in (9, 10, 8)]
    found = find_submissions([written(tmp_path, {name: name for name in names})])
    assert [(s.attempt, s.name) for s in found.submissions] == [
        (1, names[2]),
        (2, names[0]),
        (3, names[1]),
    ]


def test_attempts_from_two_folders(tmp_path):
    paths = [written(tmp_path / week, {"ada/x.ipynb": week}) for week in ("one", "two")]
    os.utime(tmp_path / "one/ada/x.ipynb", (2_000_000_000, 2_000_000_000))
    found = find_submissions(paths)
    assert texts(found) == {("ada", 1): "two", ("ada", 2): "one"}


def test_nbgrader_says_when(tmp_path):
    files = {"ada/lab/x.ipynb": "A", "ada/lab/timestamp.txt": "2026-02-03 15:58:23.94 UTC\n"}
    files |= {"alan/lab/x.ipynb": "T", "alan/lab/timestamp.txt": "2026-02-03 15:58:23 +0200"}
    files |= {"eve/lab/x.ipynb": "E", "eve/lab/timestamp.txt": "yesterday" * 1000}
    found = find_submissions([written(tmp_path, files)])
    assert [s.submitted for s in found.submissions] == [
        "2026-02-03T15:58:23+00:00",
        "2026-02-03T13:58:23+00:00",
        "",
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["notes.ipynb", "04_lenet.ipynb"], "04_lenet.ipynb"),
        (["04_lenet.ipynb", "04-LeNet (1).ipynb"], "04-LeNet (1).ipynb"),
        (["ada 04_lenet final.ipynb", "zzz.ipynb"], "ada 04_lenet final.ipynb"),
        (["04_lenet_old.ipynb", "04_lenet.ipynb", "04_lenet_very_old.ipynb"], "04_lenet.ipynb"),
        (["03/answer.ipynb", "04_lenet/answer.ipynb", "05/answer.ipynb"], "04_lenet/answer.ipynb"),
        (["b.ipynb", "a.ipynb"], "a.ipynb"),
    ],
)
def test_one_of_several_notebooks(tmp_path, names, chosen):
    path = written(tmp_path, {f"ada/{name}": name for name in names})
    for number, name in enumerate(names):
        os.utime(path / "ada" / name, (1e9 + number, 1e9 + number))
    found = find_submissions([path], notebook_name="04_lenet.ipynb")
    assert texts(found) == {("ada", 1): chosen}
    assert len(found.problems) == len(names) - 1
    assert all(f"ada/{chosen} counts" in problem for problem in found.problems)


def test_what_is_no_notebook_is_named(tmp_path):
    files = {"ada/report.PDF": "x", "alan.html": "x", "eve/x.ipynb": "x", "eve/data.csv": "1"}
    files |= {"bob/x.rar": "x", "eve/.ipynb_checkpoints/x.ipynb": "x", "Thumbs.db": "x"}
    path = written(tmp_path, files)
    (path / "carl").mkdir()
    found = find_submissions([path])
    assert [s.student for s in found.submissions] == ["eve"]
    assert sorted(found.problems) == [
        "ada: handed in a PDF, not the notebook (ada/report.PDF).",
        "alan: handed in a web page, not the notebook (alan.html).",
        "bob: handed in an archive that is no zip, not the notebook (bob/x.rar).",
        "carl: an empty folder.",
        "eve: eve/data.csv was left aside; eve/x.ipynb counts.",
    ]


def test_links_pipes_and_depth(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text("secret")
    path = written(tmp_path / "class", {"ada/x.ipynb": "A", "/".join("abcdefghijkl.ipynb"): "deep"})
    (path / "eve").mkdir()
    (path / "eve/x.ipynb").symlink_to(secret)
    (path / "alan").symlink_to(path / "ada")
    os.mkfifo(path / "bob.ipynb")
    found = find_submissions([path])
    assert texts(found) == {("ada", 1): "A"}
    said = "\n".join(found.problems)
    for words in ("eve/x.ipynb: a symbolic link", "alan: a symbolic link", "bob.ipynb: a pipe"):
        assert words in said
    assert "too deep" in said


def test_a_link_that_comes_later_is_not_read(tmp_path):
    (found,) = find_submissions([written(tmp_path, {"ada.ipynb": "A"})]).submissions
    (tmp_path / "ada.ipynb").unlink()
    (tmp_path / "ada.ipynb").symlink_to("/etc/hostname")
    assert found.digest() == ""


def test_the_roster_gives_identifiers(tmp_path):
    names = ["aturing", "LOVELACE, ADA", "eve", "nobody"]
    path = written(tmp_path, {f"{name}/x.ipynb": name for name in names})
    found = find_submissions([path], ROSTER)
    assert {s.student for s in found.submissions} == {"alan@u", "ada@u", "eve@u", "nobody"}
    assert found.problems == ("nobody: not in the roster; graded under this name.",)


def test_ambiguous_names_are_nobodys(tmp_path):
    roster = Roster((Student("1", "Kim Lee"), Student("2", "Lee, Kim")))
    found = find_submissions([written(tmp_path, {"Kim Lee/x.ipynb": "x"})], roster)
    assert [s.student for s in found.submissions] == ["Kim Lee"]
    assert "it may be Kim Lee (1) or Lee, Kim (2)" in found.problems[0]


def test_one_name_in_two_unicode_forms(tmp_path):
    forms = [unicodedata.normalize(form, "José") for form in ("NFC", "NFD")]
    path = written(tmp_path, {f"{name}/x.ipynb": name for name in forms})
    assert [(s.student, s.attempt) for s in find_submissions([path]).submissions] == [
        ("José", 1),
        ("José", 2),
    ]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text(tmp_path):
    for name in (b"jos\xe9", b"jos\xff", b"a\nb\x1b[2J"):
        folder = os.path.join(os.fsencode(tmp_path), name)
        os.mkdir(folder)
        Path(os.fsdecode(os.path.join(folder, b"x.ipynb"))).write_text("x")
    found = find_submissions([tmp_path])
    assert len({s.student for s in found.submissions}) == 3
    for submission in found.submissions:
        assert submission.read() == b"x"
        assert (submission.student + submission.name).isprintable()


def test_single_files_and_missing_paths(tmp_path):
    path = written(tmp_path, {"ada.ipynb": "A", "alan.pdf": "T", "bad.zip": "no zip"})
    found = find_submissions([path / "ada.ipynb", path / "alan.pdf"])
    assert texts(found) == {("ada", 1): "A"}
    assert "alan: handed in a PDF" in found.problems[0]
    with pytest.raises(SubmissionsError, match="is not there"):
        find_submissions([path / "nothing"])
    with pytest.raises(SubmissionsError, match="damaged, or no zip"):
        find_submissions([path / "bad.zip"])


def test_a_damaged_zip_of_one_student(tmp_path):
    path = written(tmp_path, {"ada.zip": "no zip", "alan.ipynb": "T"})
    found = find_submissions([path])
    assert texts(found) == {("alan", 1): "T"}
    assert found.problems == ("ada.zip: it is damaged, or no zip file.",)


def test_a_submission_can_be_sent_and_hashed(tmp_path):
    inner = zip_bytes({"lenet.ipynb": "A"})
    (tmp_path / "class.zip").write_bytes(zip_bytes({"ada/x.zip": inner}))
    (found,) = find_submissions([tmp_path / "class.zip"]).submissions
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.read() == b"A"
    assert again.digest() == hashlib.sha256(b"A").hexdigest()


def test_own_notebook(tmp_path):
    path = written(tmp_path, {"lenet.ipynb": "A"}) / "lenet.ipynb"
    own = own_submission(path)
    assert (own.student, own.name, own.read()) == ("lenet", "lenet.ipynb", b"A")


def test_a_large_class_takes_little_time(tmp_path):
    names = {f"name{n}_{n}_{100000 + n}_lenet.ipynb": f"{n}" for n in range(2000)}
    (tmp_path / "class.zip").write_bytes(zip_bytes(names))
    start = time.process_time()
    found = find_submissions([tmp_path / "class.zip"])
    assert sum(len(s.read()) for s in found.submissions) == 6890
    assert len(found.submissions) == 2000
    assert time.process_time() - start < 5


def test_problems_are_not_endless(tmp_path):
    files = {f"ada/{n}.csv": "" for n in range(1500)}
    (tmp_path / "class.zip").write_bytes(zip_bytes(files))
    found = find_submissions([tmp_path / "class.zip"])
    assert len(found.problems) == 1001
    assert found.problems[-1] == "and 500 more of the kind."
