"""What the package promises as a whole: no torch, little memory, one screen, true examples."""

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import coursekit.numpy_nn
from coursekit.numpy_nn import SGD, BatchGradient, convolution, modified_lenet

MODULES = [m.name for m in pkgutil.iter_modules(coursekit.numpy_nn.__path__, "coursekit.numpy_nn.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_loads_neither_torch_nor_pyplot():
    code = "import sys, coursekit.numpy_nn; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib.pyplot"} & set(done.stdout.split())


def test_everything_public_is_exported_and_described():
    for name in coursekit.numpy_nn.__all__:
        assert inspect.getdoc(getattr(coursekit.numpy_nn, name)), name


def test_the_convolution_fits_on_a_screen():
    lines = [
        line
        for function in (convolution._forward, convolution._backward, convolution.image_gradient)
        for line in inspect.getsource(function).splitlines()
        if not line.startswith("def ")
    ]
    assert len(lines) <= 30


def test_a_training_step_at_batch_64_needs_at_most_10_mb():
    net = modified_lenet()
    gradient, optimizer = BatchGradient(net), SGD(net.params, 0.01, momentum=0.9)
    x = np.random.default_rng(0).standard_normal((64, 1, 28, 28)).astype(np.float32)
    labels = np.arange(64) % 10

    def step():
        gradient(x, labels)
        optimizer.step(net.grads)

    step()
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6
