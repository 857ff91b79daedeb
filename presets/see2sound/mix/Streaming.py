import bpy

settings = bpy.context.scene.see2sound

settings.layout = "stereo"
settings.bits = "24"
settings.use_loudness = True
settings.loudness = -14.0
settings.ceiling = -1.0
