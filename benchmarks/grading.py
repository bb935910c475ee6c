"""How many submissions a minute does one core grade, beside a Jupyter kernel per notebook?

    python benchmarks/grading.py [--students 200] [--unit 02] [--markdown benchmarks/grading.md]

*Ours* is the command an instructor types, `coursekit grade FOLDER --unit 02`, from the shell to its
exit: start-up, reading, sandbox, every check, diagnosis, a feedback page per student, records,
class report and gradebook. It is pinned to one core together with all that it starts; the rate is
by the wall clock, so waiting counts. The class is drawn from a seed (`grading_class.py`): about
half of the answers are right, others have mistakes, are untouched, slow, no Python or no notebook,
and one in 200 students hands in an endless loop, which costs seconds whatever the grader; rates are
given with and without.

*A kernel per notebook* is what graders built on nbclient do: the same notebooks, `check` cells and
all, executed one by one by a process that has imported everything already; on the same core, one
thread each. It reads no marks and writes no feedback. A sample of the class without endless loops
is executed; ours is given the same sample, handed in by several students each. The two take turns,
and the figures are medians over the rounds; a ratio is the median of the rounds' ratios.

*Memory* is the proportional set size, summed over the whole process tree, at its highest; it is
looked at in runs of their own. *First record* is the time from the shell to the first record, so
nearly all of it is start-up. *Judge* is the processor time of the command's own process,
*workers* that of all that it starts. The load is that of the whole machine over the last minute.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from beside_pytorch import Worker, header, line, serve, write
from grading_class import solution, write_class

ROUNDS = 3
SAMPLE, COPIES = 12, 10
GROWTH = 20, 200, 2_000
LOOK = 0.01
"""Seconds between two looks at a run."""
WORKERS, CALLS = 100, 2_000
WEEK, PEAK, PEAK_HOURS, SAFETY = 100_000, 50_000, 6, 3
"""The course of `docs/grading-at-scale.md`: submissions a week and in its busiest hours."""
PRICE, WEEKS = 0.05, 15
"""US dollars per core and hour, assumed, and weeks of a term."""
ENDLESS_SHARES = 0.0, 0.005, 0.02, 0.1


@dataclass(frozen=True)
class Run:
    """One run of the command.

    Attributes:
        students: how many have handed in.
        wall: seconds by the clock; judge, workers: of processor time.
        first: seconds until the first record was there.
        memory: bytes at the highest, or 0 where it was not looked at.
        records, pages, gradebook: bytes that were written.
        each: seconds of each submission, by student.
    """

    students: int
    wall: float
    judge: float
    workers: float
    first: float
    memory: int
    records: int
    pages: int
    gradebook: int
    each: dict[str, float]

    @property
    def rate(self) -> float:
        """Submissions per minute, start-up and all."""
        return 60 * self.students / self.wall


class Watched:
    """A process that is looked at from time to time."""

    def __init__(self, process: int, *, memory: bool) -> None:
        self._process, self._with_memory = process, memory
        self.own, self.memory = 0.0, 0

    def look(self) -> None:
        """Note its own processor time, and the memory of its whole tree."""
        with contextlib.suppress(OSError):  # it has just ended
            told = Path(f"/proc/{self._process}/stat").read_text().rpartition(")")[2].split()
            self.own = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
        if self._with_memory:
            self.memory = max(self.memory, tree_memory(self._process))


def tree_memory(process: int) -> int:
    """Bytes of a process and all below it; what several share is counted once."""
    total, waiting = 0, [process]
    while waiting:
        place = Path("/proc", str(waiting.pop()))
        with contextlib.suppress(OSError):  # it has just ended
            rollup = (place / "smaps_rollup").read_text()
            total += 1024 * int(rollup.partition("\nPss:")[2].split()[0])
            for task in (place / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return total


def grade(folder: Path, unit: str, *, jobs: int = 1, memory: bool = False) -> Run:
    """Run the command on a folder, on as many cores as jobs.

    Raises:
        RuntimeError: a submission has no record.
    """
    with tempfile.TemporaryDirectory(prefix="grading-") as place:
        out = Path(place)
        results, gradebook = out / "results.jsonl", out / "gradebook.sqlite"
        command = [sys.executable, "-m", "coursekit", "grade", str(folder), "--unit", unit]
        command += ["--out", place, "--db", str(gradebook), "--seed", "1", "--jobs", str(jobs)]
        begun, first = time.monotonic(), 0.0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=one_thread())
        os.sched_setaffinity(process.pid, cores(jobs))
        watched = Watched(process.pid, memory=memory)
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            if not first and results.exists() and results.stat().st_size:
                first = time.monotonic() - begun
            watched.look()
            time.sleep(LOOK)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")
        records = [json.loads(text) for text in results.read_text().splitlines()]
        return Run(
            students=len(records),
            wall=wall,
            judge=watched.own,
            workers=ended[2].ru_utime + ended[2].ru_stime - watched.own,
            first=first or wall,
            memory=watched.memory,
            records=results.stat().st_size,
            pages=sum(page.stat().st_size for page in (out / "feedback").iterdir()),
            gradebook=gradebook.stat().st_size,
            each={record["student"]: record["seconds"] for record in records},
        )


def cores(count: int) -> set[int]:
    """The last so many cores: the first often has the machine's own work to do."""
    return set(sorted(os.sched_getaffinity(0))[-count:])


def one_thread() -> dict[str, str]:
    """The environment in which no library starts threads to compute."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return os.environ | dict.fromkeys(names, "1")


def work(way: str, unit: str) -> None:
    """A process of its own: executes notebooks in kernels, or measures the sandbox's parts."""
    os.sched_setaffinity(0, cores(1))
    serve(kernel() if way == "kernel" else parts(unit))


def kernel() -> Any:
    """Answers with the seconds that one notebook takes in a kernel."""
    import nbformat
    from nbclient import NotebookClient

    def answer(_command: str, path: str) -> float:
        start = time.perf_counter()
        notebook = nbformat.read(path, 4)
        with tempfile.TemporaryDirectory(prefix="kernel-") as place:
            client = NotebookClient(
                notebook,
                timeout=300,
                allow_errors=True,
                resources={"metadata": {"path": place}},
                extra_arguments=["--log-level=ERROR"],
            )
            client.execute()
        return time.perf_counter() - start

    return answer


def parts(unit: str) -> Any:
    """Answers with the milliseconds of the parts of a worker's life, medians."""
    from coursekit.exercises import in_unit
    from coursekit.grading.inside import wire
    from coursekit.grading.kit import kit_files, write_kit
    from coursekit.grading.marking import Plan
    from coursekit.grading.probing import probe
    from coursekit.grading.remote import Line
    from coursekit.grading.sandbox import start

    exercise = in_unit(unit)[0]
    find = wire.encode({"do": "find", "name": exercise.name})
    cell = {"do": "cell", "cell": 1, "source": solution(unit, exercise.name), "seconds": 10.0}
    messages = [message for _, message in Plan(exercise, 0).first]

    def answer(_command: str, modules: list[str]) -> dict[str, float]:
        times = defaultdict(list)
        with tempfile.TemporaryDirectory(prefix="kit-") as kit:
            write_kit(Path(kit), kit_files())
            begun = time.perf_counter()
            entry = "coursekit.grading.inside.worker:serve"
            packages = [m for m in modules if "." not in m]
            with start(
                probe().level, kit=Path(kit), entry=entry, packages=packages, modules=modules
            ) as parent:
                times["warm parent"].append(time.perf_counter() - begun)
                for number in range(WORKERS):
                    marks = [time.perf_counter()]
                    line = Line(parent.spawn())
                    marks.append(time.perf_counter())
                    line.send([find])
                    line.receive(5.0)
                    marks.append(time.perf_counter())
                    if number == WORKERS - 1:
                        times["call"] = _calls(line, wire.encode(cell), messages)
                    marks.append(time.perf_counter())
                    line.close()
                    marks.append(time.perf_counter())
                    times["spawn"].append(marks[1] - marks[0])
                    times["first answer"].append(marks[2] - marks[1])
                    times["kill"].append(marks[4] - marks[3])
        return {part: 1e3 * median(seconds) for part, seconds in times.items()}

    return answer


def _calls(line: Any, cell: bytes, messages: Sequence[bytes]) -> list[float]:
    """Seconds per call, of bursts of the calls of one check."""
    line.send([cell])
    line.receive(10.0)
    times = []
    for _ in range(max(1, CALLS // len(messages))):
        start = time.perf_counter()
        line.send(messages)
        for _ in messages:
            line.receive(10.0)
        times.append((time.perf_counter() - start) / len(messages))
    return times


@dataclass
class Measured:
    """All runs, by what they are of; `sample` has pairs of ours and the kernels', seconds each."""

    unit: str
    kinds: dict[str, str]
    runs: dict[str, list[Run]]
    sample: list[tuple[float, float]]
    alone: list[float]
    parts: dict[str, dict[str, float]]
    growth: dict[int, list[Run]]
    memory: dict[int, Run]

    def of(self, name: str, attribute: str) -> float:
        """The median of an attribute of some runs."""
        return median(getattr(run, attribute) for run in self.runs[name])


WITH, WITHOUT, TWO = "one job", "one job, no endless loop", "two jobs, no endless loop"


def measure(unit: str, students: int, growth: Sequence[int], rounds: int) -> Measured:
    """Do everything. Progress is a line per step."""
    with tempfile.TemporaryDirectory(prefix="classes-") as place:
        home = Path(place)
        kinds = write_class(home / "all", unit, students)
        calm = _copied(home / "all", home / "calm", [n for n in kinds if kinds[n] != "endless"])
        whole = [n for n in kinds if kinds[n] not in ("endless", "cut off")]
        chosen = sorted(random.Random(0).sample(whole, min(SAMPLE, len(whole))))
        sample = _copied(home / "all", home / "sample", chosen)
        many = _copied(home / "all", home / "many", chosen, COPIES)
        found = Measured(unit, kinds, defaultdict(list), [], [], {}, {}, {})
        kernels = Worker(__file__, "kernel", "--unit", unit)
        grade(sample, unit)  # what is read from disk is in memory from now on
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds}", flush=True)
            found.runs[WITH].append(grade(home / "all", unit))
            seconds = [kernels.ask("execute", str(sample / name)) for name in chosen]
            ours = grade(many, unit)
            found.sample.append((ours.wall / ours.students, sum(seconds) / len(seconds)))
            found.alone.append(grade(sample, unit).wall / len(chosen))
            found.runs[WITHOUT].append(grade(calm, unit))
            found.runs[TWO].append(grade(calm, unit, jobs=2))
        kernels.close()
        for size in growth:
            print(f"class of {size:,}", flush=True)
            folder = home / str(size)
            write_class(folder, unit, size, seed=1, endless=False)
            found.growth[size] = [grade(folder, unit) for _ in range(rounds if size < 500 else 1)]
            found.memory[size] = grade(folder, unit, memory=True)
        found.parts = measured_parts(unit)
    return found


def measured_parts(unit: str) -> dict[str, dict[str, float]]:
    """The parts of a worker's life, with NumPy in the warm parent, and with PyTorch too."""
    worker = Worker(__file__, "parts", "--unit", unit)
    found = {"NumPy": worker.ask("parts", ["numpy"])}
    if importlib.util.find_spec("torch"):
        found["NumPy and PyTorch"] = worker.ask("parts", ["numpy", "torch"])
    worker.close()
    return found


def _copied(source: Path, to: Path, names: Sequence[str], times: int = 1) -> Path:
    to.mkdir()
    for name in names:
        for copy in range(times):
            shutil.copy(source / name, to / f"{copy:02}{name}")
            if times == 1:
                (to / f"{copy:02}{name}").rename(to / name)
    return to


def report(found: Measured) -> list[str]:
    """The page's lines."""
    return [
        setting(),
        *_rates(found),
        *_beside(found),
        *_parts(found),
        *_growth(found),
        *_kinds(found),
        *_week(found),
    ]


def setting() -> str:
    """Where the figures come from."""
    from coursekit.grading.probing import probe

    versions = [f"Python {platform.python_version()}"]
    for name in ("numpy", "nbclient", "ipykernel", "torch"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions.append(f"{name} {importlib.metadata.version(name)}")
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"{', '.join(versions)}, {probe().level} sandbox, load {os.getloadavg()[0]:.1f}."
    )


def _rates(found: Measured) -> list[str]:
    heads = ["class", "students", "wall, s", "first record, s", "per minute", "per minute and core"]
    lines = ["", "## A class", "", *header(heads)]
    for name, runs in found.runs.items():
        rate, jobs = found.of(name, "rate"), 2 if name == TWO else 1
        lines.append(
            line(
                [
                    *(name, str(runs[0].students)),
                    *(f"{found.of(name, what):.1f}" for what in ("wall", "first")),
                    *(f"{rate:,.0f}", f"{rate / jobs:,.0f}"),
                ]
            )
        )
    students = found.runs[WITHOUT][0].students
    judge, workers, wall = (
        1e3 * found.of(WITHOUT, what) / students for what in ("judge", "workers", "wall")
    )
    return [
        *lines,
        "",
        f"Where the time of one job goes, without the endless loop, in ms per submission: judge "
        f"{judge:.0f}, workers {workers:.0f}, waiting {max(wall - judge - workers, 0):.0f}; "
        f"together {wall:.0f}.",
    ]


def _beside(found: Measured) -> list[str]:
    size = min(SAMPLE, len(found.kinds))
    ours, theirs = (median(pair[i] for pair in found.sample) for i in (0, 1))
    ratio = median(kernel / own for own, kernel in found.sample)
    alone = median(k / own for own, (_, k) in zip(found.alone, found.sample, strict=True))
    return [
        *("", "## Beside a kernel per notebook", ""),
        *header(["way", "ms per notebook", "per minute and core", "times"]),
        line(["a kernel per notebook", f"{1e3 * theirs:,.0f}", f"{60 / theirs:,.0f}", "1"]),
        *(
            line([name, f"{1e3 * each:,.0f}", f"{60 / each:,.0f}", f"{times:.0f}"])
            for name, each, times in (
                (f"ours, {COPIES * size} notebooks", ours, ratio),
                (f"ours, {size} notebooks", median(found.alone), alone),
            )
        ),
        "",
        f"{size} notebooks of the class; the last line has a whole start-up for so few.",
    ]


def _parts(found: Measured) -> list[str]:
    names = list(next(iter(found.parts.values())))
    rows = [
        line([warm, *(f"{times[name]:.3g}" for name in names)])
        for warm, times in found.parts.items()
    ]
    return [
        *("", "## One worker, in ms", ""),
        *header(["imported in the warm parent", *names]),
        *rows,
        "",
        "The warm parent starts once per command. *call* is one call of the unit's first answer, "
        "there and back, when many are sent ahead.",
    ]


def _growth(found: Measured) -> list[str]:
    heads = [
        "students",
        "wall, s",
        "wall, ms each",
        "judged in, ms each",
        "processor, ms each",
        "MB",
    ]
    lines = ["", "## Growth", "", *header(heads)]
    for size, runs in found.growth.items():
        used = median((r.judge + r.workers) / size for r in runs)
        lines.append(
            line(
                [
                    *(f"{size:,}", f"{median(r.wall for r in runs):.1f}"),
                    f"{1e3 * median(r.wall / size for r in runs):.0f}",
                    f"{1e3 * median(mean(r.each.values()) for r in runs):.0f}",
                    *(f"{1e3 * used:.0f}", f"{found.memory[size].memory / 1e6:.0f}"),
                ]
            )
        )
    return [
        *lines,
        "",
        "Without endless loops. *wall* has start-up and report in it, *judged in* is from reading "
        "a notebook to its record. MB is the memory of the whole tree, one job.",
    ]


def _kinds(found: Measured) -> list[str]:
    times = defaultdict(list)
    for run in found.runs[WITH]:
        for student, seconds in run.each.items():
            times[found.kinds[f"{student}.ipynb"]].append(seconds)
    counts = {kind: list(found.kinds.values()).count(kind) for kind in times}
    rows = [
        line([kind, str(counts[kind]), f"{1e3 * median(times[kind]):,.0f}"])
        for kind in sorted(times, key=lambda kind: median(times[kind]))
    ]
    return [
        *("", "## By what was handed in", ""),
        *header(["kind", "of the class", "ms, median"]),
        *rows,
    ]


def _week(found: Measured) -> list[str]:
    """What `docs/grading-at-scale.md` quotes."""
    largest = max(found.growth)
    run = median_run(found.growth[largest])
    endless = [
        seconds
        for run in found.runs[WITH]
        for student, seconds in run.each.items()
        if found.kinds[f"{student}.ipynb"] == "endless"
    ]
    heads = ["endless loops", "s each", "core-hours a week", "cores at the peak", "US$ a term"]
    lines = ["", f"## {WEEK:,} submissions a week", "", *header(heads)]
    for share in ENDLESS_SHARES:
        each = run.wall / run.students + share * median(endless)
        hours = WEEK * each / 3600
        peak = SAFETY * PEAK * each / (PEAK_HOURS * 3600)
        cost = SAFETY * hours * WEEKS * PRICE
        cells = [f"{share:.1%}", f"{each:.3f}", f"{hours:.1f}", f"{peak:.1f}", f"{cost:,.2f}"]
        lines.append(line(cells))
    kept = {what: getattr(run, what) / largest for what in ("records", "pages", "gradebook")}
    smallest = min(found.growth)
    small, more = found.memory[smallest].memory, largest - smallest
    grows = (found.memory[largest].memory - small) / more if more else 0.0
    return [
        *lines,
        "",
        f"An endless loop costs {median(endless):.1f} s. {PEAK:,} come within {PEAK_HOURS} hours; "
        f"cores and dollars are {SAFETY} times what is needed, {WEEKS} weeks at US${PRICE:.2f} per "
        "core and hour.",
        "",
        *header(["kept", "kB per submission", "GB a week"]),
        *(line([k, f"{b / 1e3:.1f}", f"{WEEK * b / 1e9:.2f}"]) for k, b in kept.items()),
        "",
        f"The command's memory grows by {grows / 1e3:.1f} kB per submission, so one folder of "
        f"{WEEK:,} would take {(small + WEEK * grows) / 1e9:.1f} GB.",
    ]


def median_run(runs: Sequence[Run]) -> Run:
    """The run of median time."""
    return sorted(runs, key=lambda run: run.wall)[len(runs) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure grading beside a kernel per notebook.")
    parser.add_argument("--students", type=int, default=200, help="of the class")
    parser.add_argument("--unit", default="02", help="of the course")
    parser.add_argument("--quick", action="store_true", help="one round, no class above --students")
    parser.add_argument("--markdown", type=Path, help="write report")
    parser.add_argument("--worker", choices=("kernel", "parts"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments.worker, arguments.unit)
    students, quick = arguments.students, arguments.quick
    growth = [size for size in GROWTH if size <= students or not quick]
    lines = report(measure(arguments.unit, students, growth, 1 if quick else ROUNDS))
    print("\n".join(lines))
    if arguments.markdown:
        options = f" --students {students} --unit {arguments.unit}" + " --quick" * quick
        write(arguments.markdown, "Grading a class", options, __doc__, lines)


if __name__ == "__main__":
    main()
