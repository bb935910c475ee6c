"""Progress survives several kernels, a killed one, a damaged file and a locked folder."""

import os
import signal
import subprocess
import sys
import time

import pytest

from coursekit.checking import records

WRITER = """
from coursekit.checking import records
for i in range(40):
    records.record_check("pad2d", "passed" if i % 3 else "shape")
    records.record_hint("pad2d")
"""

FOREVER = """
from coursekit.checking import records
print("ready", flush=True)
while True:
    records.record_check("pad2d", "shape")
"""


@pytest.fixture
def kept(tmp_path, monkeypatch):
    path = tmp_path / "new folder" / "progress.sqlite"
    monkeypatch.setenv(records.ENVIRONMENT, str(path))
    return path


def test_checks_and_hints_are_counted(kept):
    records.record_check("pad2d", "shape")
    assert records.entries()["pad2d"].status == "tried"
    records.record_check("pad2d", "passed")
    records.record_check("pad2d", "random")
    assert [records.record_hint("pad2d") for _ in range(3)] == [1, 2, 3]
    entry = records.entries()["pad2d"]
    assert (entry.status, entry.checks, entry.hints) == ("passed", 3, 3)
    assert entry.last_rung == "random"


def test_forgetting(kept):
    records.record_check("pad2d", "passed")
    records.record_check("convolve2d", "passed")
    records.forget("pad2d")
    assert set(records.entries()) == {"convolve2d"}
    records.forget()
    assert records.entries() == {}


def test_several_kernels_at_once(kept):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER]) for _ in range(3)]
    assert [w.wait() for w in writers] == [0, 0, 0]
    entry = records.entries()["pad2d"]
    assert (entry.checks, entry.hints) == (120, 120)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_kernel_leaves_a_whole_file(kept):
    writer = subprocess.Popen([sys.executable, "-c", FOREVER], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"ready\n"
    time.sleep(0.3)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    before = records.entries()["pad2d"].checks
    assert before > 0
    records.record_check("pad2d", "passed")
    assert records.entries()["pad2d"].checks == before + 1


def test_a_damaged_file_is_kept_aside(kept):
    kept.parent.mkdir()
    kept.write_bytes(b"this is no database" * 100)
    records.record_check("pad2d", "passed")
    assert records.entries()["pad2d"].status == "passed"
    assert kept.with_suffix(".damaged").is_file()


def test_a_folder_that_cannot_be_made(tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv(records.ENVIRONMENT, str(blocker / "progress.sqlite"))
    with pytest.raises(records.ProgressError, match="cannot be kept in"):
        records.record_check("pad2d", "passed")


def test_overview(kept):
    records.record_check("pad2d", "passed")
    shown = records.overview("02")
    assert shown.passed == 1
    assert "1 of 9 exercises passed" in repr(shown)
    assert "<progress" in shown._repr_html_()
    assert len(records.overview().rows) >= 9
