"""A small course of one unit, built from the instructor's example exercise."""

from pathlib import Path

import pytest

from coursekit.authoring.course import find_units
from coursekit.exercises import registry

REPOSITORY = Path(__file__).parents[2]

LECTURE = """\
# %% [markdown]
# # 90 · Brightness
#
# A picture is light and dark.
#
# ## What you will be able to do
#
# <!-- minutes -->

# %%
import numpy as np

# %% [markdown]
# ## Counting
#
# Predict first, then run.

# %%
counts = np.histogram([0.1, 0.9, 0.95], bins=2)[0]
print(counts)
"""

EXERCISES = '''\
# %% [markdown]
# # 90 · Brightness: exercises
#
# One function.

# %%
import numpy as np
from coursekit import check, progress

# %% [markdown]
# ## 1 · How often each brightness occurs
#
# <!-- card: brightness_histogram -->
#
# Count.


# %%
def brightness_histogram(image, bins):
    """Counts of brightness in `bins` equal bins over [0, 1]."""
    ### BEGIN SOLUTION
    return np.histogram(image, bins=bins, range=(0, 1))[0]
    ### END SOLUTION


# %%
check(brightness_histogram)

# %% [markdown]
# <!-- hints: brightness_histogram -->

# %%
progress("90")
'''


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The root of a course with one unit; its exercise comes from the environment."""
    monkeypatch.setattr(registry, "_own", {})
    monkeypatch.setattr(registry, "_loaded_from_environment", set())
    example = REPOSITORY / "docs" / "examples" / "own_exercises.py"
    monkeypatch.setenv(registry.ENVIRONMENT, str(example))
    folder = tmp_path / "sources" / "90_brightness"
    folder.mkdir(parents=True)
    (tmp_path / "course.py").write_text("")
    (folder / "lecture.py").write_text(LECTURE, encoding="utf-8")
    (folder / "exercises.py").write_text(EXERCISES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def unit(course):
    return find_units(course)[0]
