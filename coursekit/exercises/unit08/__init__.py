"""Unit 08, VGG and GoogLeNet."""

ORDER = (
    "vgg_features",
    "global_average_pool",
    "inception_module",
    "scale_jitter",
    "multi_crop_predict",
)
