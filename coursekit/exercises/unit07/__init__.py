"""Unit 07, AlexNet."""

ORDER = (
    "train_step",
    "inverted_dropout",
    "local_response_norm",
    "random_crop_and_flip",
    "pca_color_augmentation",
    "AlexNet",
)
