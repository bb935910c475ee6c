"""Unit 02, convolution and filters."""

ORDER = (
    "conv_output_size",
    "pad2d",
    "cross_correlate2d",
    "convolve2d",
    "gaussian_kernel",
    "separable_filter",
    "sobel_gradient",
    "laplacian_of_gaussian",
    "gabor_kernel",
)
