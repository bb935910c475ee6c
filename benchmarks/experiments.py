"""Run experiments at full scale and keep their results for the lectures.

    OMP_NUM_THREADS=1 python benchmarks/experiments.py NAME ...

Without a name, it lists what there is and what is stored. Each result goes to
coursekit/experiments/stored/NAME.json, which belongs into the repository; a GPU is used where
there is one.
"""

import argparse
import sys
from pathlib import Path

from coursekit import experiments
from coursekit.errors import CourseError
from coursekit.experiments import Result, Scale, find, names, stored

FOLDER = Path(experiments.__file__).parent / "stored"


def main(arguments: list[str] | None = None) -> int:
    """Run the experiments with the names given; return the exit status."""
    parser = argparse.ArgumentParser(description="Run experiments and keep their results.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; none to list them")
    parser.add_argument("--scale", type=Scale, default=Scale.STORED, choices=list(Scale))
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the results")
    options = parser.parse_args(arguments)
    if not options.names:
        for name in names():
            print(line(name, stored(name)))
        return 0
    try:
        chosen = {name: find(name) for name in options.names}
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    for name, run in chosen.items():
        result = run(options.scale)
        result.save(options.out / f"{name}.json")
        print(line(name, result), flush=True)
    return 0


def line(name: str, result: Result | None) -> str:
    """What is known about one experiment."""
    return f"{name}: {result.source if result else 'not run yet'}"


if __name__ == "__main__":
    sys.exit(main())
