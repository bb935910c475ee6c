"""The downloader against a real server on this computer that has every fault a server can have."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest

from coursekit.data import IdxError, MissingDataError, read_idx
from coursekit.data.cache import PublishedFile, data_directories, find
from coursekit.data.download import fetch

CONTENT = np.random.default_rng(0).bytes(200_000)
Answer = Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    """Answers a path with the answers planned for it, in turn; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plans: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str | None]] = []  # path, range
        self.closing = threading.Event()

    def plan(self, path: str, *answers: Answer) -> str:
        self.plans[path] = list(answers)
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Range"]))
        answers = self.server.plans[self.path]
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def log_message(self, *args: object) -> None:
        pass


def send(
    content: bytes = CONTENT, *, ranges: bool = True, stop: int | None = None, pause: float = 0
) -> Answer:
    """Content from where the range says, up to byte ``stop``; there a pause, then an end."""

    def answer(handler: Handler) -> None:
        start = 0
        asked = handler.headers["Range"]
        if ranges and asked:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start:stop])
        handler.wfile.flush()
        if pause:
            handler.server.closing.wait(pause)

    return answer


def slowly(handler: Handler) -> None:
    """The whole content, with half a second in which another process may come and ask."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(CONTENT[:65_536])
    handler.wfile.flush()
    handler.server.closing.wait(0.5)
    handler.wfile.write(CONTENT[65_536:])


def says(status: int) -> Answer:
    return lambda handler: handler.send_error(status)


def silent(handler: Handler) -> None:
    handler.server.closing.wait(30)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("COURSEKIT_DATA", raising=False)
    (tmp_path / "home").mkdir()
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))


@pytest.fixture
def not_root() -> Iterator[Path]:
    """A folder that everybody may write, and a user for whom permissions count."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        if not hasattr(os, "geteuid"):
            pytest.skip("needs the permissions of a Unix file system")
        if os.geteuid() != 0:
            yield Path(folder)
            return
        os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)


def published(*urls: str, content: bytes = CONTENT, name: str = "x.bin") -> PublishedFile:
    return PublishedFile("set", name, len(content), hashlib.sha256(content).hexdigest(), urls)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def closed_port() -> str:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as gone:
        return f"http://127.0.0.1:{gone.server_port}/x.bin"


def test_a_file_is_fetched_once(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send()))
    for _ in range(2):
        assert fetch([file], tmp_path) == [tmp_path / "set" / "x.bin"]
    assert (tmp_path / "set" / "x.bin").read_bytes() == CONTENT
    assert names(tmp_path / "set") == ["x.bin"]
    assert server.asked == [("/x.bin", None)]


def test_several_files_keep_their_order(server: Server, tmp_path: Path) -> None:
    files = [
        published(server.plan(f"/{n}", send(content)), content=content, name=n)
        for n, content in (("b", b"bb"), ("a", b"a"))
    ]
    assert [path.read_bytes() for path in fetch(files, tmp_path)] == [b"bb", b"a"]


def test_a_cut_transfer_goes_on_where_it_ended(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send(stop=65_536), send(stop=147_456), send()))
    (path,) = fetch([file], tmp_path)
    assert path.read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=65536-", "bytes=147456-"]
    assert names(path.parent) == ["x.bin"]


def test_the_next_mirror_goes_on_too(server: Server, tmp_path: Path) -> None:
    first = server.plan("/first", send(stop=65_536), says(503))
    second = server.plan("/second", send())
    (path,) = fetch([published(first, second)], tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.asked[-1] == ("/second", "bytes=65536-")


def test_a_server_without_ranges_begins_again(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send(stop=65_536), send(ranges=False)))
    (path,) = fetch([file], tmp_path)
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_server_that_always_cuts_is_left(server: Server, tmp_path: Path) -> None:
    first = server.plan("/first", send(ranges=False, stop=65_536))
    second = server.plan("/second", send())
    (path,) = fetch([published(first, second)], tmp_path)
    assert path.read_bytes() == CONTENT
    assert [asked for asked, _ in server.asked] == ["/first", "/first", "/second"]


@pytest.mark.parametrize(
    "answer",
    [
        says(404),
        says(500),
        send(CONTENT[:-1] + b"?"),
        send(b"<html>Log in to the network</html>"),
        send(gzip.compress(CONTENT)[:1000]),
        send(b""),
        send(CONTENT + b"more"),
    ],
    ids=["404", "500", "wrong checksum", "web page", "cut gzip", "empty", "too long"],
)
def test_the_next_mirror_is_asked(server: Server, tmp_path: Path, answer: Answer) -> None:
    urls = server.plan("/bad", answer), server.plan("/good", send())
    (path,) = fetch([published(*urls)], tmp_path)
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == ["x.bin"]


@pytest.mark.parametrize("answer", [silent, send(stop=65_536, pause=30)], ids=["silent", "stalls"])
def test_a_server_that_does_not_go_on(server: Server, tmp_path: Path, answer: Answer) -> None:
    urls = server.plan("/slow", answer, silent), server.plan("/good", send())
    (path,) = fetch([published(*urls)], tmp_path, timeout=0.6)
    assert path.read_bytes() == CONTENT


def test_every_reason_and_what_to_do(server: Server, tmp_path: Path) -> None:
    urls = (
        server.plan("/gone", says(404)),
        server.plan("/other", send(b"<html>404</html>")),
        server.plan("/cut", send(ranges=False, stop=9)),
        server.plan("/silent", silent),
        closed_port(),
    )
    with pytest.raises(MissingDataError) as caught:
        fetch([published(*urls)], tmp_path, timeout=0.6)
    message = str(caught.value)
    for url, reason in zip(
        urls,
        [
            "the server says 404 Not Found",
            "what it sent is not this file (wrong SHA-256); a network's log-in page can do this",
            "the connection was cut",
            "no answer within 0.6 s",
            "no connection",
        ],
        strict=True,
    ):
        assert f"  {url}: {reason}\n" in message
    assert f"put into {tmp_path / 'set'}:\n  x.bin (200000 bytes) from {urls[0]}\n" in message
    assert message.endswith("set COURSEKIT_DATA to the one that holds set/.")
    assert "x.bin" not in names(tmp_path / "set")


def test_the_message_lists_all_missing_files_and_no_other(tmp_path: Path) -> None:
    files = [published(closed_port(), name=name) for name in ("a", "b", "c")]
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "b").write_bytes(CONTENT)
    with pytest.raises(MissingDataError, match=r"(?s)^a is not .*  a \(200.*  c \(200") as caught:
        fetch(files, tmp_path)
    assert "  b (" not in str(caught.value)


def test_nobody_is_asked_without_leave(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send()))
    with pytest.raises(FileNotFoundError, match="download=False"):
        fetch([file], tmp_path, download=False)
    assert not server.asked
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    "left", [CONTENT[:65_536], b"<html>" * 100, CONTENT, CONTENT + b"more", b""], ids=len
)
def test_a_piece_left_over(server: Server, tmp_path: Path, left: bytes) -> None:
    file = published(server.plan("/x.bin", send()))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "x.bin.part").write_bytes(left)
    (path,) = fetch([file], tmp_path)
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == ["x.bin"]
    assert server.asked[0][1] == (f"bytes={len(left)}-" if 0 < len(left) < len(CONTENT) else None)


def placed(folder: Path, content: bytes = CONTENT[:-1] + b"?") -> Path:
    (folder / "set").mkdir(parents=True)
    (folder / "set" / "x.bin").write_bytes(content)
    return folder / "set" / "x.bin"


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"?", CONTENT[:100], b""], ids=len)
def test_a_damaged_file_is_replaced(server: Server, tmp_path: Path, content: bytes) -> None:
    path = placed(tmp_path, content)
    file = published(server.plan("/x.bin", send()))
    with pytest.warns(UserWarning, match=r"x\.bin is damaged .* kept as x\.bin\.damaged"):
        assert fetch([file], tmp_path) == [path]
    assert path.read_bytes() == CONTENT
    assert path.with_name("x.bin.damaged").read_bytes() == content


def test_a_damaged_file_stays_when_no_better_one_comes(tmp_path: Path) -> None:
    path = placed(tmp_path)
    with pytest.raises(MissingDataError, match=r"x\.bin is damaged: its SHA-256 is .*, expected"):
        fetch([published(closed_port())], tmp_path)
    assert names(path.parent) == ["x.bin"]
    assert path.read_bytes() == CONTENT[:-1] + b"?"


def test_the_users_directory_comes_before_the_cache(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = published(server.plan("/x.bin", send()))
    (in_cache,) = fetch([file])
    assert in_cache.is_relative_to(tmp_path / "home")
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "own"))
    assert fetch([file]) == [in_cache]
    (tmp_path / "own" / "set").mkdir(parents=True)
    own = tmp_path / "own" / "set" / "x.bin"
    own.write_bytes(CONTENT)
    assert fetch([file]) == [own]
    own.write_bytes(b"?")
    with pytest.warns(UserWarning, match="it has 1 bytes, expected 200000.* was used instead"):
        assert fetch([file]) == [in_cache]
    assert own.read_bytes() == b"?"
    in_cache.unlink()
    with pytest.warns(UserWarning, match="fetched again"):
        assert fetch([file]) == [own]


def test_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache,) = data_directories()
    assert cache.name == "coursekit"
    monkeypatch.setenv("COURSEKIT_DATA", "~/data")
    assert data_directories() == [Path("~/data").expanduser(), cache]
    assert data_directories("x") == [Path("x")]
    monkeypatch.setenv("COURSEKIT_DATA", "")
    assert data_directories() == [cache]


def test_a_read_only_folder(
    server: Server, not_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, home = not_root / "shared", not_root / "home"
    (shared / "set").mkdir(parents=True)
    (shared / "set").chmod(0o555)
    file = published(server.plan("/x.bin", send()))
    with pytest.raises(MissingDataError, match="set cannot be written: Permission denied"):
        fetch([file], shared)
    assert not server.asked
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setenv("COURSEKIT_DATA", str(shared))
    (path,) = fetch([file])
    assert path.is_relative_to(home)
    assert path.read_bytes() == CONTENT


def test_a_file_that_may_not_be_read(server: Server, not_root: Path) -> None:
    placed(not_root, CONTENT).chmod(0)
    file = published(server.plan("/x.bin", send()))
    path, bad = find(file, [not_root])
    assert path is None
    assert bad[0].reason == "it cannot be read: Permission denied"


def test_a_file_where_the_folder_should_be(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set").write_text("not a folder")
    file = published(server.plan("/x.bin", send()))
    with pytest.raises(MissingDataError, match="set cannot be written"):
        fetch([file], tmp_path)


def test_others_may_read_what_was_fetched(server: Server, not_root: Path) -> None:
    file = published(server.plan("/x.bin", send()))
    (path,) = fetch([file], not_root)
    (not_root / "usual").touch()
    assert path.stat().st_mode == (not_root / "usual").stat().st_mode


SCRIPT = """
import json, sys
from coursekit.data.cache import PublishedFile
from coursekit.data.download import fetch
*facts, urls = json.loads(sys.argv[1])
print(fetch([PublishedFile(*facts, tuple(urls))], sys.argv[2])[0])
"""


def another_process(
    file: PublishedFile, folder: Path, stderr: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    facts = json.dumps([file.folder, file.name, file.size, file.sha256, file.urls])
    command = [sys.executable, "-c", SCRIPT, facts, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)


def test_two_processes_fetch_once_and_say_nothing(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", slowly))
    processes = [another_process(file, tmp_path) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert err == b""
        assert Path(out.decode().strip()).read_bytes() == CONTENT
    assert server.asked == [("/x.bin", None)]


def test_a_killed_process_leaves_a_piece_to_go_on_from(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send(stop=131_072, pause=30), send()))
    process = another_process(file, tmp_path)
    part = tmp_path / "set" / "x.bin.part"
    deadline = time.monotonic() + 30
    while not part.exists() or part.stat().st_size < 131_072:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert "x.bin" not in names(part.parent)
    (path,) = fetch([file], tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.asked[1] == ("/x.bin", "bytes=131072-")


def test_a_terminal_shows_progress(server: Server, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    termios = pytest.importorskip("termios", reason="no terminals of Unix on this system")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    file = published(server.plan("/x.bin", send()))
    process = another_process(file, tmp_path, stderr=theirs)
    process.communicate(timeout=60)
    shown = os.read(ours, 100_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "x.bin: 100%" in shown


def test_a_notebook_shows_progress(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send()))
    code = (
        "from coursekit.data.cache import PublishedFile\n"
        "from coursekit.data.download import fetch\n"
        f"paths = fetch([{file!r}], {str(tmp_path)!r})"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=60).execute()
    (shown,) = notebook.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in shown.data
    assert shown.data["text/plain"].startswith("x.bin: ")


def test_what_the_publisher_damaged_is_found_by_the_reader(server: Server, tmp_path: Path) -> None:
    for name, content, message in (
        ("cut.gz", gzip.compress(b"\0\0\x08\x01\0\0\0\x04abcd")[:-9], "cut short"),
        ("page", b"<html></html>", "looks like a web page"),
    ):
        file = published(server.plan(f"/{name}", send(content)), content=content, name=name)
        with pytest.raises(IdxError, match=message):
            read_idx(fetch([file], tmp_path)[0])


def test_no_warning_when_all_is_well(server: Server, tmp_path: Path) -> None:
    file = published(server.plan("/x.bin", send()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fetch([file], tmp_path)


def test_importing_and_reading_load_no_network_library(tmp_path: Path) -> None:
    placed(tmp_path, CONTENT)
    code = (
        "import sys; import coursekit.data\n"
        "from coursekit.data.cache import PublishedFile\n"
        "from coursekit.data.download import fetch\n"
        f"fetch([{published('http://127.0.0.1/')!r}], {str(tmp_path)!r})\n"
        "print([m for m in ('pooch', 'requests', 'tqdm', 'filelock') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
