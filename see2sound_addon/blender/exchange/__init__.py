"""Sounds in what Blender's own exporters write: glTF and USD."""
