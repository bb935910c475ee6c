"""A claim about machines (F23)."""

from __future__ import annotations

from coursekit.claims.claim import Claim, Finding, Verdict
from coursekit.experiments.result import Result, stored

DEBUNKED = "V. Lee et al., ISCA 2010, doi:10.1145/1815961.1816021"
"""Fourteen kernels, tuned on both sides: a GTX 280 was 2.5 times as fast as a Core i7-960."""


def _gpu_and_cpu() -> Finding:
    return judged(stored("gpu_and_cpu"))


def judged(measured: Result | None) -> Finding:
    """What the experiment `gpu_and_cpu` says to the claim; without it, what was published."""
    figures = measured.numbers if measured else {}
    if measured is None or "GPU" not in figures:
        return Finding(
            "not measured yet; 2.5 times, in the mean of 14 programs that experts had tuned for "
            "both (2010)",
            Verdict.PARTLY,
            f"Quoted, not computed: {DEBUNKED}. A factor without its two machines and programs "
            "says little: `python benchmarks/experiments.py gpu_and_cpu` measures it where a GPU "
            "is.",
        )
    one, all_ = (figures["GPU"] / figures[f"CPU, {n}"] for n in ("one thread", "all threads"))
    mixed = figures["GPU, mixed precision"] / figures["CPU, all threads"]
    return Finding(
        f"{one:,.0f} times one thread, {all_:,.0f} times all threads of the CPU; "
        f"{mixed:,.0f} times in mixed precision",
        Verdict.ROUGHLY if 25 <= all_ <= 100 else Verdict.PARTLY,
        f"{measured.how}, on {measured.machine}. The factor depends on both machines, on the "
        "precision, and on how many threads the CPU may use.",
    )


CLAIMS = (Claim("F23", "D3", "a GPU is about 50 times faster than a CPU", _gpu_and_cpu),)
