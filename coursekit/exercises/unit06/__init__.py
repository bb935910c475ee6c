"""Unit 06, receptive fields."""

ORDER = (
    "effective_stride",
    "receptive_field",
    "receptive_field_region",
    "empirical_receptive_field",
)
