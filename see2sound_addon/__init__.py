"""See2Sound: a picture, a video or a 3D scene gets its sound in space."""

__version__ = "0.1.0"
