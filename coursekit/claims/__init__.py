"""The claims ledger: every figure of the source decks, computed anew beside what the deck says.

`ledger("F8", "F9")` shows some of them, `ledger()` all that can be checked so far.
"""

from __future__ import annotations

from coursekit.claims import convolution, depth, hardware, history, layers, networks
from coursekit.claims.claim import Claim, Finding, Ledger, Verdict
from coursekit.errors import CourseError

__all__ = ["CLAIMS", "Claim", "Finding", "Ledger", "Verdict", "ledger"]

CLAIMS: dict[str, Claim] = {
    claim.id: claim
    for claim in sorted(
        (
            *layers.CLAIMS,
            *networks.CLAIMS,
            *convolution.CLAIMS,
            *history.CLAIMS,
            *depth.CLAIMS,
            *hardware.CLAIMS,
        ),
        key=lambda claim: int(claim.id[1:]),
    )
}
"""Every claim that can be checked so far, by its id."""


def ledger(*ids: str) -> Ledger:
    """The claims with these ids (all, without any), their figures computed now.

    Raises:
        CourseError: there is no such claim.
    """
    unknown = [i for i in ids if i not in CLAIMS]
    if unknown:
        raise CourseError(f"There is no claim {unknown[0]}. There are: {', '.join(CLAIMS)}.")
    return Ledger([CLAIMS[i] for i in ids or CLAIMS])
