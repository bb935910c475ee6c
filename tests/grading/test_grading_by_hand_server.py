"""The server behind the page for marking: who may come in, what it answers, the command."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from by_hand_class import Running, a_mark, the_class, write_class

from coursekit.grading.by_hand import marks as marks_file
from coursekit.grading.by_hand.desk import Desk
from coursekit.grading.by_hand.errors import ByHandError
from coursekit.grading.by_hand.guard import LARGEST_REQUEST
from coursekit.grading.by_hand.marks import HandMarks
from coursekit.grading.by_hand.server import serve

ROOT = Path(__file__).parents[2]


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    write_class(folder, the_class())
    return folder


@pytest.fixture
def server(results):
    running = Running(results)
    yield running
    running.stop()


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(server):
    status, headers, content = server.ask(f"/?token={server.access.token}", Cookie=None)
    assert status == 200
    assert b"student" not in content
    cookie = headers["Set-Cookie"]
    assert cookie.startswith(server.cookie)
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert server.access.token not in cookie
    status, _, content = server.ask("/", Cookie=cookie.partition(";")[0])
    assert status == 200
    assert b'id="answer"' in content


@pytest.mark.parametrize("path", ["/", "/api/questions", "/api/answer?question=why&id=0", "/no"])
def test_without_token_or_cookie_nothing_is_said(server, path):
    name, secret = server.access.cookie, server.access.session
    for cookie in (None, f"{name}=", f"{name}={secret[:-1]}", f"{name}=é", f"other={secret}"):
        status, headers, content = server.ask(path, Cookie=cookie)
        assert (status, json.loads(content)) == (403, {"error": "No access"})
        assert "Set-Cookie" not in headers
    status, _, _ = server.ask("/?token=wrong", Cookie=None)
    assert status == 403
    status, _, _ = server.ask(f"/api/questions?token={server.access.token}", Cookie=None)
    assert status == 403


def test_a_rebound_name_is_refused(server):
    port = server.access.port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", ""):
        status, _, content = server.ask("/", Host=host)
        assert status in (400, 403)
        assert b"id=" not in content
    assert server.ask("/", Host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Content_Type": "text/plain"},
        {"Content_Type": None},
        {"Cookie": None},
    ],
    ids=str,
)
def test_no_other_site_can_write(server, results, changed):
    status, _, _ = server.ask("/api/mark", a_mark(server), **changed)
    assert status in (403, 415)
    assert not (results / marks_file.NAME).exists()
    assert server.ask("/api/mark", a_mark(server))[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/questions", "/api/answer?question=no", "/no", "/api/no"]
)
def test_every_answer_carries_the_headers(server, path):
    _, headers, content = server.ask(path)
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    for directive in ("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers
    if path != "/":
        assert headers["Content-Type"].startswith("application/json")
        json.loads(content)


def test_the_page_has_nonces_of_its_own_and_nothing_of_a_submission(server):
    pages = [server.ask("/") for _ in range(2)]
    nonces = [re.findall(rb'nonce="([^"]+)"', content) for _, _, content in pages]
    assert all(len(set(found)) == 1 for found in nonces)
    assert nonces[0] != nonces[1]
    for (_, headers, content), (nonce, *_) in zip(pages, nonces, strict=True):
        assert f"'nonce-{nonce.decode()}'" in headers["Content-Security-Policy"]
        assert not re.search(rb"<script(?! nonce=)|<style(?! nonce=)| on[a-z]+=| style=", content)
        assert b"receptive" not in content and b"student0" not in content


def test_requests_have_a_limit(server):
    assert server.ask("/api/mark", a_mark(server, comment="ü" * 10_000))[0] == 200
    with contextlib.suppress(ConnectionError):
        padded = json.dumps(a_mark(server, question="plot")).encode() + b" " * LARGEST_REQUEST
        assert server.ask("/api/mark", padded)[0] in (400, 413)
    assert server.ask("/api/questions")[0] == 200
    status, _, content = server.ask("/api/mark", a_mark(server, comment="x" * 10_001))
    assert status == 400 and b"10,000 characters" in content


@pytest.mark.parametrize(
    "changed",
    [
        {"points": "1"},
        {"points": True},
        {"points": 1e300},
        {"points": 99},
        {"items": "abc"},
        {"items": [1]},
        {"comment": None},
        {"seen": 3},
        {"id": "../../etc/passwd"},
        {"question": "__class__"},
    ],
    ids=str,
)
def test_nonsense_is_refused_in_words(server, results, changed):
    status, _, content = server.ask("/api/mark", a_mark(server) | changed)
    assert status in (400, 404)
    assert "Traceback" not in json.loads(content)["error"]
    assert not (results / marks_file.NAME).exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 60_000, b'{"points": NaN}'])
def test_a_body_that_is_no_object_is_refused(server, body):
    assert server.ask("/api/mark", body)[0] == 400


def test_only_get_and_post_are_there(server):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert server.ask("/api/mark", b"{}", method=method)[0] == 405


def test_marks_go_to_the_file_and_conflicts_are_told(server, results):
    mark = a_mark(server, 2, comment="Good.", items=["names the receptive field"])
    told = server.json("/api/mark", mark)
    assert told["marked_answers"] == 1
    (kept,) = HandMarks(results).current().values()
    assert (kept.points, kept.comment, kept.who) == (2, "Good.", "Ann")
    status, _, content = server.ask("/api/mark", mark)
    assert status == 409
    assert json.loads(content)["mark"]["points"] == 2
    assert server.json("/api/undo", {"question": "why"})["marked_answers"] == 0


def test_it_listens_on_this_machine_only(server):
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("needs /proc/net/tcp")
    rows = [row.split() for row in listening.read_text().splitlines()[1:]]
    ours = {row[1] for row in rows if row[3] == "0A" and int(row[1][-4:], 16) == server.access.port}
    assert ours == {f"0100007F:{server.access.port:04X}"}


def test_a_taken_port_is_named(server, results):
    desk = Desk(results, "Ann")
    with pytest.raises(ByHandError, match=f"Port {server.access.port}"):
        asyncio.run(serve(desk, print, port=server.access.port))


# The command

COMMAND = (
    "import sys, typer\nfrom coursekit.cli.by_hand import grade_by_hand\ntyper.run(grade_by_hand)\n"
)


def test_the_command_serves_until_it_is_told_to_stop(results, tmp_path):
    opener = tmp_path / "browser"
    opener.write_text(
        f'#!/bin/sh\necho "$1" > {tmp_path}/told\nls -l {results} > {tmp_path}/listed\n'
    )
    opener.chmod(0o755)
    command = [sys.executable, "-c", COMMAND, str(results), "--question", "plot", "--as", "Cleo"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BROWSER": str(opener), "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert "Marking as Cleo" in process.stdout.readline()
        address = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=[\w-]{43}", address)
        assert found
        deadline = time.monotonic() + 10
        while not (tmp_path / "listed").exists() or not (tmp_path / "listed").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        told = (tmp_path / "told").read_text()
        assert told.startswith("file://") and "token" not in told
        assert re.search(
            r"^-rw------- .* open-marking-\w+\.html$", (tmp_path / "listed").read_text(), re.M
        )
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)[0]
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Why depth helps: 0 of 40 marked" in rest
    assert not list(results.glob("open-marking-*"))


def test_the_command_names_an_unknown_question(results):
    command = [sys.executable, "-c", COMMAND, str(results), "--question", "nope", "--no-browser"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "There is no question 'nope' to mark by hand" in done.stderr
