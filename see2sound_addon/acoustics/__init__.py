"""The acoustics of a scene's meshes: triangles and materials become occlusion, reflections and decay. Knows no Blender."""
