"""Slips that both residual blocks invite: the shortcut, the order of layers, batch norm."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Exercise
from coursekit.exercises.unit09._residual import Block

_SLIPS: list[tuple[str, type]] = []


def know_residual_slips(exercise: Exercise, right: type[Block]) -> None:
    """Add the slips below, each in place of a part of `right`, to an exercise's known mistakes."""
    for says, slip in _SLIPS:
        exercise.mistake(says)(type(slip.__name__, (slip, right), {}))


def _slip(says: str) -> Callable[[type], type]:
    def add(slip: type) -> type:
        _SLIPS.append((says, slip))
        return slip

    return add


# Where branch and shortcut meet


@_slip("There is no ReLU after the addition: it comes last, `F.relu(out + shortcut)`.")
class no_last_relu:
    def join(self, branch, shortcut):
        return branch + shortcut


@_slip(
    "The last ReLU comes before the addition: it belongs after it, so that the branch can also "
    "take something away."
)
class relu_before_the_addition:
    def join(self, branch, shortcut):
        return F.relu(branch) + shortcut


@_slip(
    "There is a ReLU both before and after the addition: the last batch norm is followed by the "
    "addition at once."
)
class relu_before_and_after:
    def join(self, branch, shortcut):
        return F.relu(F.relu(branch) + shortcut)


@_slip(
    "Branch and shortcut get a ReLU of their own, and are added then: add first, then one ReLU of "
    "the sum."
)
class relu_on_both:
    def join(self, branch, shortcut):
        return F.relu(branch) + F.relu(shortcut)


@_slip(
    "The shortcut goes through a ReLU before the addition: it is added as it is, and the ReLU "
    "comes after the sum."
)
class relu_on_the_shortcut:
    def join(self, branch, shortcut):
        return F.relu(branch + F.relu(shortcut))


@_slip(
    "The block takes the ReLU of x first and goes on with that, on the shortcut, too: x goes in "
    "as it is. (Is a ReLU with `inplace=True` applied to x?)"
)
class relu_first:
    def forward(self, x):
        return super().forward(F.relu(x))


@_slip("Nothing is added: this is a plain network. Add x, or what the downsample makes of it.")
class plain:
    def join(self, branch, shortcut):
        return F.relu(branch)


@_slip("The shortcut is subtracted: add it.")
class subtracts:
    def join(self, branch, shortcut):
        return F.relu(branch - shortcut)


@_slip("Branch and shortcut are multiplied: add them.")
class multiplies:
    def join(self, branch, shortcut):
        return F.relu(branch * shortcut)


@_slip("Branch and shortcut are averaged: add them.")
class averages:
    def join(self, branch, shortcut):
        return F.relu((branch + shortcut) / 2)


@_slip("The shortcut is added twice: once is enough.")
class adds_twice:
    def join(self, branch, shortcut):
        return F.relu(branch + 2 * shortcut)


@_slip(
    "Branch and shortcut are put one behind the other (`torch.cat`), which doubles the channels: "
    "add them."
)
class concatenates:
    def join(self, branch, shortcut):
        return F.relu(torch.cat([branch, shortcut], dim=1))


@_slip(
    "The branch's own result is added in place of the shortcut: is `x` overwritten on the way? "
    "Keep what came in under a name of its own."
)
class overwrites_x:
    def forward(self, x):
        x = self.branch(x)
        return self.join(x, self.shortcut(x))


@_slip(
    "What is added is the output of the first layer, not what came into the block: is `x` "
    "overwritten after the first convolution?"
)
class overwrites_x_early:
    def forward(self, x):
        branch = self.branch(x)
        return self.join(branch, self.shortcut(self.between(0, self.step(0, x))))


@_slip(
    "The sum is written into x (`x += …`), which belongs to the caller, and whose old numbers "
    "back-propagation needs: `x = x + …` makes a new tensor."
)
class adds_in_place:
    def forward(self, x):
        branch = self.branch(x)
        if self.downsample is not None:
            return self.join(branch, self.shortcut(x))
        x += branch
        return F.relu(x)


@_slip("`forward` returns nothing: is its last line, `return …`, missing, or under an `if`?")
class no_return:
    def forward(self, x):
        super().forward(x)


# The shortcut


@_slip(
    "Where the shape changes, the shortcut needs a layer of its own: `self.downsample = "
    "nn.Sequential(a 1×1 convolution with the stride and no bias, its batch norm)`."
)
class no_downsample:
    def changes_shape(self, in_channels, channels, stride):
        return False


@_slip(
    "A block that keeps the shape needs no downsample: there `self.downsample = None`, and x "
    "itself is added."
)
class downsample_always:
    def changes_shape(self, in_channels, channels, stride):
        return True


@_slip(
    "The downsample is made only where the stride is not 1: it is needed as well where the number "
    "of channels changes."
)
class downsample_for_strides:
    def changes_shape(self, in_channels, channels, stride):
        return stride != 1


@_slip(
    "The downsample is made only where the number of channels changes: it is needed as well where "
    "the stride is not 1."
)
class downsample_for_channels:
    def changes_shape(self, in_channels, channels, stride):
        return in_channels != channels * self.expansion


@_slip(
    "The downsample is made only where both stride and channels change: one of the two is enough, "
    "`or`."
)
class downsample_for_both:
    def changes_shape(self, in_channels, channels, stride):
        return stride != 1 and in_channels != channels * self.expansion


@_slip("The downsample is made, but x itself is added: where it is not None, add downsample(x).")
class downsample_unused:
    def shortcut(self, x):
        return x


@_slip("The downsample has no batch norm: its 1×1 convolution is followed by one.")
class downsample_without_norm:
    def make_downsample(self, *sizes):
        return super().make_downsample(*sizes)[:1]


@_slip("The downsample ends in a ReLU: the only ReLU on that path comes after the addition.")
class downsample_with_relu:
    def make_downsample(self, *sizes):
        return nn.Sequential(*super().make_downsample(*sizes), nn.ReLU())


@_slip("The downsample's convolution is 3×3: it is 1×1, without padding.")
class downsample_of_3x3:
    def make_downsample(self, in_channels, channels, stride):
        wide = channels * self.expansion
        return nn.Sequential(self.convolution(in_channels, wide, 3, stride), self.norm(wide))


@_slip("The downsample has no stride: it needs the block's, so that both paths end in one size.")
class downsample_without_stride:
    def make_downsample(self, in_channels, channels, stride):
        return super().make_downsample(in_channels, channels, 1)


@_slip("The downsample's stride is always 2: it is the block's.")
class downsample_with_stride_2:
    def make_downsample(self, in_channels, channels, stride):
        return super().make_downsample(in_channels, channels, 2)


@_slip(
    "The downsample averages windows of pixels first (a later variant): here its 1×1 convolution "
    "takes every so many pixels, by its stride."
)
class downsample_averages:
    def make_downsample(self, in_channels, channels, stride):
        made = super().make_downsample(in_channels, channels, 1)
        made.pool = nn.AvgPool2d(stride, ceil_mode=True)
        made.forward = lambda x: made[1](made[0](made.pool(x)))
        return made


# The order of layers


@_slip(
    "The ReLU between the convolutions is missing: every batch norm but the last is followed by "
    "one."
)
class no_relu_between:
    def between(self, i, x):
        return x


@_slip("Each ReLU comes before its batch norm: the order is convolution, batch norm, ReLU.")
class relu_before_norm:
    def step(self, i, x):
        x = getattr(self, f"conv{i + 1}")(x)
        last = i == len(self.kernels) - 1
        return getattr(self, f"bn{i + 1}")(x if last else F.relu(x))

    def between(self, i, x):
        return x


@_slip(
    "Batch norm comes before its convolution (a later variant of the block): here it is "
    "convolution, batch norm, ReLU."
)
class norm_before_convolution:
    def step(self, i, x):
        return getattr(self, f"conv{i + 1}")(getattr(self, f"bn{i + 1}")(x))


@_slip("The batch norms are made, but not used: each convolution is followed by its own.")
class norms_unused:
    def step(self, i, x):
        return getattr(self, f"conv{i + 1}")(x)


@_slip("The first batch norm is not used: it comes right after the first convolution.")
class first_norm_unused:
    def step(self, i, x):
        return super().step(i, x) if i else self.conv1(x)


@_slip("The last batch norm is not used: it comes between the last convolution and the addition.")
class last_norm_unused:
    def step(self, i, x):
        if i < len(self.kernels) - 1:
            return super().step(i, x)
        return getattr(self, f"conv{i + 1}")(x)


@_slip("The last batch norm comes after the addition: it comes right after the last convolution.")
class last_norm_after_the_addition(last_norm_unused):
    def join(self, branch, shortcut):
        return F.relu(getattr(self, f"bn{len(self.kernels)}")(branch + shortcut))


@_slip("This is not ReLU: negative numbers become 0, others stay as they are.")
class leaky:
    def between(self, i, x):
        return F.leaky_relu(x, 0.1)

    def join(self, branch, shortcut):
        return F.leaky_relu(branch + shortcut, 0.1)


# The convolutions


@_slip(
    "The convolutions have biases: batch norm comes right after, with a shift of its own, so "
    "`bias=False`."
)
class biases:
    def convolution(self, in_channels, channels, kernel, stride):
        return nn.Conv2d(in_channels, channels, kernel, stride, kernel // 2)


@_slip(
    "The stride is not used by the branch: one of its convolutions has it (`stride=stride`), the "
    "others have stride 1."
)
class no_stride:
    strided = -1


@_slip("Every convolution of the branch has the stride: only one has it, the others have stride 1.")
class stride_everywhere:
    def add_branch(self, in_channels, channels, stride):
        super().add_branch(in_channels, channels, stride)
        for i in range(len(self.kernels)):
            getattr(self, f"conv{i + 1}").stride = (stride, stride)


@_slip("The stride of the branch is always 1 or 2, whatever is asked for: use `stride`.")
class strides_of_at_most_2:
    def add_branch(self, in_channels, channels, stride):
        super().add_branch(in_channels, channels, min(stride, 2))

    def make_downsample(self, in_channels, channels, stride):
        return super().make_downsample(in_channels, channels, min(stride, 2))


@_slip(
    "The 3×3 convolution is not padded: with `padding=1` it keeps the size where its stride is 1."
)
class no_padding:
    def convolution(self, in_channels, channels, kernel, stride):
        return nn.Conv2d(in_channels, channels, kernel, stride, bias=False)


# Batch norm


class _Norm(nn.BatchNorm2d):
    """A batch norm that is in one mode for ever."""

    always = True

    def forward(self, x):
        running = self.running_mean, self.running_var
        return F.batch_norm(x, *running, self.weight, self.bias, self.always, 0.1, self.eps)


class _StillNorm(_Norm):
    always = False


@_slip(
    "In evaluation the batch norms still take the batch's own statistics: made by "
    "`nn.BatchNorm2d`, in `__init__`, they follow `net.eval()` by themselves."
)
class norms_always_train:
    def norm(self, channels):
        return _Norm(channels)


@_slip(
    "In training the batch norms use the running statistics: does something call `.eval()`, or "
    "`F.batch_norm` without `training=…`? `nn.BatchNorm2d` follows the network's mode by itself."
)
class norms_never_train:
    def norm(self, channels):
        return _StillNorm(channels)


@_slip("These are instance norms: `nn.BatchNorm2d` has one mean and variance for the whole batch.")
class instance_norms:
    def norm(self, channels):
        return nn.InstanceNorm2d(channels, affine=True, track_running_stats=True)


@_slip("The batch norms have another eps: leave PyTorch's, `nn.BatchNorm2d(channels)`.")
class other_eps:
    def norm(self, channels):
        return nn.BatchNorm2d(channels, eps=1e-3)


@_slip("The batch norms have another momentum: leave PyTorch's, `nn.BatchNorm2d(channels)`.")
class other_momentum:
    def norm(self, channels):
        return nn.BatchNorm2d(channels, momentum=0.01)


# Gradients


@_slip(
    "The values are right, the gradient at x is not: the shortcut is taken out of the graph "
    "(`.detach()`, `.data`). That way back is what makes deep networks learn."
)
class detaches_x:
    def shortcut(self, x):
        return x.detach() if self.downsample is None else self.downsample(x)


@_slip(
    "The values are right, the gradient at x is not: what goes into the downsample is taken out of "
    "the graph (`.detach()`, `.data`), or all of the shortcut is."
)
class detaches_every_shortcut:
    def shortcut(self, x):
        return super().shortcut(x.detach())


@_slip(
    "The values are right, but no gradient comes back through the branch: it is taken out of the "
    "graph (`.detach()`, `.data`, `torch.no_grad()`)."
)
class detaches_the_branch:
    def branch(self, x):
        return super().branch(x).detach()
