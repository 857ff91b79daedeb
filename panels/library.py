"""Panels: what makes the sound of a source, its parameters, and the artist's recordings."""

import bpy

from ..see2sound_addon.blender import sources, waves
from .base import Sidebar
from .listening import draw_events

FAMILIES = (
    ("Weather", ("rain", "rain on leaves", "rain on a roof", "wind", "wind in trees", "howling wind", "thunder", "storm")),
    ("Water", ("stream", "river", "waterfall", "fountain", "calm water", "waves on sand", "waves on rocks", "dripping")),
    ("Fire", ("small fire", "large fire", "lava", "steam", "explosion", "fireworks")),
    (
        "Animals",
        ("songbird", "sparrow", "crow", "gull", "owl", "cricket", "frog", "bee", "dog", "cat", "horse hooves", "cow", "sheep"),
    ),
    (
        "Vehicles",
        (
            "car",
            "truck",
            "bus",
            "motorcycle",
            "train",
            "tram",
            "steam locomotive",
            "bicycle",
            "boat engine",
            "helicopter",
            "jet",
        ),
    ),
    ("Machines", ("fan", "air conditioner", "pump", "clock", "electric hum", "factory", "circular saw", "drill", "jackhammer")),
    (
        "People",
        ("footsteps on wood", "footsteps on stone", "footsteps on gravel", "speech", "crowd", "applause", "children playing"),
    ),
    (
        "Objects",
        ("door", "church bell", "small bell", "wind chime", "flag", "glass breaking", "wood impact", "metal impact", "rolling"),
    ),
    (
        "Places",
        (
            "city",
            "road traffic",
            "suburb",
            "forest by day",
            "forest by night",
            "harbour",
            "station hall",
            "café",
            "office",
            "cave",
        ),
    ),
)
"""The classes that Add > Sound offers; prompts reach all of them."""


class SEE2SOUND_UL_recordings(bpy.types.UIList):
    """Recordings that Replace Sound has found."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        row.operator("see2sound.play_recording", text="", icon="PLAY", emboss=False).filepath = item.path
        row.label(text=item.name, icon_value=waves.icon_of(item.path), translate=False)
        facts = row.row()
        facts.ui_units_x = 6.0
        facts.alignment = "RIGHT"
        facts.label(text=f"{item.seconds:.1f} s   {item.score:.2f}", translate=False)


class SEE2SOUND_UL_takes(bpy.types.UIList):
    """Sounds that were made for a source: use one, play one; what made it, and the prompt that was used."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        if item.sound is None:
            return
        path = bpy.path.abspath(item.sound.filepath, library=item.sound.library)
        symbol = "RADIOBUT_ON" if item.sound == data.id_data.data.sound else "RADIOBUT_OFF"
        row.operator("see2sound.use_take", text="", icon=symbol, emboss=False).row = index
        row.operator("see2sound.play_recording", text="", icon="PLAY", emboss=False).filepath = path
        facts = row.split(factor=0.4)
        facts.label(text=item.made_by, icon_value=layout.enum_item_icon(item, "maker", item.maker), translate=False)
        facts.label(text=item.prompt, translate=False)
        number = row.row()
        number.ui_units_x = 0.8
        number.label(text=str(item.number), translate=False)


class SEE2SOUND_MT_add_sound(bpy.types.Menu):
    """Sounds to add, by family."""

    bl_label = "Sound"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("see2sound.add_source", text="Sound Source", icon="SPEAKER")
        layout.operator("see2sound.add_sound", text="From a File", icon="FILE_SOUND")
        layout.separator()
        for family, _ in FAMILIES:
            layout.menu(f"SEE2SOUND_MT_add_{family.lower()}")


def _family(family: str, names: tuple[str, ...]) -> type[bpy.types.Menu]:
    def draw(self: bpy.types.Menu, context: bpy.types.Context) -> None:
        for name in names:
            self.layout.operator("see2sound.add_class", text=name.capitalize(), translate=False).name = name

    facts = {"bl_label": family, "draw": draw, "__doc__": f"Sounds of the family {family}.", "__module__": __name__}
    return type(f"SEE2SOUND_MT_add_{family.lower()}", (bpy.types.Menu,), facts)


FAMILY_MENUS = tuple(_family(family, names) for family, names in FAMILIES)


class SEE2SOUND_PT_sources_sound(Sidebar, bpy.types.Panel):
    """What makes the sound of the active source, and its parameters."""

    bl_label = "Sound"
    bl_parent_id = "SEE2SOUND_PT_sources"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return sources.active_source(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        draw_sound(self.layout, sources.active_source(context.scene))


def draw_sound(layout: bpy.types.UILayout, obj: bpy.types.Object) -> None:
    """What makes the sound of a source: here and in the Speaker's own properties."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    facts = obj.see2sound
    layout.prop(facts, "maker")
    layout.prop(facts, "seconds")
    row = layout.row(align=True)
    row.prop(facts, "take")
    row.operator("see2sound.another_take", text="", icon="FILE_REFRESH")
    layout.operator("see2sound.replace_sound", icon="FILE_SOUND")
    if facts.takes:
        layout.template_list("SEE2SOUND_UL_takes", "", facts, "takes", facts, "take_index", rows=min(len(facts.takes), 4))
    if facts.recording:
        layout.label(text=bpy.path.basename(facts.recording), icon="SOUND", translate=False)
        if facts.licence:
            layout.label(text=facts.licence, icon="BLANK1", translate=False)
    if not facts.parameters:
        return
    layout.label(text=facts.sound_class.capitalize(), icon="MOD_NOISE", translate=False)
    column = layout.column(align=True)
    column.use_property_split = False  # the names are long; they stand inside the fields
    for item in facts.parameters:
        row = column.row(align=True)
        field = row.row(align=True)
        field.active = item.follow == "VALUE"
        unit = f" ({item.unit})" if item.unit else ""
        field.prop(item, "value", text=f"{item.name.replace('_', ' ').capitalize()}{unit}", translate=False)
        row.prop(item, "follow", text="", icon_only=True)
        row.prop_decorator(item, "value")
    if facts.events:
        draw_events(layout, obj)


class SEE2SOUND_PT_library(Sidebar, bpy.types.Panel):
    """The artist's own recordings."""

    bl_label = "Recordings"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, window = self.layout, context.window_manager.see2sound
        if window.library:
            layout.label(text=window.library, icon="FILE_SOUND", translate=False)
        layout.operator("see2sound.add_recordings", icon="FILE_FOLDER")
        row = layout.row(align=True)
        row.operator("see2sound.update_recordings", text="Update", icon="FILE_REFRESH")
        row.operator("see2sound.remove_recordings", text="Remove", icon="REMOVE")
