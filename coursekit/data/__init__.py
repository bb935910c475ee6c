"""Data sets and pictures for the course; MNIST and CIFAR-10 are downloaded once, the rest
works offline.
"""

from coursekit.data.cache import MissingDataError
from coursekit.data.cifar10 import CIFAR10_CLASSES, load_cifar10
from coursekit.data.cifar10_batch import Cifar10Error
from coursekit.data.digits import enlarge_bilinear, load_digits, load_digits32
from coursekit.data.idx import IdxError, read_idx, write_idx
from coursekit.data.idx_folder import load_idx_folder
from coursekit.data.mnist import load_mnist
from coursekit.data.photos import (
    Photo,
    load_photo,
    photo_alt,
    photo_credit,
    photo_info,
    photo_names,
    to_float,
)
from coursekit.data.picture_folder import PictureFolder
from coursekit.data.shapes import SHAPES, Scene, draw_scene, draw_scenes, load_shapes
from coursekit.data.splits import Split, stratified_split
from coursekit.data.textures import Textures, load_textures, texture_names

__all__ = [
    "CIFAR10_CLASSES",
    "SHAPES",
    "Cifar10Error",
    "IdxError",
    "MissingDataError",
    "Photo",
    "PictureFolder",
    "Scene",
    "Split",
    "Textures",
    "draw_scene",
    "draw_scenes",
    "enlarge_bilinear",
    "load_cifar10",
    "load_digits",
    "load_digits32",
    "load_idx_folder",
    "load_mnist",
    "load_photo",
    "load_shapes",
    "load_textures",
    "photo_alt",
    "photo_credit",
    "photo_info",
    "photo_names",
    "read_idx",
    "stratified_split",
    "texture_names",
    "to_float",
    "write_idx",
]
