"""Links lead somewhere, examples are what really happens, nothing personal is left behind."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from coursekit import check

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_inside_the_repository_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_pictures_have_alt_text(page):
    for alt in re.findall(r"!\[([^\]]*)\]\(", page.read_text(encoding="utf-8")):
        assert len(alt) >= 20


def test_the_readme_shows_what_a_check_really_says():
    def cross_correlate2d(x, k, stride=1, padding=0):
        x = np.pad(x.astype(float), padding)
        windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
        return np.einsum("ijab,ab->ij", windows[::stride, ::stride], k[::-1, ::-1])

    said = "\n".join(line.rstrip() for line in repr(check(cross_correlate2d)).splitlines())
    assert said in (ROOT / "README.md").read_text(encoding="utf-8")


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_the_repository_stays_light():
    sizes = {p: p.stat().st_size for p in tracked() if p.is_file()}
    assert sum(sizes.values()) < 20_000_000
    weights = {p for p in sizes if p.suffix == ".safetensors"}
    assert sum(sizes[p] for p in weights) <= 8_000_000
    assert max(size for p, size in sizes.items() if p not in weights) <= 1_000_000


def test_no_path_of_a_machine_is_left_behind():
    private = re.compile(r"/(?:home/(?!me/)|Users/|tmp/ipykernel)|ipykernel_\d+")
    found = []
    for path in tracked():
        if path.suffix in {".py", ".md", ".ipynb", ".toml", ".txt", ".cff"} and path.is_file():
            found += [
                f"{path.name}: {match[0]}"
                for match in private.finditer(path.read_text(encoding="utf-8"))
                if path.name != Path(__file__).name
            ]
    assert not found
