"""Cross-correlation and convolution of images, the operation of the whole course."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from coursekit.arguments import (
    Border,
    FloatArray,
    Sides,
    border_name,
    float_array,
    image_array,
    pair,
    sides,
)
from coursekit.filters._columns import correlate_columns
from coursekit.filters._planes import correlate_planes
from coursekit.filters.borders import pad2d
from coursekit.filters.sizes import conv_output_size, kernel_span, same_margin

Padding = int | tuple[int, int] | Sides | Literal["valid", "same", "full"]


def cross_correlate2d(
    x: npt.ArrayLike,
    k: npt.ArrayLike,
    stride: int | tuple[int, int] = 1,
    padding: Padding = 0,
    *,
    dilation: int | tuple[int, int] = 1,
    border: Border = "zero",
) -> FloatArray:
    """Slide the kernel over the image; each output is the dot product with what lies under it.

    y[i, j] = Σ_u Σ_v k[u, v] · x[s·i + d·u, s·j + d·v] on the padded image. This is what deep
    learning calls convolution (decks 1 and 5).

    Shapes: with k (f_h, f_w), x is (..., H, W) and every image in it is filtered on its own. With
    k (C_out, C_in, f_h, f_w), x is (C_in, H, W) or (N, C_in, H, W), and input channels are summed
    as in a convolution layer. The last two axes become ``conv_output_size`` of H and W.

    ``stride`` and ``dilation`` are an integer or (rows, columns). ``padding`` is an integer,
    (rows, columns), ((top, bottom), (left, right)), or

    - "valid": none, the kernel stays inside the image;
    - "same": H_out = ceil(H / stride). A kernel of even size needs one pixel more on one side;
      it goes below and to the right, as in scipy.signal.correlate2d and PyTorch;
    - "full": every position where kernel and image overlap.

    ``border`` says what the padding holds, see ``pad2d``.

    The result takes the dtype of x: float32 for float32, float64 for anything else; k is cast to
    it. A NaN or infinity reaches exactly the outputs whose window holds it. Integers give exact
    integers with kernels of up to 11 × 11; larger ones may go through the FFT, where rounding is
    relative to the largest output.

    Raises ValueError for shapes that do not match, a kernel that does not fit, an unknown padding
    or border; TypeError for arrays that are not real or sizes that are not integers.

    >>> x = [[1, 2, 0], [0, 1, 3], [2, 0, 1]]
    >>> cross_correlate2d(x, [[1, 0], [0, -1]])
    array([[ 0., -1.],
           [ 0.,  0.]])
    """
    return _filter(x, k, stride, padding, dilation, border, flipped=False)


def convolve2d(
    x: npt.ArrayLike,
    k: npt.ArrayLike,
    stride: int | tuple[int, int] = 1,
    padding: Padding = 0,
    *,
    dilation: int | tuple[int, int] = 1,
    border: Border = "zero",
) -> FloatArray:
    """Convolve: ``cross_correlate2d`` with the kernel turned by 180°, both axes flipped.

    y[i, j] = Σ_u Σ_v k[u, v] · x[i − u, j − v]. It commutes and associates, so that filtering
    twice is filtering once with the convolution of the two kernels (decks 1 and 5).

    Arguments, shapes, dtypes and errors are those of ``cross_correlate2d``. One thing turns with
    the kernel: with "same" and an even size, the extra pixel goes above and to the left, as in
    scipy.signal.convolve2d.

    >>> convolve2d([[0, 1, 0]], [[1, 2, 3]], padding="same")
    array([[1., 2., 3.]])
    >>> cross_correlate2d([[0, 1, 0]], [[1, 2, 3]], padding="same")
    array([[3., 2., 1.]])
    """
    return _filter(x, k, stride, padding, dilation, border, flipped=True)


def cross_correlate2d_loops(x: npt.ArrayLike, k: npt.ArrayLike) -> FloatArray:
    """Correlate one image (H, W) with one kernel (f_h, f_w) by the definition, in four loops.

    No padding, stride 1: the result is (H − f_h + 1, W − f_w + 1), dtype and errors as in
    ``cross_correlate2d``. About a thousand times slower than that; it is here to be read.

    >>> cross_correlate2d_loops([[1, 2, 3]], [[-1, 1]])
    array([[1., 1.]])
    """
    image, kernel = float_array(x, "x", ndim=2), float_array(k, "k", ndim=2)
    (height, width), (f_h, f_w) = image.shape, kernel.shape
    y = np.zeros((conv_output_size(height, f_h), conv_output_size(width, f_w)), image.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for u in range(f_h):
                for v in range(f_w):
                    y[i, j] += kernel[u, v] * image[i + u, j + v]
    return y


def _filter(
    x: npt.ArrayLike,
    k: npt.ArrayLike,
    stride: int | tuple[int, int],
    padding: Padding,
    dilation: int | tuple[int, int],
    border: Border,
    flipped: bool,
) -> FloatArray:
    image, kernel = image_array(x), float_array(k, "k")
    _check_channels(image, kernel)
    strides, steps = pair(stride, "stride", 1), pair(dilation, "dilation", 1)
    spans = kernel_span(kernel.shape[-2], steps[0]), kernel_span(kernel.shape[-1], steps[1])
    border_name(border)
    margins = _margins(padding, spans, flipped)
    padded = pad2d(image, margins, border) if np.any(margins) else image
    if padded.shape[-2] < spans[0] or padded.shape[-1] < spans[1]:
        raise ValueError(
            f"the kernel spans {spans[0]} × {spans[1]} pixels and does not fit into x of "
            f"{image.shape[-2]} × {image.shape[-1]} with padding={padding!r}; "
            "use a smaller kernel, or more padding"
        )
    if flipped:
        kernel = kernel[..., ::-1, ::-1]
    kernel = np.ascontiguousarray(kernel, image.dtype)
    if kernel.ndim == 2:
        return correlate_planes(padded, kernel, strides, steps)
    batch = padded if padded.ndim == 4 else padded[np.newaxis]
    y = correlate_columns(batch, kernel, strides, steps)
    return y if padded.ndim == 4 else y[0]


def _check_channels(image: FloatArray, k: FloatArray) -> None:
    if k.ndim not in (2, 4):
        raise ValueError(f"k must be (f_h, f_w) or (C_out, C_in, f_h, f_w), got shape {k.shape}")
    if k.ndim == 4 and (image.ndim not in (3, 4) or image.shape[-3] != k.shape[1]):
        raise ValueError(
            f"a kernel of shape {k.shape} needs x of shape ({k.shape[1]}, H, W) or "
            f"(N, {k.shape[1]}, H, W), got {image.shape}"
        )


def _margins(padding: Padding, spans: tuple[int, int], flipped: bool) -> Sides:
    """Return ((top, bottom), (left, right)) in pixels."""
    if not isinstance(padding, str):
        return sides(padding)
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "full":
        return (spans[0] - 1,) * 2, (spans[1] - 1,) * 2
    if padding == "same":
        return same_margin(spans[0], flipped), same_margin(spans[1], flipped)
    raise ValueError(f'padding must be integers, "valid", "same" or "full"; got {padding!r}')
