"""The bridge: the only part of the library that knows Blender."""
