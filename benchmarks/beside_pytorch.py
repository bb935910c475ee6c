"""What the benchmarks beside PyTorch share: workers that take turns, memory, the report's file.

Each way of computing runs in a process of its own. The script starts itself again as a worker; the
worker answers each line of its input, a JSON list [command, argument], with a line of JSON.
"""

import json
import os
import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


class Worker:
    """A process that runs ``script --worker`` with the arguments; NumPy's BLAS has ``threads``."""

    def __init__(self, script: str, *arguments: str, threads: int = 1) -> None:
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        self.process = subprocess.Popen(
            [sys.executable, script, "--worker", *arguments],
            env=os.environ | dict.fromkeys(names, str(threads)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str, argument: Any = None) -> Any:
        assert self.process.stdin and self.process.stdout
        print(json.dumps([command, argument]), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a worker ended with exit status {self.process.wait()}")
        return json.loads(answer)

    def close(self) -> None:
        self.process.communicate()


def serve(answer: Callable[[str, Any], Any]) -> None:
    """The worker's side: answer until the input ends."""
    for question in sys.stdin:
        print(json.dumps(answer(*json.loads(question))), flush=True)


def seconds(step: Callable[[], object], times: int) -> float:
    """Return the seconds per step of one burst."""
    start = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - start) / times


def peak_memory(step: Callable[[], object]) -> float:
    """Return the most memory NumPy's arrays take during one step, in MB."""
    step()
    tracemalloc.start()
    step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def machine() -> str:
    """Where the figures come from."""
    import torch

    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, PyTorch {torch.__version__}."
    )


def line(cells: list[str]) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def header(heads: list[str]) -> list[str]:
    """The first two lines of a Markdown table."""
    return [line(heads), line(["---"] * len(heads))]


def write(
    path: Path, title: str, options: str, doc: str | None, lines: list[str], picture: str = ""
) -> None:
    """Write the page: title, the command that made it, picture, how (from ``doc``), the lines."""
    command = f"python benchmarks/{Path(sys.argv[0]).name}{options} --markdown {path}"
    how = (doc or "").split("\n\n", 2)[2].rstrip()
    head = [f"# {title}", "", f"Made by `{command}`.", "", *([picture, ""] if picture else [])]
    text = "\n".join([*head, how, "", *lines, ""])
    path.write_text(text, encoding="utf-8")
