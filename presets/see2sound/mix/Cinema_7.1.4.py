import bpy

settings = bpy.context.scene.see2sound

settings.layout = "7.1.4"
settings.bits = "24"
settings.use_loudness = False
settings.loudness = -23.0
settings.ceiling = -1.0
