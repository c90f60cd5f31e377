"""Pictures for the demo, drawn when they are asked for: SVG by path, always the same for the same path."""

from demo.pictures.gallery import NOTE_SIZE, address, render, spot

__all__ = ["NOTE_SIZE", "address", "render", "spot"]
