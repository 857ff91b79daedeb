import bpy

settings = bpy.context.scene.see2sound

settings.layout = "binaural"
settings.bits = "32"
settings.use_loudness = False
settings.loudness = -16.0
settings.ceiling = -1.0
