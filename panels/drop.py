import bpy


class SEE2SOUND_FH_picture(bpy.types.FileHandler):
    """A picture that is dropped onto the 3D viewport becomes sources."""

    bl_idname = "SEE2SOUND_FH_picture"
    bl_label = "Reconstruct Sources"
    bl_import_operator = "see2sound.reconstruct"
    bl_file_extensions = ".png;.jpg;.jpeg;.tif;.tiff;.bmp;.webp;.exr;.hdr"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"
