"""What starting the course costs: python benchmarks/import_time.py

Each statement runs in a fresh interpreter, interleaved with a bare one, and the medians are
compared. The goal is 0.2 s for `import coursekit`, warm.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 11
STATEMENTS = {
    "nothing": "pass",
    "import coursekit": "import coursekit",
    "import numpy": "import numpy",
    "check, hint, progress": "from coursekit import check, hint, progress",
    "one check": (
        "from coursekit import check\n"
        "def conv_output_size(n, f, stride=1, padding=0):\n"
        "    return (n + 2 * padding - f) // stride + 1\n"
        "assert check(conv_output_size).passed"
    ),
    "coursekit.plots": "import coursekit.plots",
}


def seconds(code: str) -> float:
    """Wall-clock time of one fresh interpreter."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print the medians as a markdown table."""
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for round_number in range(ROUNDS + 1):
        for name, code in STATEMENTS.items():
            spent = seconds(code)
            if round_number:  # the first round warms the disk cache
                times[name].append(spent)
    print("| statement | median, s | over a bare interpreter, s |\n| --- | ---: | ---: |")
    bare = statistics.median(times["nothing"])
    for name, spent in times.items():
        median = statistics.median(spent)
        print(f"| {name} | {median:.3f} | {median - bare:.3f} |")


if __name__ == "__main__":
    main()
