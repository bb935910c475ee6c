"""Data sets and pictures for the course; all of them work offline."""

from coursekit.data.digits import enlarge_bilinear, load_digits, load_digits32
from coursekit.data.photos import (
    Photo,
    load_photo,
    photo_alt,
    photo_credit,
    photo_info,
    photo_names,
    to_float,
)
from coursekit.data.splits import Split, stratified_split
from coursekit.data.textures import Textures, load_textures, texture_names

__all__ = [
    "Photo",
    "Split",
    "Textures",
    "enlarge_bilinear",
    "load_digits",
    "load_digits32",
    "load_photo",
    "load_textures",
    "photo_alt",
    "photo_credit",
    "photo_info",
    "photo_names",
    "stratified_split",
    "texture_names",
    "to_float",
]
