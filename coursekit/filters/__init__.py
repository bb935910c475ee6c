"""Filters: kernels, two-dimensional correlation and convolution (unit 02), NumPy only.

Images are arrays whose last two axes are rows and columns. Kernels are for cross-correlation,
what deep learning calls convolution, and come as float64. Results are float32 for float32
images, float64 for any other. Inputs are never modified.
"""

from coursekit.filters.blobs import (
    difference_of_gaussians,
    laplacian_of_gaussian,
    zero_crossings,
)
from coursekit.filters.borders import pad2d
from coursekit.filters.correlation import (
    convolve2d,
    cross_correlate2d,
    cross_correlate2d_loops,
)
from coursekit.filters.edges import gaussian_derivative_kernel, sobel_gradient, sobel_kernels
from coursekit.filters.gabor import gabor_bank, gabor_kernel, oriented_energy
from coursekit.filters.separable import separable_filter, separate
from coursekit.filters.sizes import conv_output_size
from coursekit.filters.smoothing import (
    gaussian_blur,
    gaussian_kernel,
    gaussian_kernel1d,
    gaussian_size,
    mean_kernel,
)

__all__ = [
    "conv_output_size",
    "convolve2d",
    "cross_correlate2d",
    "cross_correlate2d_loops",
    "difference_of_gaussians",
    "gabor_bank",
    "gabor_kernel",
    "gaussian_blur",
    "gaussian_derivative_kernel",
    "gaussian_kernel",
    "gaussian_kernel1d",
    "gaussian_size",
    "laplacian_of_gaussian",
    "mean_kernel",
    "oriented_energy",
    "pad2d",
    "separable_filter",
    "separate",
    "sobel_gradient",
    "sobel_kernels",
    "zero_crossings",
]
