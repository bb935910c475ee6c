"""Unit 01, images and classifiers."""

ORDER = (
    "to_grayscale",
    "pairwise_squared_distances",
    "knn_predict",
    "perceptron_update",
    "top_k_error",
    "confusion_matrix",
)
