"""The fast way for large kernels: a product of spectra (the convolution theorem)."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coursekit.arguments import FloatArray

# numpy.fft computes float32 input in single precision only when it is asked to scale the result,
# hence "ortho": the scales there and back cancel, and it takes half the time.
SCALE: Final = "ortho"


def correlate_fourier(x: FloatArray, k: FloatArray, out: FloatArray) -> None:
    """Correlate x (N, H, W), finite, with k (f_h, f_w) into out (N, H − f_h + 1, W − f_w + 1).

    The transform treats the image as periodic; what wraps around lands beyond ``out``. Rounding
    is relative to the largest output, not to each one.
    """
    rows, columns = fast_size(x.shape[1]), fast_size(x.shape[2])
    spectrum = _spectrum(x, rows, columns)
    turned = _spectrum(k[np.newaxis], rows, columns)
    turned *= (rows * columns) ** 0.5  # of the three transforms, one has no counterpart
    spectrum *= np.conj(turned, out=turned)
    np.fft.ifft(spectrum, axis=1, norm=SCALE, out=spectrum)
    y = np.fft.irfft(spectrum[:, : out.shape[1]], columns, norm=SCALE)
    out[...] = y[..., : out.shape[2]]


def _spectrum(x: FloatArray, rows: int, columns: int) -> npt.NDArray[Any]:
    """Return the transform of x (N, H, W) among zeros: (N, rows, columns // 2 + 1)."""
    n, height, width = x.shape
    wide = np.zeros((n, height, columns), x.dtype)  # rfft would pad too, at half the speed
    wide[..., :width] = x
    out = np.zeros((n, rows, columns // 2 + 1), np.result_type(x, 1j))
    np.fft.rfft(wide, norm=SCALE, out=out[:, :height])
    return np.fft.fft(out, axis=1, norm=SCALE, out=out)


def fast_size(n: int) -> int:
    """Return the smallest length from ``n`` up that has no prime factor above 5."""
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 1
