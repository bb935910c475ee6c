"""The size of a convolution's output."""

from coursekit.arguments import integer


def conv_output_size(n: int, f: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return how many positions a kernel takes along one axis.

    With input size ``n``, kernel size ``f``, ``padding`` pixels on *each* side, and taps that
    stand ``dilation`` pixels apart, the kernel spans d·(f − 1) + 1 pixels, and the answer is
    floor((n + 2p − span) / s) + 1 (deck 5, "strided convolution"; dilation added).

    Raises TypeError for anything that is not an integer, and ValueError when ``n``, ``f``,
    ``stride`` or ``dilation`` is below 1, when ``padding`` is below 0, or when the kernel does
    not fit into the padded input.

    >>> conv_output_size(32, 5)
    28
    >>> conv_output_size(224, 7, stride=2, padding=3)
    112
    """
    n, f = integer(n, "n", 1), integer(f, "f", 1)
    stride, padding = integer(stride, "stride", 1), integer(padding, "padding", 0)
    span = kernel_span(f, integer(dilation, "dilation", 1))
    room = n + 2 * padding - span
    if room < 0:
        raise ValueError(
            f"a kernel that spans {span} pixels (f={f}, dilation={dilation}) does not fit into "
            f"{n + 2 * padding} (n={n}, padding={padding}); "
            f"pad by at least {-(-(span - n) // 2)} or use a smaller kernel"
        )
    return room // stride + 1


def kernel_span(f: int, dilation: int) -> int:
    """Return how many pixels ``f`` taps cover that stand ``dilation`` pixels apart."""
    return dilation * (f - 1) + 1


def same_margin(span: int, flipped: bool = False) -> tuple[int, int]:
    """Return the padding (before, after) that keeps the size of an axis.

    When the span is even, the pixel over goes after; before, for a flipped kernel.
    """
    less, more = (span - 1) // 2, span // 2
    return (more, less) if flipped else (less, more)
