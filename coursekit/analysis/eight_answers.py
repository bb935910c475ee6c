"""What the papers answer to the eight questions of deck 4, slide 5, in our own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answers:
    """One architecture: which paper it is from, and what this paper does about each question.

    Attributes:
        name: as the course calls it.
        network: its name in `coursekit.analysis.NETWORKS`.
        paper: authors and year.
        doi: where the paper is.
        special_layers, non_linearity, loss, update_rule, trains_faster, fewer_parameters,
        over_fitting, seeing_inside: the eight answers, in the order of the slide.
    """

    name: str
    network: str
    paper: str
    doi: str
    special_layers: str
    non_linearity: str
    loss: str
    update_rule: str
    trains_faster: str
    fewer_parameters: str
    over_fitting: str
    seeing_inside: str


QUESTIONS = {
    "special_layers": "Special layers?",
    "non_linearity": "Non-linearity?",
    "loss": "Loss?",
    "update_rule": "Update rule?",
    "trains_faster": "What trains faster?",
    "fewer_parameters": "What reduces parameters?",
    "over_fitting": "What reduces over-fitting?",
    "seeing_inside": "What helps to see inside?",
}
"""The questions as rows of a table, by the attribute of `Answers` that answers them."""

ARCHITECTURES = (
    Answers(
        name="LeNet-5",
        network="lenet5",
        paper="LeCun, Bottou, Bengio, Haffner 1998",
        doi="10.1109/5.726791",
        special_layers="averaging layers with a learned factor and bias per map; a table that says "
        "which maps are joined; radial basis units at the end",
        non_linearity="scaled tanh",
        loss="squared distance to a fixed code for each class, and a term that pushes the other "
        "classes away",
        update_rule="one picture at a time, each weight with a step of its own, from estimated "
        "second derivatives",
        trains_faster="those steps of their own; pixels scaled to mean 0 and variance 1",
        fewer_parameters="shared kernels; smaller maps; a table of partial connections",
        over_fitting="few parameters; distorted copies of the training pictures",
        seeing_inside="maps of all layers, drawn for single pictures",
    ),
    Answers(
        name="AlexNet",
        network="alexnet",
        paper="Krizhevsky, Sutskever, Hinton 2012",
        doi="10.1145/3065386",
        special_layers="local response normalisation; overlapping max pooling; two groups, one for "
        "each GPU; dropout",
        non_linearity="ReLU",
        loss="cross-entropy after a softmax over 1000 classes",
        update_rule="batches of 128, momentum 0.9, weight decay 0.0005; the learning rate is "
        "divided by 10 whenever the validation error stops falling",
        trains_faster="ReLU in place of tanh; two GPUs",
        fewer_parameters="the groups, a little; most sit in its dense layers",
        over_fitting="crops, mirror images and colours changed along principal components; "
        "dropout; weight decay",
        seeing_inside="kernels of the first layer as pictures; nearest pictures by the last "
        "hidden layer",
    ),
    Answers(
        name="ZFNet",
        network="zfnet",
        paper="Zeiler, Fergus 2014",
        doi="10.1007/978-3-319-10590-1_53",
        special_layers="AlexNet's without the groups; a finer first layer (7×7, stride 2)",
        non_linearity="ReLU",
        loss="cross-entropy",
        update_rule="batches of 128, momentum 0.9; the learning rate lowered by hand",
        trains_faster="kernels that grow too large are scaled back",
        fewer_parameters="nothing; it has more than AlexNet",
        over_fitting="crops and mirror images; dropout",
        seeing_inside="the paper's subject: features projected back to pixels (deconvnet), and "
        "what covering a part of the picture changes",
    ),
    Answers(
        name="VGG-16",
        network="vgg16",
        paper="Simonyan, Zisserman 2015",
        doi="10.48550/arXiv.1409.1556",
        special_layers="none: 3×3 convolutions and 2×2 max pooling only; dropout",
        non_linearity="ReLU",
        loss="cross-entropy",
        update_rule="batches of 256, momentum 0.9, weight decay 0.0005; the learning rate divided "
        "by 10 three times",
        trains_faster="deep configurations start from the weights of the shallowest one",
        fewer_parameters="three 3×3 layers in place of one of 7×7; lost again in the first dense "
        "layer",
        over_fitting="crops from pictures of random size (scale jitter), mirror images, colours; "
        "dropout; weight decay",
        seeing_inside="nothing in this paper",
    ),
    Answers(
        name="GoogLeNet",
        network="googlenet",
        paper="Szegedy et al. 2015",
        doi="10.1109/CVPR.2015.7298594",
        special_layers="nine inception modules, which concatenate four paths; global average "
        "pooling; local response normalisation; two more classifiers while training; dropout",
        non_linearity="ReLU",
        loss="cross-entropy, and 0.3 times that of each auxiliary classifier",
        update_rule="asynchronous, on many machines, momentum 0.9; the learning rate falls by 4 % "
        "every 8 epochs; weights averaged at the end",
        trains_faster="auxiliary classifiers bring gradients to the middle of the network",
        fewer_parameters="1×1 convolutions before the wide ones; average pooling in place of dense "
        "layers",
        over_fitting="crops of very different size and shape, changed colours; dropout; few "
        "parameters; seven networks averaged",
        seeing_inside="nothing in this paper",
    ),
    Answers(
        name="ResNet-50",
        network="resnet50",
        paper="He, Zhang, Ren, Sun 2016",
        doi="10.1109/CVPR.2016.90",
        special_layers="shortcuts around every two or three layers; batch normalisation after "
        "every convolution; global average pooling",
        non_linearity="ReLU",
        loss="cross-entropy",
        update_rule="batches of 256, momentum 0.9, weight decay 0.0001; the learning rate, 0.1 at "
        "first, divided by 10 whenever the error stops falling",
        trains_faster="shortcuts; batch normalisation; first values that suit ReLU",
        fewer_parameters="bottlenecks: 1×1 convolutions around each 3×3; shortcuts that cost "
        "nothing; no large dense layer",
        over_fitting="crops from pictures of random size, mirror images, colours; weight decay; "
        "no dropout",
        seeing_inside="how large the responses of each layer are",
    ),
)
"""The architectures of the course, oldest first."""
