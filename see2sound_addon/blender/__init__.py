"""The bridge to Blender: the only part of the library that imports bpy."""
