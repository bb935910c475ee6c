"""course.py: what a person meets before anything is installed.

Nothing here needs a network. Environments are real ones; where an installer would be run, the
environment's Python is a small script that answers as uv and pip do.
"""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import course

ROOT = Path(course.__file__).parent
SCRIPT = ROOT / "course.py"
VERSION = course.this_version()
posix = pytest.mark.skipif(os.name != "posix", reason="uses links and shell scripts")


def run(*argv, cwd=ROOT, **more):
    return subprocess.run(
        [sys.executable, *map(str, argv)], cwd=cwd, capture_output=True, text=True, **more
    )


# --- a Python that is too old -------------------------------------------------------------------


def test_an_old_python_can_read_the_file():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        hints = [getattr(node, "returns", None), getattr(node, "annotation", None)]
        for hint in filter(None, hints):
            assert isinstance(hint, ast.Name | ast.Constant | ast.Attribute), ast.unparse(hint)


def test_an_old_python_says_what_is_wrong(tmp_path):
    pretend = "import runpy, sys; sys.version_info = (3, 8, 10, 'final', 0)"
    code = (
        f"{pretend}; sys.argv[1:] = ['lab']; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    done = run("-c", code, env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 1
    assert f"needs Python 3.11 or newer; this is 3.8.10 ({sys.executable})" in done.stderr
    assert "Install a newer one" in done.stderr
    assert "Traceback" not in done.stderr


@posix
def test_the_newest_python_that_runs_is_named(tmp_path, monkeypatch):
    for name, status in (("python3.14", 127), ("python3.13", 0), ("python3.12", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert course.newer_python() == "python3.13"
    text = course.too_old((3, 8, 10), "/usr/bin/python3", "python3.13", ["lab", "--port", "1"])
    assert "python3.13 course.py lab --port 1" in text


# --- the command line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "options", "extra"),
    [
        (["lab"], {"no_browser": False, "port": None}, []),
        (["lab", "--no-browser", "--port", "1234"], {"no_browser": True, "port": 1234}, []),
        (["lab", "--port=1", "--", "--debug", "--", "x"], {"port": 1}, ["--debug", "--", "x"]),
        (["test", "-k", "a or b", "--lf"], {}, ["-k", "a or b", "--lf"]),
        (["setup", "--test"], {"test": True}, []),
        (["build", "--help"], {}, ["--help"]),
        (["doctor", "--json"], {}, ["--json"]),
    ],
)
def test_command_lines(argv, options, extra):
    parsed, passed_on = course.parse(argv)
    assert parsed.command == argv[0]
    assert {name: getattr(parsed, name) for name in options} == options
    assert passed_on == extra


@pytest.mark.parametrize("argv", [[], ["--help"], ["lab", "-h"], ["test", "--help"]])
def test_help_names_every_command_and_fits_the_screen(argv, tmp_path):
    shutil.copy(SCRIPT, tmp_path)
    done = run("course.py", *argv, cwd=tmp_path)
    assert done.returncode == 0
    for command in course.COMMANDS:
        assert re.search(rf"^  {command} ", done.stdout, re.MULTILINE)
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert os.listdir(tmp_path) == ["course.py"]


@pytest.mark.parametrize("argv", [["labb"], ["lab", "--prot", "1"], ["lab", "--port", "x"]])
def test_a_mistyped_command_installs_nothing(argv, tmp_path):
    shutil.copy(SCRIPT, tmp_path)
    done = run("course.py", *argv, cwd=tmp_path)
    assert done.returncode == 2
    assert "course.py: error:" in done.stderr
    assert os.listdir(tmp_path) == ["course.py"]


def test_lab_opens_on_the_course(tmp_path):
    options, extra = course.parse(["lab", "--no-browser", "--port", "90", "--", "--debug"])
    arguments = course.lab_arguments(tmp_path, options, extra)
    assert "--LabApp.default_url=/lab" in arguments
    (tmp_path / "lectures").mkdir()
    assert "--LabApp.default_url=/lab/tree/lectures" in course.lab_arguments(tmp_path, options, [])
    (tmp_path / "README.md").touch()
    arguments = course.lab_arguments(tmp_path, options, extra)
    assert "--LabApp.default_url=/lab/tree/README.md" in arguments
    assert {"--no-browser", "--port=90", f"--ServerApp.root_dir={tmp_path}"} <= set(arguments)
    assert arguments[-1] == "--debug"


def test_tests_named_by_the_user_replace_the_whole_suite(tmp_path):
    for name in ("tests", "lectures"):
        (tmp_path / name).mkdir()
    (tmp_path / "tests" / "test_a.py").touch()
    assert course.test_arguments(tmp_path, ["-x", "-k", "word"])[-5:] == [
        *("tests", "lectures"),
        *("-x", "-k", "word"),
    ]
    named = course.test_arguments(tmp_path, ["-x", "tests/test_a.py::test_b"])
    assert "lectures" not in named
    assert named[-2:] == ["-x", "tests/test_a.py::test_b"]


def test_paths_on_both_kinds_of_system():
    venv = Path("v")
    assert course.venv_python(venv, windows=False) == str(Path("v/bin/python"))
    assert course.venv_python(venv, windows=True) == str(Path("v/Scripts/python.exe"))
    assert course.site_packages(venv, "3.12", False) == Path("v/lib/python3.12/site-packages")
    assert course.site_packages(venv, "3.12", True) == Path("v/Lib/site-packages")


# --- pip's settings, told to uv -----------------------------------------------------------------


def test_pip_settings_override_as_in_pip():
    listing = "\n".join(
        [
            ":env:.find-links='/env'",
            "global.cert='/ca.pem'",
            "global.find-links='/global'",
            "global.index-url='https://a.example/simple'",
            "install.index-url='https://b.example/simple'",
            "download.index-url='https://c.example/simple'",
            "global.extra-index-url='\\nhttps://d.example/simple\\nhttps://e.example/simple'",
        ]
    )
    assert course.pip_settings(listing) == {
        "cert": "/ca.pem",
        "find-links": "/env",
        "index-url": "https://b.example/simple",
        "extra-index-url": "\nhttps://d.example/simple\nhttps://e.example/simple",
    }


def test_places_are_separated_by_white_space_and_must_exist(tmp_path):
    for name in ("one", "two", "with space", "é"):
        (tmp_path / name).mkdir()
    spaced = (tmp_path / "with space").as_uri()
    assert "%20" in spaced
    setting = (
        f"\n{tmp_path}/one {tmp_path}/two\n  {tmp_path}/with space\n{spaced}\n{tmp_path}/é"
        f"\n{tmp_path}/missing {(tmp_path / 'gone').as_uri()} https://a.example/links"
    )
    assert course.places(setting) == [
        f"{tmp_path}/one",
        f"{tmp_path}/two",
        f"{tmp_path}/with space",
        spaced,
        f"{tmp_path}/é",
        "https://a.example/links",
    ]
    assert course.folder_of(spaced) == str(tmp_path / "with space")
    assert course.places("") == []


def test_uv_is_told_what_pip_is_configured_with(tmp_path, monkeypatch):
    for name in ("UV_INDEX", "UV_INDEX_STRATEGY", "ALL_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    (tmp_path / "ca.pem").touch()
    options, env = course.uv_settings(
        {
            "find-links": f"{tmp_path} /does/not/exist",
            "trusted-host": "a.example b.example",
            "no-index": "true",
            "index-url": "https://a.example/simple",
            "extra-index-url": f"{tmp_path.as_uri()} https://user:secret@b.example/simple",
            "proxy": "http://proxy.example:8080",
            "cert": str(tmp_path / "ca.pem"),
        }
    )
    hosts = ["--allow-insecure-host", "a.example", "--allow-insecure-host", "b.example"]
    assert options == ["--find-links", str(tmp_path), *hosts, "--no-index"]
    assert env == {  # the user's own UV_DEFAULT_INDEX stays
        "UV_INDEX": f"{tmp_path.as_uri()} https://user:secret@b.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "ALL_PROXY": "http://proxy.example:8080",
        "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
    }
    assert "SSL_CERT_FILE" not in course.uv_settings({"cert": "/does/not/exist"})[1]


# --- messages -----------------------------------------------------------------------------------

PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'NewConnectionError('<HTTPSConnection object at 0x7f90>: Failed to establish \
a new connection: [Errno -3] Temporary failure in name resolution')': /simple/uv/
ERROR: Could not find a version that satisfies the requirement uv>=0.8 (from versions: none)
ERROR: No matching distribution found for uv>=0.8
"""
NEW_PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'NameResolutionError("HTTPSConnection(host='index.example', port=443): Failed \
to resolve 'index.example' ([Errno -3] Temporary failure in name resolution)")': /simple/rich/
ERROR: No matching distribution found for rich>=14
"""
UV_OFFLINE = """\
error: Request failed after 3 retries in 3.9s
  cause: Failed to fetch: https://index.example/simple/pytest-xdist/
  cause: error sending request for url (https://index.example/simple/pytest-xdist/)
  cause: client error (Connect)
  cause: dns error
  cause: failed to lookup address information: Temporary failure in name resolution
"""
UV_REFUSED = """\
error: Failed to download `torch==2.13.0`
  cause: error sending request for url (https://files.example/aa/torch-2.13.0-cp311-linux.whl)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
UV_DISK = """\
error: Failed to download `scipy==1.17.1`
  cause: Failed to extract archive: scipy-1.17.1-cp311-cp311-manylinux_2_28_x86_64.whl
  cause: failed to write to file `/var/a/uv/.tmpY/x.so`: No space left on device (os error 28)
"""
PIP_DISK = """\
Installing collected packages: numpy, scipy
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
UV_NO_BUILD = """\
error: No solution found when resolving dependencies
  cause: Because torch==2.13.0 has no wheels with a matching platform tag (e.g., \
`macosx_13_0_x86_64`) and you require torch==2.13.0, we can conclude that your requirements are \
unsatisfiable.
"""


@pytest.mark.parametrize(
    ("output", "kind", "words"),
    [
        (PIP_OFFLINE, "network", "uv could not be downloaded. Check the network"),
        (NEW_PIP_OFFLINE, "network", "rich could not be downloaded"),
        (UV_OFFLINE, "network", "pytest-xdist could not be downloaded"),
        (UV_REFUSED, "network", "torch could not be downloaded"),
        (UV_DISK, "disk", "The disk is full. The course needs 2.5 GB (8 GB with CUDA)"),
        (PIP_DISK, "disk", "Free some space and run the same command again"),
        ("error: Permission denied (os error 13)", "denied", "folder of your own"),
        (UV_NO_BUILD, "no build", f"no build of torch for Python {VERSION}"),
        ("ERROR: No matching distribution found for torch>=2.6", "no build", "of torch for"),
        ("thread 'main' panicked", "", "last lines above"),
    ],
)
def test_what_installers_print_is_explained(output, kind, words):
    problem = course.explain(output)
    assert problem.kind == kind
    assert words in str(problem)
    assert ".example" not in str(problem)


def test_a_full_disk_is_noticed_before_anything_is_downloaded(tmp_path):
    course.check_space(tmp_path, 0)
    with pytest.raises(course.SetupError, match=r"GB free, and installing takes 1e\+09 GB"):
        course.check_space(tmp_path, 1e9)


@pytest.mark.skipif(sys.platform != "linux", reason="/sys is Linux's")
def test_a_folder_that_cannot_be_written_is_named():
    with pytest.raises(OSError) as caught:
        course.prepare(Path("/sys"))
    problem = course.explain_os_error(caught.value)
    assert problem.kind == "denied"
    assert "/sys/.venv-lock" in str(problem)
    assert "folder of your own" in str(problem)


def test_a_python_without_venv_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setitem(sys.modules, "virtualenv", None)
    with pytest.raises(course.SetupError, match=rf"apt install python{VERSION}-venv"):
        course.ensure_venv(tmp_path / ".venv", course.Steps(tmp_path / "log"))


@posix
@pytest.mark.parametrize(("kind", "words"), [("link", "a symbolic link"), ("file", "a file")])
def test_a_venv_that_is_not_a_folder_is_left_alone(tmp_path, kind, words):
    venv = tmp_path / ".venv"
    if kind == "link":
        venv.symlink_to(tmp_path / "elsewhere")
    else:
        venv.write_text("mine")
    with pytest.raises(course.SetupError, match=words):
        course.prepare(tmp_path)
    assert os.listdir(tmp_path) == [".venv"]


# --- mending environments -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole_venv(tmp_path_factory):
    """An environment that had only the rest of a deleted pip in it, after its repair."""
    venv = tmp_path_factory.mktemp("whole") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    rest = course.site_packages(venv, VERSION) / "pip-99.0.dist-info"
    rest.mkdir()
    (rest / "METADATA").write_text("Metadata-Version: 2.1\nName: pip\nVersion: 99.0\n")
    assert course.venv_problem(venv) == "its pip does not run"
    course.ensure_venv(venv, course.Steps(venv / "setup.log"))
    return venv


@pytest.fixture
def venv(whole_venv, tmp_path):
    copy = tmp_path / "x y é" / ".venv"
    shutil.copytree(whole_venv, copy, symlinks=True)
    (copy / "kept").touch()
    return copy


def dangle(venv):
    for python in (venv / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nonexistent/python")


DAMAGE = {
    "its Python is gone": dangle,
    "its pyvenv.cfg is gone": lambda venv: (venv / "pyvenv.cfg").unlink(),
}


def test_a_deleted_pip_is_put_back(whole_venv):
    assert course.venv_problem(whole_venv) == ""
    assert list(whole_venv.parent.iterdir()) == [whole_venv]


@posix
@pytest.mark.parametrize("problem", DAMAGE)
def test_a_broken_venv_is_mended_where_it_stands(venv, problem, capsys):
    DAMAGE[problem](venv)
    assert course.venv_problem(venv) == problem
    course.ensure_venv(venv, course.Steps(venv / "setup.log"))
    assert course.venv_problem(venv) == ""
    assert (venv / "kept").exists()
    assert [path.name for path in venv.parent.iterdir()] == [".venv"]
    assert problem in capsys.readouterr().out


@posix
def test_a_venv_of_another_python_is_moved_aside_and_kept(venv, capsys):
    dangle(venv)
    config = venv / "pyvenv.cfg"
    config.write_text(re.sub(r"version = .*", "version = 3.9.2", config.read_text()))
    course.ensure_venv(venv, course.Steps(venv / "setup.log"))
    assert course.venv_problem(venv) == ""
    assert not (venv / "kept").exists()
    (aside,) = venv.parent.glob(".venv-broken-*")
    assert re.fullmatch(r"\.venv-broken-\d{8}-\d{6}", aside.name)
    assert (aside / "kept").exists()
    assert aside.name in capsys.readouterr().out


def test_packages_that_lack_files_are_forgotten(tmp_path):
    def package(name, files, listed, *more):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        for extra in more:
            (info / extra).touch()
        if listed is not None:
            (info / "RECORD").write_text("".join(f"{path},,\n" for path in listed))
        for path in files:
            (tmp_path / path).touch()

    package("whole", ["a.py", "b, c.py"], ["a.py", '"b, c.py"', "x.pyc"], "INSTALLER")
    package("lost", [], ["gone.py"], "INSTALLER")
    package("unrecorded", ["d.py"], None, "INSTALLER", "METADATA")
    package("unfinished", ["e.py"], ["e.py"])
    course.discard_damaged(tmp_path)
    assert [path.name for path in tmp_path.glob("*.dist-info")] == ["whole-1.0.dist-info"]


# --- the whole set-up, with installers that only answer -----------------------------------------

FAKE = """\
#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/calls"
case "$*" in
  "-m pip --version") exit 0;;
  "-m pip config list") echo "global.find-links='$here/links'"; exit 0;;
  "-m uv --version") exit 0;;
  "-m uv pip install"*) . "$here/uv";;
  "-m pip install"*) . "$here/pip";;
  "-m coursekit"*) echo "$*|$PWD|$VIRTUAL_ENV"; exit 7;;
  "-c from nbformat"*) exit 0;;
  *) exec "$here/real" "$@";;
esac
"""


class Course:
    """A folder with course.py and a .venv whose installers do what a test says."""

    def __init__(self, root):
        self.root = root
        root.mkdir()
        for name in ("course.py", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, root)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
        self.bin = root / ".venv" / "bin"
        self.site = course.site_packages(root / ".venv", VERSION)
        (self.bin / "real").symlink_to(os.path.realpath(self.bin / "python"))
        (self.bin / "python").unlink()
        (self.bin / "python").write_text(FAKE)
        (self.bin / "python").chmod(0o755)
        (self.bin / "links").mkdir()
        tag = "cp" + VERSION.replace(".", "")
        (self.bin / "links" / f"torch-2.13.0+cpu-{tag}-{tag}-linux_x86_64.whl").touch()
        self.answer("uv", f'mkdir -p "{self.site}/numpy"; exit 0')
        self.answer("pip", "exit 1")

    def answer(self, installer, script):
        (self.bin / installer).write_text(script)

    def fail(self, installer, text):
        (self.bin / "text").write_text(text)
        self.answer(installer, 'cat "$here/text"; exit 1')

    def prepare(self, *groups, **options):
        """Return the installers' command lines that this set-up took."""
        (self.bin / "calls").unlink(missing_ok=True)
        course.prepare(self.root, groups, **options)
        return self.installs()

    def installs(self):
        calls = (self.bin / "calls").read_text().splitlines()
        return [call for call in calls if "pip install" in call]

    @property
    def state(self):
        return json.loads(course.state_file(self.root).read_text())


@pytest.fixture
def own(tmp_path):
    return Course(tmp_path / "x y é")


@posix
def test_a_second_start_installs_nothing(own):
    (call,) = own.prepare()
    assert f"-c {own.root}/constraints.txt -e {own.root}" in call
    assert f"--find-links {own.bin}/links" in call
    assert "torch-backend" not in call
    assert own.prepare() == []


@posix
def test_what_makes_it_install_again(own):
    own.prepare()
    assert "pytest>=8.3" in own.prepare("test")[0]
    assert own.state["groups"] == ["test"]
    assert own.prepare("test") == own.prepare() == []

    with open(own.root / "constraints.txt", "a") as constraints:
        constraints.write("# changed\n")
    assert "pytest>=8.3" in own.prepare()[0], "what was installed before stays"

    shutil.rmtree(own.site / "numpy")
    assert len(own.prepare()) == 1

    course.state_file(own.root).write_text("{")
    assert len(own.prepare()) == 1
    (own.site / "rich-15.0.0.dist-info").mkdir()
    assert own.prepare() == [], "a student may add packages"


@posix
def test_a_course_that_was_moved_is_laid_down_anew(own):
    own.prepare()
    moved = own.root.with_name("moved")
    own.root.rename(moved)
    course.prepare(moved)
    assert "--reinstall" in (moved / ".venv/bin/calls").read_text().splitlines()[-1]


@posix
def test_a_full_disk_ends_it_and_shows_the_end_of_the_log(own, capsys):
    own.fail("uv", UV_DISK)
    with pytest.raises(course.SetupError, match="The disk is full") as caught:
        own.prepare()
    assert len(own.installs()) == 1, "pip is not tried on a full disk"
    assert "    error: Failed to download `scipy==1.17.1`" in capsys.readouterr().out
    log = own.root / ".venv" / "setup.log"
    assert str(log) in str(caught.value)
    assert UV_DISK in log.read_text()


@posix
def test_pip_takes_over_where_uv_fails_for_no_known_reason(own):
    own.fail("uv", "thread 'main' panicked")
    own.answer("pip", "exit 0")
    uv, pip = own.prepare("test")
    assert uv.startswith("-m uv pip install")
    assert pip.startswith("-m pip install")
    assert pip.partition(" -c ")[2] == uv.partition(" -c ")[2]


@posix
def test_pip_alone_when_asked(own, monkeypatch):
    monkeypatch.setenv("COURSEKIT_NO_UV", "1")
    own.answer("pip", "exit 0")
    (call,) = own.prepare()
    assert call.startswith("-m pip install")


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="there PyTorch comes in one build")
@pytest.mark.parametrize("reachable", [True, False])
def test_without_a_local_torch_the_build_for_this_machine_is_looked_for(own, reachable, capsys):
    (wheel,) = (own.bin / "links").iterdir()
    wheel.rename(str(wheel).replace("-cp", "-cp9"))  # another Python's
    own.answer("uv", f'case "$*" in *torch-backend*) exit {int(not reachable)};; esac; exit 0')
    trial, call = own.prepare()
    assert "--dry-run --torch-backend=auto" in trial
    assert ("--torch-backend=auto" in call) == reachable
    assert ("index can't be used" in capsys.readouterr().out) != reachable


@posix
def test_offline_an_older_installation_will_do_for_lab(own, capsys):
    own.fail("uv", UV_OFFLINE)
    with pytest.raises(course.SetupError, match="pytest-xdist could not be downloaded"):
        own.prepare(offline=True)
    own.answer("uv", "exit 0")
    own.prepare()
    before = own.state
    with open(own.root / "pyproject.toml", "a") as project:
        project.write("# changed\n")
    own.fail("uv", UV_OFFLINE)
    with pytest.raises(course.SetupError, match="network"):
        own.prepare()
    assert own.state == before
    own.prepare(offline=True)
    assert "Going on with what is installed" in capsys.readouterr().out
    assert len(own.prepare(offline=True)) == 1, "and it is tried again next time"


@posix
def test_a_killed_set_up_is_finished_by_the_next(own):
    own.answer("uv", "echo started; exec sleep 60")
    process = start(own, "setup")
    wait_for(lambda: "started" in (own.root / ".venv/setup.log").read_text())
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not course.is_ready(own.root, [])
    own.fail("uv", UV_OFFLINE)
    with pytest.raises(course.SetupError):
        own.prepare(offline=True)
    own.answer("uv", "exit 0")
    assert len(own.prepare()) == 1
    assert course.is_ready(own.root, [])


@posix
def test_an_orphaned_installer_keeps_the_lock_until_it_ends(own):
    own.answer("uv", f'echo $$ > "{own.bin}/pid"; exec sleep 60')
    process = start(own, "setup")
    wait_for(lambda: (own.bin / "pid").exists() and (own.bin / "pid").read_text())
    process.kill()
    process.wait()
    with open(own.root / ".venv-lock" / "lock", "a") as lock:
        assert not course.try_lock(lock.fileno())
        os.kill(int((own.bin / "pid").read_text()), signal.SIGKILL)
        wait_for(lambda: course.try_lock(lock.fileno()))


@posix
def test_two_at_once_install_once(own):
    own.answer("uv", "echo started; sleep 0.5; exit 0")
    first = start(own, "setup")
    wait_for(lambda: "started" in (own.root / ".venv/setup.log").read_text())
    second = start(own, "setup")
    outputs = [process.communicate()[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert "Another course.py is setting up this folder" in outputs[1]
    assert len(own.installs()) == 1


@posix
def test_ctrl_c_is_quiet_and_ends_the_installer(own):
    own.answer("uv", f'echo $$ > "{own.bin}/pid"; exec sleep 60')
    process = start(own, "setup")
    wait_for(lambda: (own.bin / "pid").exists() and (own.bin / "pid").read_text())
    process.send_signal(signal.SIGINT)
    output = process.communicate()[0]
    assert process.returncode == 130
    assert "Traceback" not in output
    with pytest.raises(ProcessLookupError):
        os.kill(int((own.bin / "pid").read_text()), 0)


@posix
def test_other_commands_go_to_coursekit_with_its_exit_status(own):
    process = start(own, "doctor", "--json")
    output = process.communicate()[0]
    assert process.returncode == 7
    said = f"-m coursekit doctor --json|{own.root}|{own.root / '.venv'}"
    assert output.splitlines()[-1] == said


@posix
def test_only_changed_notebooks_are_marked_as_trusted(own):
    def trusted():
        (own.bin / "calls").write_text("")
        course.trust_notebooks(own.root)
        return (own.bin / "calls").read_text()

    for name in ("lectures/01.ipynb", "exercises/01.ipynb", "sources/raw.ipynb"):
        (own.root / name).parent.mkdir()
        (own.root / name).write_text("{}")
    assert re.findall(r"\w+/01\.ipynb", trusted()) == ["exercises/01.ipynb", "lectures/01.ipynb"]
    assert trusted() == ""
    (own.root / "lectures/01.ipynb").write_text("{ }")
    assert re.findall(r"\w+/\w+\.ipynb", trusted()) == ["lectures/01.ipynb"]


def start(own, *argv):
    return subprocess.Popen(
        [sys.executable, str(own.root / "course.py"), *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(condition):
    for _ in range(500):
        try:
            if condition():
                return
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    raise AssertionError("nothing happened within 10 s")


# --- the pins -----------------------------------------------------------------------------------


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_constraints_hold_names_and_exact_versions_only():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"//|\bfile:|\+", text)
    for pin in pins():
        assert re.fullmatch(r"==[\d.]+(rc\d+|\.post\d+)?", str(pin.specifier)), pin
        assert not pin.url
    assert [str(pin) for pin in pins() if pin.name == "torch"] == ["torch==2.13.0"]


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_requirement_is_pinned_within_its_range(version, platform):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["vision"],
        *course.group_requirements(ROOT, ["test"]),
    ]
    here = {
        "python_version": version,
        "python_full_version": version + ".9",
        "sys_platform": platform,
    }
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate(here):
            continue
        found = [
            pin
            for pin in pins()
            if pin.name == requirement.name and (not pin.marker or pin.marker.evaluate(here))
        ]
        assert len(found) == 1, requirement
        (specifier,) = found[0].specifier
        assert requirement.specifier.contains(specifier.version), requirement
