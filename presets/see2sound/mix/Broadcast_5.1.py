import bpy

settings = bpy.context.scene.see2sound

settings.layout = "5.1"
settings.bits = "24"
settings.use_loudness = True
settings.loudness = -23.0
settings.ceiling = -1.0
