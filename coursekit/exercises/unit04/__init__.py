"""Unit 04, LeNet in NumPy."""

ORDER = (
    "im2col",
    "conv2d_forward",
    "conv2d_backward",
    "max_pool2d_forward",
    "max_pool2d_backward",
    "average_pool2d",
    "LeNet",
    "train_epoch",
)
