"""Pictures for the demo, drawn when they are asked for: SVG by path, always the same for the same path."""

from demo.pictures.gallery import FILM_SIZE, NOTE_SIZE, address, film, render, spot

__all__ = ["FILM_SIZE", "NOTE_SIZE", "address", "film", "render", "spot"]
