"""Take a finished run of `coursekit train` into the package: its weights, and a model card.

    coursekit train resnet20 --data cifar10 --epochs 45 --amp --validation 0 --out runs/resnet20
    python benchmarks/ship_weights.py runs/resnet20 resnet20-cifar10 --hours 1.2 --command "…"

The test pictures are looked at here, once.
"""

import argparse
import hashlib
import json
import platform
import shutil
from pathlib import Path

import numpy as np
import torch

import coursekit
from coursekit.models.shipped import HERE
from coursekit.training import RunFolder, evaluate_run, load_data


def main() -> None:
    """Judge the run, copy its weights, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--machine", required=True)
    told = parser.parse_args()
    run = RunFolder(told.run)
    config = run.config()
    found, _, title = evaluate_run(told.run)
    wrong = round((1 - found.top[0]) * found.images)
    weights = HERE / f"{told.name}.safetensors"
    shutil.copyfile(told.run / "weights.safetensors", weights)
    weights.chmod(0o644)
    card = {
        "name": told.name,
        "network": config.recipe,
        "data": f"{title}, {load_data(config.data, config.validation).count:,} training pictures",
        "classes": config.names,
        "size": config.size,
        "mean": config.mean,
        "std": config.std,
        "accuracy": found.top[0],
        "errors": f"{wrong} of {found.images}",
        "command": told.command,
        "seed": config.seed,
        "hours": told.hours,
        "machine": told.machine,
        "versions": {
            "coursekit": coursekit.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__.split("+")[0],
        },
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (HERE / f"{told.name}.json").write_text(f"{text}\n", encoding="utf-8")
    print(f"{told.name}: {100 * found.top[0]:.2f} % of {found.images} test pictures")


if __name__ == "__main__":
    main()
