"""Unit 05, counting parameters."""

ORDER = (
    "linear_parameters",
    "conv2d_parameters",
    "locally_connected_parameters",
    "conv2d_macs",
    "activation_memory",
    "network_summary",
)
