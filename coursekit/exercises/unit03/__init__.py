"""Unit 03, learning by gradient."""

ORDER = (
    "sigmoid_backward",
    "relu_backward",
    "linear_forward",
    "linear_backward",
    "softmax",
    "cross_entropy",
    "sgd_momentum_step",
    "numerical_gradient",
    "hill_climb",
)
