"""Values that are not what they say."""

from __future__ import annotations

from hostile import PRETENDS, answer

answer(
    "equal to everything",
    """
    class Equal:
        def __eq__(self, other):
            return True

        def __getattr__(self, name):
            return self

        __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: False
        __sub__ = __rsub__ = __abs__ = __call__ = __getitem__ = lambda self, *args: self
        __bool__ = lambda self: True
        __hash__ = lambda self: 0
        __len__ = lambda self: 1
        __float__ = lambda self: 0.0

    def pool(x, size=2):
        return Equal()
    """,
    PRETENDS,
)
answer(
    "an array that answers for NumPy",
    """
    class Answers(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return np.True_

        def __array_function__(self, function, types, args, kwargs):
            return np.True_

        def __eq__(self, other):
            return np.ones(self.shape, bool)

    def pool(x, size=2):
        return np.zeros((x.shape[0] // size, x.shape[1] // size)).view(Answers)
    """,
    PRETENDS,
)
answer(
    "an array with another shape each time",
    """
    import itertools

    class Lies(np.ndarray):
        shapes = itertools.cycle([(1, 1), (3, 4), (2, 3)])
        shape = property(lambda self: next(self.shapes))
        dtype = property(lambda self: np.dtype("f8"))
        tobytes = lambda self, *args: b""
        nbytes = size = 1 << 62

    def pool(x, size=2):
        return np.zeros((2, 2)).view(Lies)
    """,
    PRETENDS,
)
answer(
    "an object that says it is an array",
    """
    class Says:
        __class__ = np.ndarray
        dtype, shape, ndim, size = np.dtype("f8"), (1, 1), 2, 1
        flags = None

        def __array__(self, *args, **kwargs):
            return "an array"

    def pool(x, size=2):
        return Says()
    """,
    PRETENDS,
)
answer(
    "a masked array",
    "def pool(x, size=2):\n    return np.ma.masked_all((x.shape[0] // size, x.shape[1] // size))",
    PRETENDS,
)
answer(
    "a list that changes while it is read",
    """
    class Changes(list):
        lengths = 0

        def __len__(self):
            Changes.lengths += 1
            return Changes.lengths

        def __iter__(self):
            self.append([1.0] * len(self))
            return super().__iter__()

    def pool(x, size=2):
        return Changes([[0.0] * (x.shape[1] // size)] * (x.shape[0] // size))
    """,
    PRETENDS,
)
answer(
    "numbers that are not",
    """
    class Number(float):
        def __sub__(self, other):
            return 0.0

        __rsub__ = __abs__ = __sub__
        __eq__ = lambda self, other: True
        __hash__ = float.__hash__

    def pool(x, size=2):
        rows, columns = x.shape[0] // size, x.shape[1] // size
        return np.array([[Number() for _ in range(columns)] for _ in range(rows)], dtype=object)
    """,
    PRETENDS,
)
for kind, value in {
    "only NaN": "np.full((x.shape[0] // size, x.shape[1] // size), np.nan)",
    "only infinity": "np.full((x.shape[0] // size, x.shape[1] // size), np.inf)",
    "complex numbers": "np.full((x.shape[0] // size, x.shape[1] // size), 1j)",
    "records": "np.zeros((x.shape[0] // size, x.shape[1] // size), dtype='f8,i4')",
    "times": "np.zeros((x.shape[0] // size, x.shape[1] // size), dtype='M8[s]')",
    "a flipped view": "x[::-1, ::-1][::size, ::size] * -1",
    "nothing at all": "np.zeros((0, 10**9))",
    "64 dimensions": "np.zeros((1,) * 40)",
    "a generator": "(row for row in x)",
    "a frame": "__import__('sys')._getframe()",
    "a module": "np",
    "a function": "pool",
    "a class": "np.ndarray",
    "a pickle": "__import__('pickle').dumps(x)",
    "code": "compile('1', '', 'eval')",
    "a dictionary": "{'passed': True, 'score': 10, 1: x}",
    "a set": "{1, 2, 3}",
    "a hundred thousand texts": "['\\ud800'] * 10**5",
    "a long double": "np.zeros((1, 1), np.longdouble) * np.longdouble('1e4000')",
    "an ellipsis": "...",
}.items():
    answer(f"returns {kind}", f"def pool(x, size=2):\n    return {value}", PRETENDS)
answer(
    "an array on disk",
    """
    def pool(x, size=2):
        return np.memmap("coursekit-hostile", np.float64, "w+", shape=(1, 1))
    """,
    PRETENDS,
)
answer(
    "values of the judge's own kinds",
    """
    from coursekit.exercises.given import Given
    from coursekit.exercises.values import Named

    def pool(x, size=2):
        values = Named(["blocks", "left over"], [Given("quadratic", (x,)), x])
        values.names = ("score",) * 3
        return values
    """,
    PRETENDS,
)
