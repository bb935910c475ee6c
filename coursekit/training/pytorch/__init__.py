"""Training with PyTorch: a learner, its images, several processes. Imports torch."""
