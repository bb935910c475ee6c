"""The claims ledger: one test per claim, on the figures themselves."""

import re

import pytest

from coursekit.claims import CLAIMS, Verdict, ledger
from coursekit.claims.history import TOP_5_ERROR
from coursekit.errors import CourseError

EXPECTED = {
    "F1": ("16,000,000,000", Verdict.HOLDS),
    "F2": ("40,000,000", Verdict.HOLDS),
    "F3": ("1,000 weights, 40,000 times fewer", Verdict.HOLDS),
    "F4": ("96 of 11×11×3, 256 of 5×5×48, 384 of 3×3×256, 384 of 3×3×192", Verdict.HOLDS),
    "F5": ("659,272; 809,800 with the pixels", Verdict.ROUGHLY),
    "F6": ("60,965,224 with two groups, 62,378,344 without", Verdict.ROUGHLY),
    "F7": ("25,088 inputs; the layer after it has 102,764,544", Verdict.HOLDS),
    "F8": ("60,000 with the connection table; 61,706", Verdict.HOLDS),
    "F9": ("156 parameters; 24×24×6 and 28×28×6", Verdict.HOLDS),
    "F10": ("14×14×6", Verdict.HOLDS),
    "F12": ("16 layers with weights, 138,357,544", Verdict.ROUGHLY),
    "F13": ("27·C² against 49·C² weights, both see 7 pixels", Verdict.HOLDS),
    "F14": ("6,998,552; 8.7 times fewer", Verdict.FAILS),
    "F15": ("51,380,224", Verdict.HOLDS),
    "F16": ("224 → 112 → 56", Verdict.HOLDS),
    "F17": ("75% fewer; parameters of the pool: 0", Verdict.FAILS),
    "F18": ("40,000 and 16", Verdict.HOLDS),
    "F19": ("360 real layers agree", Verdict.HOLDS),
    "F21": ("28.2 (NEC-UIUC, 2010)", Verdict.PARTLY),
    "F22": ("6.43 % with 110 layers and 1,727,962 parameters, 7.93 % with 1202", Verdict.HOLDS),
    "F23": ("not measured yet; 2.5 times", Verdict.PARTLY),
}


@pytest.mark.parametrize("claim", EXPECTED)
def test_claim(claim):
    (finding,) = ledger(claim).findings
    computed, verdict = EXPECTED[claim]
    assert computed in finding.computed
    assert finding.verdict == verdict


def test_claim_f11_lenet_reads_more_than_97_percent():
    (finding,) = ledger("F11").findings
    assert float(re.match(r"[\d.]+", finding.computed)[0]) > 97
    assert finding.verdict == Verdict.HOLDS


def test_claim_f20_recursion_and_gradients_agree():
    pytest.importorskip("torch")
    (finding,) = ledger("F20").findings
    assert finding.verdict == Verdict.HOLDS
    assert "20 of 20 networks" in finding.computed
    assert "alexnet 195, zfnet 171, vgg11 150" in finding.computed


def test_every_claim_has_a_test():
    assert set(CLAIMS) == {*EXPECTED, "F11", "F20"}
    assert list(CLAIMS) == sorted(CLAIMS, key=lambda i: int(i[1:]))


def test_the_ledger_shows_itself():
    table = ledger("F8", "F17")
    assert "F17 (D5): does not hold" in repr(table)
    assert table.to_markdown().splitlines()[0].startswith("| claim | deck |")
    html = table._repr_html_()
    assert html.count("<th") == 6 + 1  # with <thead>
    assert html.count("<td") == 12


def test_an_unknown_claim():
    with pytest.raises(CourseError, match="There is no claim F99"):
        ledger("F99")


def test_errors_by_year_fall():
    errors = [entry.error for entry in TOP_5_ERROR]
    assert errors == sorted(errors, reverse=True)
    assert all(entry.source for entry in TOP_5_ERROR)
