"""A place for each specialty, drawn by chance, with room for a product in the middle."""

from collections.abc import Callable
from random import Random
from typing import Final

from demo.pictures.scenes import indoors, outdoors, studios
from demo.pictures.scenes.shapes import HEIGHT, WIDTH

__all__ = ["HEIGHT", "SCENES", "WIDTH"]

# Definitions (the gradient "sky"), and the drawing.
Scene = Callable[[Random], tuple[str, str]]

SCENES: Final[dict[str, Scene]] = {
    "camping": outdoors.camping,
    "skincare": studios.skincare,
    "home": indoors.home,
    "coffee": indoors.coffee,
    "parenting": studios.parenting,
    "fashion": studios.fashion,
    "running": outdoors.running,
    "digital": indoors.digital,
    "baking": indoors.baking,
    "pets": studios.pets,
    "travel": outdoors.travel,
    "reading": indoors.reading,
}
