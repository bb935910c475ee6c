"""Neural networks in NumPy, written to be read (units 03 and 04).

Every layer has its forward and backward pass side by side, as a pair of functions and as a class
that keeps its parameters. Arrays are NCHW, float32 or float64; the results take the dtype of x, in
a layer with parameters that of the parameters. Inputs are never modified. ``layout`` says how the
arrays lie in memory, which is where the speed comes from.
"""

from coursekit.numpy_nn.activations import (
    ReLU,
    ScaledTanh,
    Sigmoid,
    Tanh,
    relu_backward,
    relu_forward,
    scaled_tanh_backward,
    scaled_tanh_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from coursekit.numpy_nn.batch_gradient import BatchGradient
from coursekit.numpy_nn.convolution import Conv2d, conv2d_backward, conv2d_forward
from coursekit.numpy_nn.convolution_loops import conv2d_backward_loops, conv2d_forward_loops
from coursekit.numpy_nn.flatten import Flatten
from coursekit.numpy_nn.gradient_check import (
    check_gradients,
    numerical_gradient,
    relative_error,
)
from coursekit.numpy_nn.initialization import (
    he_normal,
    lecun_uniform,
    pytorch_uniform,
    xavier_uniform,
)
from coursekit.numpy_nn.layer import Layer
from coursekit.numpy_nn.layout import reserve_memory
from coursekit.numpy_nn.lenet1 import lenet1
from coursekit.numpy_nn.lenet5 import lenet5
from coursekit.numpy_nn.linear import Linear, linear_backward, linear_forward
from coursekit.numpy_nn.loss import softmax, softmax_cross_entropy
from coursekit.numpy_nn.modified_lenet import modified_lenet
from coursekit.numpy_nn.optimizers import SGD, Adam
from coursekit.numpy_nn.partial_connections import PartialConv2d
from coursekit.numpy_nn.pooling import (
    AveragePool2d,
    MaxPool2d,
    average_pool2d_backward,
    average_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from coursekit.numpy_nn.radial_basis import RadialBasis, digit_codes
from coursekit.numpy_nn.sequential import Sequential
from coursekit.numpy_nn.storage import load_parameters, save_parameters
from coursekit.numpy_nn.subsampling import Subsample2d

__all__ = [
    "SGD",
    "Adam",
    "AveragePool2d",
    "BatchGradient",
    "Conv2d",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool2d",
    "PartialConv2d",
    "RadialBasis",
    "ReLU",
    "ScaledTanh",
    "Sequential",
    "Sigmoid",
    "Subsample2d",
    "Tanh",
    "average_pool2d_backward",
    "average_pool2d_forward",
    "check_gradients",
    "conv2d_backward",
    "conv2d_backward_loops",
    "conv2d_forward",
    "conv2d_forward_loops",
    "digit_codes",
    "he_normal",
    "lecun_uniform",
    "lenet1",
    "lenet5",
    "linear_backward",
    "linear_forward",
    "load_parameters",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "modified_lenet",
    "numerical_gradient",
    "pytorch_uniform",
    "relative_error",
    "relu_backward",
    "relu_forward",
    "reserve_memory",
    "save_parameters",
    "scaled_tanh_backward",
    "scaled_tanh_forward",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "softmax_cross_entropy",
    "tanh_backward",
    "tanh_forward",
    "xavier_uniform",
]
