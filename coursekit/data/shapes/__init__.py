"""A generated world of shapes in colour, the course's offline data set beyond digits.

Every picture is computed from a seed, and known down to the pixel: what is where, how far away,
and what a second camera sees. It is the same on every machine: chance comes from
``Generator.random`` and 32-bit hashes, colours from + − × ÷ √ on float32 in a fixed order, which
IEEE 754 rounds alike everywhere, and the tests hold hashes of pictures.
"""

from coursekit.data.shapes.drawing import draw_scene, draw_scenes
from coursekit.data.shapes.loading import load_shapes
from coursekit.data.shapes.outlines import SHAPES
from coursekit.data.shapes.scene import Keypoints, Scene

__all__ = ["SHAPES", "Keypoints", "Scene", "draw_scene", "draw_scenes", "load_shapes"]
