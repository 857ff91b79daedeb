"""File handlers: what happens to files that are dropped onto the 3D viewport."""

import bpy


class _OntoViewport:
    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


class SEE2SOUND_FH_picture(_OntoViewport, bpy.types.FileHandler):
    """A picture or a video becomes sources."""

    bl_idname = "SEE2SOUND_FH_picture"
    bl_label = "Reconstruct Sources"
    bl_import_operator = "see2sound.reconstruct"
    bl_file_extensions = ".png;.jpg;.jpeg;.tif;.tiff;.bmp;.webp;.exr;.hdr;.gif;.apng;.mp4;.mov;.mkv;.avi;.webm;.m4v"


class SEE2SOUND_FH_sound(_OntoViewport, bpy.types.FileHandler):
    """A sound becomes a Speaker where it was dropped."""

    bl_idname = "SEE2SOUND_FH_sound"
    bl_label = "Add as Speaker"
    bl_import_operator = "see2sound.add_sound"
    bl_file_extensions = ".wav;.flac;.ogg;.mp3;.aif;.aiff"
