"""An assignment whose answers use PyTorch, and submissions to it, hostile ones among them.

Four questions of ten points each: one in NumPy, two on tensors, one network. In most attacks three
answers are right and `blend` attacks: it deserves nothing, the others keep all of their points.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hostile import notebook

FULL = 10.0

SETTINGS = """\
name = "tensors"
title = "Four small tools of tensors"
packages = ["numpy", "torch"]

[limits]
seconds = 0.4
"""

SOURCE = "# %% [markdown]\n# # Tensors\n"

EXERCISES = '''\
import numpy as np

from coursekit.exercises import Exercise, case, scripted, tiny

HINTS = ("Take paper.", "Take a smaller picture.", "Write the loops first.")
RULES = dict(unit="96", points=10, minutes=10, difficulty=1, hints=HINTS)


def _center(x):
    return x - x.mean(axis=1, keepdims=True)


def _blend(x, y):
    return (x + 3 * y) / 4


def _square(x):
    return x * x


def _affine(inputs, outputs):
    from torch import nn

    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU())


center = Exercise("center(x)", title="Rows of mean 0", reference=_center, **RULES)
blend = Exercise("blend(x, y)", title="A quarter", reference=_blend, tensors=True, **RULES)
square = Exercise("square(x)", title="Squares", reference=_square, tensors=True, **RULES)
affine = Exercise(
    "Affine(inputs, outputs)",
    title="A layer",
    reference=_affine,
    tensors=True,
    a_class=True,
    **RULES,
)


def single(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


@center.cases
def center_cases(rng):
    yield tiny("two rows", np.array([[1.0, 3.0], [5.0, 5.0]]), expected=[[-1, 1], [0, 0]])
    yield case("a picture", rng.standard_normal((5, 7)))


@blend.cases
def blend_cases(rng):
    one = np.array([[4.0]], np.float32)
    yield tiny("one number", one, one * 2, expected=[[7.0]])
    yield case("a picture", single(rng, 5, 7), single(rng, 5, 7))


@square.cases
def square_cases(rng):
    x = np.array([1.0, -2.0], np.float32)
    yield tiny("two numbers", x, expected=[1.0, 4.0])
    yield case("a picture", single(rng, 5, 7)).with_gradients("x")


@affine.cases
def affine_cases(rng):
    script = """
        layer = Affine(3, 2)
        load(layer, weights)
        y = layer(x)
        backward(y, dy)
        slopes = gradients(layer)
        return y, slopes
    """
    for name, rows in (("two rows", 2), ("seven rows", 7)):
        weights = [single(rng, 2, 3), single(rng, 2)]
        yield scripted(
            name, script, weights=weights, x=single(rng, rows, 3), dy=single(rng, rows, 2)
        )
'''

RIGHT: Mapping[str, str] = {
    "center": """
        def center(x):
            return x - torch.from_numpy(np.ascontiguousarray(x)).mean(1, keepdim=True).numpy()
        """,
    "blend": """
        def blend(x, y):
            return torch.lerp(x, y, 0.75)
        """,
    "square": """
        def square(x):
            return x.pow(2)
        """,
    "Affine": """
        class Affine(nn.Module):
            def __init__(self, inputs, outputs):
                super().__init__()
                self.layer = nn.Linear(inputs, outputs)

            def forward(self, x):
                return F.relu(self.layer(x))
        """,
}

IMPORTS = """
import numpy as np
import torch
import torch.nn.functional as F
import torchvision.transforms as transforms
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader, TensorDataset
from torchinfo import summary
from tqdm.auto import tqdm
"""


@dataclass(frozen=True)
class HandedIn:
    """A notebook.

    Attributes:
        first: a cell that runs before all answers.
        answers: in place of right ones.
        honest: what each question deserves, where it is not everything.
        says: a regular expression that the words of the record match.
    """

    name: str
    first: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    honest: Mapping[str, float] = field(default_factory=dict)
    says: str = ""

    def notebook(self) -> dict[str, Any]:
        """As Jupyter writes it."""
        answers = {f"answer-{name}": code for name, code in {**RIGHT, **self.answers}.items()}
        codes = {"imports": IMPORTS, "first": self.first, **answers}
        return notebook({i: textwrap.dedent(c).strip("\n") for i, c in codes.items() if c.strip()})

    def deserves(self, question: str) -> float:
        """The points that an honest look at the code gives."""
        return self.honest.get(question, FULL)


def attack(name: str, blend: str, says: str) -> HandedIn:
    """One by an answer that deserves nothing."""
    return HandedIn(name, answers={"blend": blend}, honest={"blend": 0.0}, says=says)


RAISED = r"one number \(it raised an exception\)"
ENDED = r"ended the whole process"
LATE = r"ran longer than"
OTHER = r"one number \(something else came back\)"
WRONG = r"one number \((the numbers are wrong|.*shape)"

_RETURNS = {
    "a meta tensor": ("torch.empty_like(x, device='meta')", OTHER),
    "a sparse tensor": ("torch.lerp(x, y, 0.75).to_sparse()", OTHER),
    "a quantized tensor": (
        "torch.quantize_per_tensor(torch.lerp(x, y, 0.75).float(), 0.01, 0, torch.qint8)",
        OTHER,
    ),
    "a nested tensor": ("torch.nested.nested_tensor([x, y])", r"raised|something else"),
    "an array": ("torch.lerp(x, y, 0.75).numpy()", OTHER),
    "complex numbers": ("torch.lerp(x, y, 0.75) + 1j", r"kind of number|wrong"),
    "complex numbers of 32 bits": ("x.to(torch.complex32)", r"raised|kind of number|wrong"),
    "NaN": ("x * torch.nan", r"not finite"),
    "bits": ("torch.lerp(x, y, 0.75) > 0", r"kind of number|wrong"),
    "numbers of four bits": ("torch.empty(1, 1, dtype=torch.uint4)", r"raised|kind|wrong"),
    "a storage": ("x.untyped_storage()", r"something else|wrong|raised"),
    "a module": ("nn.Linear(2, 2)", r"something else|wrong|raised"),
    "another size": ("torch.lerp(x, y, 0.75)[None]", r"shape"),
    "8 TB": ("torch.empty(10**12, dtype=torch.float64)", RAISED),
    "8 TB that are one number": ("torch.zeros(1).expand(10**6, 10**6)", RAISED),
    "more than a message holds": ("torch.zeros(17_000_000)", r"raised|shape|ended|ran longer"),
    "no memory at all": (
        "(z := torch.lerp(x, y, 0.75), z.untyped_storage().resize_(0))[0]",
        r"ended|raised|wrong|not finite",
    ),
    "a number of the sandbox's GPU": ("torch.lerp(x, y, 0.75).cuda()", RAISED),
    "shared memory": ("x.share_memory_()", RAISED),
}

ATTACKS = [
    *(
        attack(f"returns {name}", f"def blend(x, y):\n    return {value}", says)
        for name, (value, says) in _RETURNS.items()
    ),
    attack(
        "a pickle that runs a program",
        """
        import os

        class Evil:
            def __reduce__(self):
                return os.posix_spawn, ("/bin/sh", ["sh", "-c", "echo > /tmp/escaped"], {})

        def blend(x, y):
            torch.save(Evil(), "evil.pt")
            return torch.load("evil.pt", weights_only=False)
        """,
        RAISED,
    ),
    attack(
        "a C++ extension",
        """
        def blend(x, y):
            from torch.utils.cpp_extension import load_inline
            return load_inline("evil", "int f() { return 1; }", functions=["f"]).f()
        """,
        rf"{RAISED}|{LATE}",
    ),
    attack(
        "a library of its own",
        """
        def blend(x, y):
            open("evil.so", "wb").write(b"\\x7fELF" + bytes(1000))
            torch.ops.load_library("evil.so")
        """,
        RAISED,
    ),
    attack(
        "the hub",
        "def blend(x, y):\n    return torch.hub.load('pytorch/vision', 'resnet18')(x)",
        RAISED,
    ),
    attack(
        "processes",
        """
        import torch.multiprocessing as processes

        def blend(x, y):
            processes.spawn(print, nprocs=2)
        """,
        RAISED,
    ),
    attack(
        "a group of processes",
        """
        def blend(x, y):
            torch.distributed.init_process_group(
                "gloo", init_method="tcp://127.0.0.1:29500", rank=0, world_size=1
            )
        """,
        RAISED,
    ),
    attack(
        "files until the disk is full",
        """
        def blend(x, y):
            for number in range(10_000):
                torch.save(torch.zeros(1 << 18), f"{number}.pt")
        """,
        rf"{RAISED}|{ENDED}",
    ),
    attack(
        "ten thousand threads",
        """
        def blend(x, y):
            torch._C.set_num_threads(10_000)
            z = torch.zeros(1000, 1000)
            return (z @ z).exp()
        """,
        rf"{RAISED}|{ENDED}|{WRONG}|{LATE}",
    ),
    attack(
        "a call into C without end",
        """
        def blend(x, y):
            z = torch.rand(4000, 4000)
            while True:
                z = torch.linalg.svd(z).U
        """,
        LATE,
    ),
    attack(
        "a tensor that answers by itself",
        """
        class Evil(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return np.float32("nan")

        def blend(x, y):
            return x.as_subclass(Evil)
        """,
        rf"{RAISED}|{OTHER}|{WRONG}|not finite",
    ),
    attack(
        "a tensor that never answers",
        """
        class Evil(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                while True:
                    pass

        def blend(x, y):
            return x.as_subclass(Evil)
        """,
        LATE,
    ),
    attack(
        "a tensor that ends the process",
        """
        import os

        class Evil(torch.Tensor):
            __torch_function__ = classmethod(lambda *args, **kwargs: os._exit(0))

        def blend(x, y):
            return x.as_subclass(Evil)
        """,
        ENDED,
    ),
    attack(
        "PyTorch turned inside out, later",
        """
        def blend(x, y):
            always = lambda *args, **kwargs: True
            for name in ("equal", "allclose", "isclose", "from_numpy", "is_tensor", "cos"):
                setattr(torch, name, always)
            for name in ("numpy", "detach", "cpu", "backward", "float", "__eq__"):
                setattr(torch.Tensor, name, always)
            return x
        """,
        rf"{OTHER}|{WRONG}|{RAISED}",
    ),
    HandedIn(
        "a gradient that never comes",
        answers={
            "square": """
                class Slow(torch.autograd.Function):
                    @staticmethod
                    def forward(context, x):
                        return x * x

                    @staticmethod
                    def backward(context, dy):
                        while True:
                            pass

                def square(x):
                    return Slow.apply(x)
                """
        },
        honest={"square": 0.0},
        says=r"a picture \(it ran longer than",
    ),
    HandedIn(
        "a hook that ends the process",
        answers={
            "square": """
                import os

                def square(x):
                    y = x * x
                    if y.requires_grad:
                        y.register_hook(lambda dy: os._exit(0))
                    return y
                """
        },
        honest={"square": 0.0},
        says=rf"a picture \(it {ENDED}",
    ),
    HandedIn(
        "a hook that changes the gradient",
        answers={
            "square": """
                def square(x):
                    y = x * x
                    if x.requires_grad:
                        x.register_hook(lambda dx: dx * 2)
                    return y
                """
        },
        honest={"square": 0.0},
        says=r"a picture \(the numbers are wrong",
    ),
    HandedIn(
        "gradients within gradients",
        answers={
            "square": """
                class Deep(torch.autograd.Function):
                    @staticmethod
                    def forward(context, x, depth):
                        context.depth = depth
                        return x * x

                    @staticmethod
                    def backward(context, dy):
                        with torch.enable_grad():
                            x = torch.ones(1, requires_grad=True)
                            Deep.apply(x, context.depth + 1).sum().backward()

                def square(x):
                    return Deep.apply(x, 0)
                """
        },
        honest={"square": 0.0},
        says=r"a picture \(it (raised|ended|ran longer)",
    ),
    HandedIn(
        "a network that is none",
        answers={
            "Affine": """
                class Affine:
                    def __init__(self, inputs, outputs):
                        self.linear = nn.Linear(inputs, outputs)

                    def __call__(self, x):
                        return self.linear(x)
                """
        },
        honest={"Affine": 0.0},
        says=r"two rows \(something else came back",
    ),
    HandedIn(
        "parameters that are not where they should be",
        answers={
            "Affine": """
                class Affine(nn.Linear):
                    def named_parameters(self, *args, **kwargs):
                        yield "weight", nn.Parameter(torch.empty(2, 3, device="meta"))
                        yield "bias", torch.zeros(2)
                """
        },
        honest={"Affine": 0.0},
        says=r"two rows \((it raised|something else)",
    ),
]
"""By answers."""

_CELLS = {
    "all is of no device": "torch.set_default_device('meta')",
    "all is double": "torch.set_default_dtype(torch.float64)",
    "no gradients": "torch.set_grad_enabled(False)",
    "inference for ever": "torch.inference_mode().__enter__()",
    "PyTorch turned inside out": """
        always = lambda *args, **kwargs: True
        for name in ("equal", "allclose", "from_numpy", "is_tensor", "cos", "arange", "float32"):
            setattr(torch, name, always)
        for name in ("numpy", "detach", "cpu", "backward", "copy_"):
            setattr(torch.Tensor, name, always)
        """,
    "PyTorch taken away": """
        import sys

        sys.modules["torch"] = sys.modules["coursekit.exercises.tensors"] = None
        del torch.default_generator, torch.Tensor, torch.nn.Module
        """,
    "an engine of its own": """
        import coursekit.exercises.tensors as tensors

        tensors.as_tensors = tensors.as_arrays = lambda value, **options: None
        tensors.HELPERS.clear()
        """,
    "a mode that sees every call": """
        import os
        from torch.overrides import TorchFunctionMode

        class Spy(TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                os._exit(0) if function is Tensor.detach else None
                return function(*args, **(kwargs or {}))

        Spy().__enter__()
        """,
    "threads": """
        torch.set_num_threads(10_000)
        assert (torch.ones(1000, 1000) @ torch.ones(1000, 1000)).sum() == 1e9
        """,
    "a loader with processes": """
        data = TensorDataset(torch.arange(10.0), torch.arange(10))
        loader = DataLoader(
            data, batch_size=4, shuffle=True, num_workers=2, persistent_workers=True, timeout=9
        )
        assert sum(len(x) for x, label in loader for x in x[:, None]) == 10
        assert sum(len(x) for x, _ in loader) == 10
        """,
    "a training loop": """
        network = torch.compile(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 2)))
        optimizer = optim.AdamW(network.parameters())
        schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 3)
        images, labels = torch.randn(8, 1, 8, 8), torch.tensor([0, 1] * 4)
        for epoch in tqdm(range(3)):
            for half in (torch.bfloat16, torch.float16):
                with torch.autocast("cpu", half):
                    loss = F.cross_entropy(network(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            schedule.step()
        torch.save(network.state_dict(), "weights.pt")
        network.load_state_dict(torch.load("weights.pt"))
        summary(network)
        """,
}

CELLS = [HandedIn(f"{name}, in a cell", first=code) for name, code in _CELLS.items()]
"""By a cell that runs first; all answers are right, and deserve everything."""

CLEAN = HandedIn("clean")
