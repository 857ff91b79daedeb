import bpy

settings = bpy.context.scene.see2sound

settings.layout = "ambix3"
settings.bits = "32"
settings.use_loudness = False
settings.loudness = -23.0
settings.ceiling = -1.0
