#!/usr/bin/env python3
"""Set the course up and start it: the one file to run on a machine that has only Python.

Standard library only, in the syntax of Python 3.6 (annotations in quotes), so that a Python too
old for the course can still read this file and say so.
"""

import argparse
import ast
import contextlib
import csv
import errno
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
WINDOWS = os.name == "nt"
# Disk space in GB. Measured: an environment takes 1.6 with PyTorch for the CPU; with CUDA 5.4,
# and 2.6 for the downloads.
SPACE, SPACE_CUDA, SPACE_UPDATE = 2.5, 8.0, 0.5

HELP = """\
commands:
  lab      open the course in JupyterLab; what follows -- goes to `jupyter lab`
  test     run all tests, notebooks included; arguments go to pytest, and naming files or
           folders of tests runs only those
  setup    install only
  build    make the notebooks from sources/; arguments go to `coursekit build`
  doctor   say what is there, what is missing and what to do

Each command first installs what it needs into the folder .venv beside this file (delete it to
undo); a second start installs nothing. Paths are meant from the course's folder. With
COURSEKIT_NO_UV=1 in the environment pip alone installs.
"""

# --- what can go wrong --------------------------------------------------------------------------


class SetupError(Exception):
    """The set-up can't go on; the text says what happened and what to do."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind


# What installers print, and what to say of it; the first that matches counts.
PROBLEMS = {
    "disk": (
        r"No space left on device|os error (28|112)\b|not enough space on the disk|quota exceeded",
        f"The disk is full. The course needs {SPACE:g} GB ({SPACE_CUDA:g} GB with CUDA) here and "
        "for the installer's cache. Free some space and run the same command again.",
    ),
    "denied": (
        r"Permission denied|os error (13|30)\b|Read-only file system|Access is denied",
        "A file can't be written. Copy the course into a folder of your own, close programs that "
        "use its .venv, and run the same command again.",
    ),
    "network": (
        r"NewConnection|NameResolution|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|"
        r"SSLError|Max retries exceeded|ConnectionResetError|dns error|tcp connect error|"
        r"[Cc]onnection (refused|reset|closed)|operation timed out|network is unreachable",
        "{package} could not be downloaded. Check the network connection (and HTTPS_PROXY where a "
        "proxy is needed), then run the same command again: it goes on where it stopped. Without "
        "a network, let PIP_FIND_LINKS name a folder that holds the packages.",
    ),
    "no build": (
        r"No matching distribution found|No solution found when resolving",
        "There is no build of {package} for Python {python} on this system. The course needs "
        "64-bit Python 3.11 to 3.14.",
    ),
}
FATAL = ("disk", "denied", "network")  # trying another installer would not help
PACKAGE = (
    r"/simple/([\w.-]+)|/([A-Za-z][\w.]*)-\d[^/\s]*\.(?:whl|tar\.gz)|"
    r"(?:No matching distribution found for |Because (?:only )?|download `)([A-Za-z][\w.-]*)"
)


def explain(output: str) -> SetupError:
    """Return what an installer's ``output`` means for the person who reads it."""
    for kind, (pattern, text) in PROBLEMS.items():
        if re.search(pattern, output):
            found = re.search(PACKAGE, output)
            package = next(filter(None, found.groups())) if found else "A package"
            return SetupError(text.format(package=package, python=this_version()), kind)
    return SetupError("The last lines above say why.")


def explain_os_error(error: OSError) -> SetupError:
    """Return what an error on the course's own files means."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupError(f"{error}.\n{explain('Permission denied')}", "denied")
    return explain(str(error)) if error.errno == errno.ENOSPC else SetupError(str(error))


def newer_python() -> str:
    """Return the name of the newest Python on PATH that is new enough, or ''."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"):
        path = shutil.which(name)
        if path and subprocess.call([path, "-c", test], stderr=subprocess.DEVNULL) == 0:
            return name
    return ""


def too_old(version: "tuple[int, ...]", executable: str, newer: str, argv: "list[str]") -> str:
    """Return what to say to the owner of a Python that is too old."""
    advice = "Install a newer one and run course.py with it."
    if newer:
        advice = "This machine has a newer one: " + " ".join([newer, "course.py", *argv])
    return "The course needs Python {}.{} or newer; this is {} ({}).\n{}".format(
        OLDEST[0], OLDEST[1], ".".join(map(str, version[:3])), executable, advice
    )


# --- steps: a log, one live line, one at a time -------------------------------------------------


class Steps:
    """Runs programs one after another: their output goes to a log, the last line to the screen."""

    def __init__(self, log: Path, held: "tuple[int, ...]" = ()) -> None:
        self.log = log
        self.held = held  # open files (the lock) that stay open for as long as a step runs

    def run(
        self, title: str, argv: "list[str]", env: "dict[str, str] | None" = None
    ) -> "tuple[int, str]":
        """Run ``argv``; return its exit status and what it printed."""
        begun = time.monotonic()
        terminal = sys.stdout.isatty()
        print("" if terminal else title + ": ", end="", flush=True)
        self.log.parent.mkdir(exist_ok=True)
        with open(self.log, "ab") as log:
            log.write(f"\n== {time.ctime()}: {title}\n".encode())
            log.flush()
            start = log.tell()
            process = subprocess.Popen(
                argv,
                env=env or install_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=() if WINDOWS else self.held,
            )
        try:
            while process.poll() is None:
                if terminal:
                    last = self.printed_since(start).splitlines()[-1:]
                    draw(" ".join([title, f"{time.monotonic() - begun:.0f} s", *last]))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if terminal:
            draw("")
            print(title, end=": ")
        outcome = "failed" if process.returncode else "done"
        print(f"{outcome} after {time.monotonic() - begun:.0f} s", flush=True)
        return process.returncode, self.printed_since(start)

    def printed_since(self, start: int) -> str:
        return self.log.read_bytes()[start:].decode("utf-8", "replace")

    def failure(self, output: str) -> SetupError:
        """Show the end of a failed step's output and return what it means."""
        for line in output.strip().splitlines()[-8:]:
            print("    " + line)
        problem = explain(output)
        return SetupError(f"{problem}\nThe whole log: {self.log}", problem.kind)


def draw(text: str) -> None:
    """Draw ``text`` over the terminal's current line."""
    width = shutil.get_terminal_size().columns - 1
    print("\r" + text[:width].ljust(width), end="\r", flush=True)


def succeeds(argv: "list[str]") -> bool:
    return subprocess.run(argv, env=install_environment(), capture_output=True).returncode == 0


def install_environment() -> "dict[str, str]":
    """Return the environment less what would make pip install somewhere else."""
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def try_lock(descriptor: int) -> bool:
    """Lock an open file; the system unlocks it when its last holder ends, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # any other error: a file system without locks, so go on without
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


@contextlib.contextmanager
def locked(root: Path) -> "Iterator[int]":
    """Hold the lock of this folder's set-up, waiting for it if need be; give its descriptor."""
    (root / ".venv-lock").mkdir(exist_ok=True)
    with open(root / ".venv-lock" / "lock", "a") as lock:
        if not try_lock(lock.fileno()):
            print("Another course.py is setting up this folder; waiting for it.", flush=True)
            while not try_lock(lock.fileno()):
                time.sleep(0.2)
        yield lock.fileno()


# --- the virtual environment --------------------------------------------------------------------


def this_version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def venv_python(venv: Path, windows: bool = WINDOWS) -> str:
    return str(venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python")


def site_packages(venv: Path, version: str, windows: bool = WINDOWS) -> Path:
    return venv / ("Lib" if windows else f"lib/python{version}") / "site-packages"


def probe(venv: Path) -> "tuple[str, str]":
    """Return a venv's Python version (as 3.11) and '', or '' and what is wrong with it."""
    code = "import sys; print('%d.%d' % sys.version_info[:2], ascii(sys.prefix))"
    try:
        printed = subprocess.run([venv_python(venv), "-I", "-c", code], capture_output=True)
        version, prefix = printed.stdout.decode().strip().split(" ", 1)
    except OSError:
        return "", "its Python is gone"
    except ValueError:
        return "", "its Python does not start"
    if os.path.realpath(ast.literal_eval(prefix)) != os.path.realpath(venv):
        return "", "its pyvenv.cfg is gone"
    if tuple(map(int, version.split("."))) < OLDEST:
        return "", "it was made with Python " + version
    return version, ""


def venv_problem(venv: Path) -> str:
    """Return why nothing can be installed into a venv, or ''."""
    pip = [venv_python(venv), "-m", "pip", "--version"]
    return probe(venv)[1] or ("" if succeeds(pip) else "its pip does not run")


def make_venv(venv: Path, steps: Steps, title: str, *options: str) -> None:
    """Make a venv, or what is missing of one that is there."""
    python = getattr(sys, "_base_executable", "") or sys.executable
    has = importlib.util.find_spec
    module = "venv" if has("venv") and has("ensurepip") else "virtualenv"
    if not has(module):
        raise SetupError(
            f"This Python lacks venv and ensurepip. On Debian and Ubuntu install them with: "
            f"sudo apt install python{this_version()}-venv; elsewhere virtualenv will do: "
            f"{python} -m pip install virtualenv. Then run the same command again."
        )
    code, output = steps.run(title, [python, "-m", module, *options, str(venv)])
    if code:
        raise steps.failure(output)


def made_for(venv: Path) -> str:
    """Return the version (as 3.11) of the Python that a perhaps broken venv was made with."""
    with contextlib.suppress(OSError):
        text = (venv / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", text, re.MULTILINE)
        if found:
            return found.group(1)
    fits = site_packages(venv, this_version()).is_dir() or not list(venv.glob("[Ll]ib"))
    return this_version() if fits else "unknown"


def discard_damaged(site: Path) -> None:
    """Forget the packages that lack files, as a killed installer leaves them behind.

    The next installer would take them for installed.
    """
    for info in site.glob("*.dist-info"):
        whole = False
        with contextlib.suppress(OSError):
            with open(info / "RECORD", newline="", encoding="utf-8") as record:
                names = [row[0] for row in csv.reader(record) if row]
            kept = (site / name for name in names if not name.endswith(".pyc"))
            whole = (info / "INSTALLER").exists() and all(path.exists() for path in kept)
        if not whole:
            shutil.rmtree(info)


def repair(venv: Path, steps: Steps) -> bool:
    """Mend a venv where it stands; False if it can't be."""
    if made_for(venv) != this_version():
        return False
    discard_damaged(site_packages(venv, this_version()))
    for launcher in Path(venv_python(venv)).parent.glob("python*"):
        launcher.unlink()  # venv leaves a dangling link as it is
    with contextlib.suppress(SetupError):
        make_venv(venv, steps, "Repairing .venv", "--without-pip")
        if venv_problem(venv):
            make_venv(venv, steps, "Repairing its pip")
    return not venv_problem(venv)


def ensure_venv(venv: Path, steps: Steps) -> None:
    """Make ``venv``, or mend it; one that can't be mended is moved aside, never deleted."""
    if venv.is_dir():
        problem = venv_problem(venv)
        if problem:
            print(f".venv can't be used: {problem}.", flush=True)
        if not problem or repair(venv, steps):
            return
        aside = venv.with_name(time.strftime(".venv-broken-%Y%m%d-%H%M%S"))
        venv.rename(aside)
        print(f"It can't be repaired either. It is {aside.name} now; delete it when you like.")
    make_venv(venv, steps, "Making .venv")


# --- installing ---------------------------------------------------------------------------------


def pip_settings(listing: str) -> "dict[str, str]":
    """Return what `pip config list` says of `pip install`: name → value."""
    settings = {}
    for section in ("global.", "install.", ":env:."):  # a later one overrides
        for line in listing.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section):
                settings[name[len(section) :]] = str(ast.literal_eval(value))
    return settings


def folder_of(place: str) -> str:
    """Return the folder that a path or a file address names, '' for an address elsewhere."""
    parts = urlparse(place)
    return url2pathname(parts.path) if parts.scheme == "file" else "" if "://" in place else place


def places(setting: str) -> "list[str]":
    """Return the folders and addresses in a setting of pip's, less folders that don't exist.

    White space separates them; a line that as a whole is a folder's name stays whole.
    """
    found = []
    for line in map(str.strip, setting.splitlines()):
        found += [line] if os.path.isdir(line) else line.split()
    return [place for place in found if not folder_of(place) or os.path.isdir(folder_of(place))]


def uv_settings(settings: "dict[str, str]") -> "tuple[list[str], dict[str, str]]":
    """Return the options and the environment that tell uv what pip is configured with."""
    options = []
    for place in places(settings.get("find-links", "")):
        options += ["--find-links", place]
    for host in settings.get("trusted-host", "").split():
        options += ["--allow-insecure-host", host]
    if settings.get("no-index", "").lower() in ("y", "yes", "t", "true", "on", "1"):
        options.append("--no-index")
    certificate = settings.get("cert", "")
    # Addresses go into the environment: they may hold a password, and options can be seen.
    env = {
        "UV_DEFAULT_INDEX": " ".join(places(settings.get("index-url", ""))),
        "UV_INDEX": " ".join(places(settings.get("extra-index-url", ""))),
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # the best of all indexes, as pip does
        "ALL_PROXY": settings.get("proxy", ""),
        "SSL_CERT_FILE": certificate if os.path.isfile(certificate) else "",
    }
    return options, {name: env[name] for name in env if env[name] and name not in os.environ}


def group_requirements(root: Path, groups: "Iterable[str]") -> "list[str]":
    """Return the requirements of pyproject.toml's dependency groups; an older pip can't."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [line for group in groups for line in project["dependency-groups"][group]]


def check_space(folder: Path, needed: float) -> None:
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        text = f"The disk has {free:.1f} GB free, and installing takes {needed:g} GB. Free some "
        raise SetupError(text + "space and run the same command again.", "disk")


class Installer:
    """Installs the course and its pinned packages into .venv, with uv if it can be had."""

    def __init__(self, root: Path, steps: Steps) -> None:
        self.root = root
        self.steps = steps
        self.python = venv_python(root / ".venv")
        pip = [self.python, "-m", "pip", "config", "list"]
        listing = subprocess.run(pip, capture_output=True, env=install_environment()).stdout
        self.settings = pip_settings(listing.decode("utf-8", "replace"))
        version = probe(root / ".venv")[0]
        self.site = site_packages(root / ".venv", version)
        pins = (root / "constraints.txt").read_text(encoding="utf-8")
        torch = "torch-" + "".join(re.findall(r"^torch==(\S+)", pins, re.MULTILINE))
        wheel = f"{torch}*-cp{version.replace('.', '')}-*.whl"
        folders = filter(None, map(folder_of, places(self.settings.get("find-links", ""))))
        wheels = [path for folder in folders for path in Path(folder).glob(wheel)]
        self.has_torch = bool(wheels or list(self.site.glob(torch + "*.dist-info")))

    def install(self, groups: "Iterable[str]", again: bool) -> None:
        """Install the course with ``groups``; ``again`` lays every package down anew."""
        check_space(self.root, SPACE_UPDATE if (self.site / "torch").is_dir() else SPACE)
        what = ["-c", str(self.root / "constraints.txt"), "-e", str(self.root)]
        what += group_requirements(self.root, groups)
        title = "Installing the course's packages"
        if not os.environ.get("COURSEKIT_NO_UV") and self.get_uv():
            options, env = uv_settings(self.settings)
            env = {**install_environment(), **env}
            uv = [self.python, "-m", "uv", "pip", "install", "--python", self.python, *options]
            uv += self.torch_backend(uv, env) + ["--reinstall"] * again
            code, output = self.steps.run(title, uv + what, env)
            if code == 0:
                return
            if explain(output).kind in FATAL:
                raise self.steps.failure(output)
        elif not self.has_torch:
            self.announce_cuda("pip has no other")
        pip = [self.python, "-m", "pip", "install", "--progress-bar=off"]
        code, output = self.steps.run(
            title + " with pip", pip + what + ["--force-reinstall"] * again
        )
        if code:
            raise self.steps.failure(output)

    def get_uv(self) -> bool:
        """Put uv into .venv; False where pip finds none."""
        if succeeds([self.python, "-m", "uv", "--version"]):
            return True
        argv = [self.python, "-m", "pip", "install", "--retries=1", "uv>=0.8"]
        code, output = self.steps.run("Getting uv, a fast installer", argv)
        if code and explain(output).kind in FATAL:
            raise self.steps.failure(output)
        return code == 0

    def torch_backend(self, uv: "list[str]", env: "dict[str, str]") -> "list[str]":
        """Return the option that makes uv take the PyTorch made for this machine's processor."""
        if self.has_torch or sys.platform == "darwin" or "UV_TORCH_BACKEND" in os.environ:
            return []
        option = "--torch-backend=auto"
        trial = [*uv, "--dry-run", option, "-c", str(self.root / "constraints.txt"), "torch"]
        quick = {**env, "UV_HTTP_RETRIES": "1", "UV_HTTP_TIMEOUT": "10"}
        if self.steps.run("Looking for a PyTorch made for this machine", trial, quick)[0] == 0:
            return [option]
        self.announce_cuda("PyTorch's own index can't be used from here")
        return []

    def announce_cuda(self, reason: str) -> None:
        """Say what PyTorch's standard build takes: on Linux it comes with CUDA."""
        if sys.platform == "linux":
            print(f"Taking PyTorch's standard build, with 3 GB of CUDA packages: {reason}.")
            check_space(self.root, SPACE_CUDA)


# --- state: a second start installs nothing -----------------------------------------------------


def read_json(path: Path) -> dict:
    """Return the object in a file of ours, {} for one that is missing or damaged."""
    with contextlib.suppress(OSError, ValueError):
        value = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(value, dict):
            return value
    return {}


def write_json(path: Path, value: dict) -> None:
    """Write ``path`` so that a kill leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(value, indent=1), encoding="utf-8")
    new.replace(path)


def state_file(root: Path) -> Path:
    return root / ".venv" / "coursekit-setup.json"


def fingerprint(root: Path, version: str) -> str:
    """Return a hash of all that decides what is installed."""
    parts = [(root / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, version.encode()])).hexdigest()


def installed(site: Path) -> "list[str]":
    """Return the names of the packages in ``site``; without versions, so an upgrade may be made."""
    names = [path.name for path in site.glob("[!_]*")]
    return sorted(name for name in names if name.isidentifier())


def is_ready(root: Path, groups: "Iterable[str]") -> bool:
    """Tell, in some 30 ms, whether all that is asked for is installed and still there."""
    state = read_json(state_file(root))
    if state.get("root") != str(root) or not set(groups) <= set(state.get("groups", ())):
        return False
    version = probe(root / ".venv")[0]
    if not version or state.get("fingerprint") != fingerprint(root, version):
        return False
    return set(state.get("installed", [""])) <= set(
        installed(site_packages(root / ".venv", version))
    )


def prepare(root: Path, groups: "Iterable[str]" = (), offline: bool = False) -> None:
    """Install what is missing, or raise SetupError.

    With ``offline``, an older installation will do where the network is missing.
    """
    venv = root / ".venv"
    if venv.is_symlink() or (venv.exists() and not venv.is_dir()):
        what = "a symbolic link" if venv.is_symlink() else "a file"
        text = f"{venv} is {what}; course.py installs into a folder of its own only."
        raise SetupError(text + " Rename or remove it, and run the same command again.")
    if is_ready(root, groups):
        return
    with locked(root) as descriptor:
        if is_ready(root, groups):  # another course.py was faster
            return
        steps = Steps(venv / "setup.log", (descriptor,))
        ensure_venv(venv, steps)
        version = probe(venv)[0]
        site = site_packages(venv, version)
        discard_damaged(site)
        before = read_json(state_file(root))
        write_json(state_file(root), {**before, "fingerprint": ""})  # until all is done
        groups = sorted(set(groups).union(before.get("groups", ())))
        moved = before.get("root", str(root)) != str(root)  # its scripts name the old folder
        try:
            Installer(root, steps).install(groups, again=moved)
        except SetupError as error:
            if before.get("fingerprint") and error.kind == "network":
                write_json(state_file(root), before)
                if offline:
                    print(f"{error}\nGoing on with what is installed.", flush=True)
                    return
            raise
        state = {"root": str(root), "groups": groups, "fingerprint": fingerprint(root, version)}
        write_json(state_file(root), {**state, "installed": installed(site)})


# --- the commands -------------------------------------------------------------------------------

LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}


def run_environment(root: Path) -> "dict[str, str]":
    """Return the environment of the activated .venv."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    path = [str(Path(venv_python(root / ".venv")).parent), os.environ.get("PATH", os.defpath)]
    return {**kept, "VIRTUAL_ENV": str(root / ".venv"), "PATH": os.pathsep.join(path)}


def hand_over(root: Path, arguments: "list[str]", env: "dict[str, str]") -> int:
    """Run .venv's Python in the course's folder, in this process's place where that exists."""
    argv = [venv_python(root / ".venv"), *arguments]
    os.chdir(root)
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(argv[0], argv, env)
    process = subprocess.Popen(argv, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the program got it too; how to end is its own affair
            continue


def trust_notebooks(root: Path) -> None:
    """Mark the course's notebooks as trusted, so that their outputs show; changed ones only."""
    record = root / ".venv" / "coursekit-trusted.json"
    folders = [root / name for name in ("lectures", "exercises", "solutions")]
    paths = sorted(path for folder in folders for path in folder.glob("*.ipynb"))
    hashes = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    known = read_json(record)
    changed = [path for path, value in hashes.items() if known.get(path) != value]
    code = "from nbformat.sign import TrustNotebookApp as App; App.launch_instance()"
    if changed and succeeds([venv_python(root / ".venv"), "-c", code, *changed]):
        write_json(record, hashes)


def lab_arguments(root: Path, options: argparse.Namespace, extra: "list[str]") -> "list[str]":
    """Return the arguments that open JupyterLab on the course."""
    pages = [f"/tree/{name}" for name in ("README.md", "lectures") if (root / name).exists()]
    arguments = ["-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    arguments.append("--LabApp.default_url=/lab" + "".join(pages[:1]))
    arguments += ["--no-browser"] * options.no_browser
    arguments += [f"--port={options.port}"] if options.port else []
    if not WINDOWS and os.geteuid() == 0:
        arguments.append("--allow-root")  # in a container, most likely
    return arguments + extra


def lab(root: Path, options: argparse.Namespace, extra: "list[str]") -> int:
    prepare(root, offline=True)
    lab_folder = root / ".venv" / "share" / "jupyter" / "lab"
    write_json(lab_folder / "settings" / "overrides.json", LAB_SETTINGS)
    trust_notebooks(root)
    return hand_over(root, lab_arguments(root, options, extra), run_environment(root))


def test_arguments(root: Path, extra: "list[str]") -> "list[str]":
    """Return pytest's arguments: the whole suite, unless ``extra`` names files or folders."""
    mine = getattr(os, "sched_getaffinity", lambda process: range(os.cpu_count() or 1))(0)
    arguments = ["-m", "pytest", "-n", str(len(mine)), "--dist", "loadfile"]
    arguments += ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]
    if not any((root / part.split("::")[0]).exists() for part in extra):
        arguments += [name for name in ("tests", "lectures", "solutions") if (root / name).is_dir()]
    return arguments + extra


def test(root: Path, options: argparse.Namespace, extra: "list[str]") -> int:
    prepare(root, ["test"])
    # The test processes share the processors, and results should not depend on their number.
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    env = {**dict.fromkeys(threads, "1"), **run_environment(root)}
    return hand_over(root, test_arguments(root, extra), env)


def setup(root: Path, options: argparse.Namespace, extra: "list[str]") -> int:
    prepare(root, ["test"] if options.test else [])
    print("Everything is installed. Open the course with: python3 course.py lab")
    return 0


def coursekit(root: Path, options: argparse.Namespace, extra: "list[str]") -> int:
    prepare(root)
    arguments = ["-m", "coursekit", options.command, *extra]
    return hand_over(root, arguments, run_environment(root))


COMMANDS = {"lab": lab, "test": test, "setup": setup, "build": coursekit, "doctor": coursekit}


def parse(argv: "list[str]") -> "tuple[argparse.Namespace, list[str]]":
    """Return the command with its options, and the arguments that it passes on."""
    parser = argparse.ArgumentParser(
        prog="course.py",
        usage="python3 course.py COMMAND [ARGUMENTS]",
        description="Convolutional networks, from pixels to style: set up and start the course.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help="one of those below")
    parser.add_argument("--no-browser", action="store_true", help="lab: only print the address")
    parser.add_argument("--port", type=int, help="lab: the port to use")
    parser.add_argument("--test", action="store_true", help="setup: what the tests need, too")
    own = argv or ["--help"]
    if own[0] in ("build", "doctor") or (own[0] == "test" and not {"-h", "--help"} & set(own)):
        return parser.parse_args(own[:1]), own[1:]
    end = own.index("--") if own[0] == "lab" and "--" in own else len(own)
    return parser.parse_args(own[:end]), own[end + 1 :]


def main(argv: "list[str]") -> int:
    """Run one command; return its exit status, 1 for a set-up that failed."""
    if sys.version_info[:2] < OLDEST:
        print(too_old(sys.version_info[:3], sys.executable, newer_python(), argv), file=sys.stderr)
        return 1
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every console can show every path
    try:
        options, extra = parse(argv)
        return COMMANDS[options.command](ROOT, options, extra)
    except SetupError as error:
        problem = error
    except OSError as error:
        problem = explain_os_error(error)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    print(f"course.py: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
