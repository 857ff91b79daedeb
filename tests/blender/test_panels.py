"""Every panel draws in every state, and says what to do next."""

import sys

import pytest


def bpy_operators():
    import bpy

    return bpy.ops.see2sound


def icons():
    import bpy

    return bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys()


class Recorder:
    """A UILayout that remembers; every method returns another one."""

    def __init__(self, log):
        self.log = log

    def __getattr__(self, name):
        def call(*args, **options):
            self.log.append((name, args, options))
            if name == "prop":
                assert args[1] in args[0].bl_rna.properties, args
            if name == "operator":
                assert args[0].split(".")[1] in dir(bpy_operators())
            if "icon" in options:
                assert options["icon"] in icons(), options
            return Recorder(self.log)

        return call


def draw(bpy, extension, panel, context=None):
    log = []
    holder = type("Panel", (), {"layout": Recorder(log)})()
    getattr(bpy.types, panel).draw(holder, context or bpy.context)
    return log


PANELS = [
    f"SEE2SOUND_PT_{name}" for name in ("picture", "picture_camera", "sources", "room", "mix", "mix_level", "mix_air", "neural")
]


def shown(log):
    return [args[1] for name, args, _ in log if name == "prop"]


def test_panels_draw_in_an_empty_file_and_say_what_to_do(bpy, extension):
    for panel in PANELS:
        assert draw(bpy, extension, panel)
    texts = [options.get("text") for name, _, options in draw(bpy, extension, "SEE2SOUND_PT_sources") if name == "label"]
    assert texts == ["Reconstruct a picture to fill this list"]


def test_the_chosen_source_can_be_edited(bpy, extension, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    bpy.ops.see2sound.select_source(source_id="two_things_1")
    for panel in PANELS:
        assert draw(bpy, extension, panel)
    draw(bpy, extension, "SEE2SOUND_PT_sources_space")
    assert {"label", "prompt", "extent", "volume"} <= set(shown(draw(bpy, extension, "SEE2SOUND_PT_sources")))


def test_the_list_shows_sources_only_and_filters_by_label(bpy, extension, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    speaker = next(o for o in bpy.context.scene.objects if o.type == "SPEAKER")
    speaker.see2sound.label = "dog"
    listing = sys.modules[f"{extension.__name__}.panels.sources"].SEE2SOUND_UL_sources
    holder = type("List", (), {"bitflag_filter_item": 1 << 30, "filter_name": ""})()
    flags, _ = listing.filter_items(holder, bpy.context, bpy.context.scene, "objects")
    assert sum(map(bool, flags)) == 2 and len(flags) == len(bpy.context.scene.objects)
    holder.filter_name = "do"
    flags, _ = listing.filter_items(holder, bpy.context, bpy.context.scene, "objects")
    assert [o.see2sound.label for o, flag in zip(bpy.context.scene.objects, flags, strict=True) if flag] == ["dog"]


def test_everything_has_a_tooltip_and_numbers_have_units(bpy, extension):
    room = bpy.types.Scene.bl_rna.properties["see2sound"].fixed_type.properties["room"]
    models = bpy.types.Scene.bl_rna.properties["see2sound"].fixed_type.properties["neural"]
    window = bpy.types.WindowManager.bl_rna.properties["see2sound"]
    groups = [
        room,
        models,
        window,
        bpy.types.Scene.bl_rna.properties["see2sound"],
        bpy.types.Object.bl_rna.properties["see2sound"],
    ]
    for group in groups:
        for item in group.fixed_type.properties:
            if item.identifier not in ("rna_type", "name"):
                assert item.description, item.identifier
    for name in (
        "reconstruct",
        "generate",
        "add_room",
        "render_mix",
        "select_source",
        "remove_source",
        "cancel_job",
        "set_up_neural",
        "check_neural",
        "remove_neural",
        "download_model",
        "free_neural",
    ):
        operator = getattr(bpy.ops.see2sound, name).get_rna_type()
        assert operator.description
        for item in operator.properties:
            if item.identifier != "rna_type" and not item.is_hidden:
                assert item.description, (name, item.identifier)


def test_the_room_panel_shows_what_each_kind_needs(bpy, extension):
    room = bpy.context.scene.see2sound.room
    walls = bpy.types.SEE2SOUND_PT_room_walls
    for kind, needed in (
        ("none", {"kind"}),
        ("ground", {"kind", "height", "ground"}),
        ("response", {"kind", "response", "gain"}),
        ("shoebox", {"kind", "box", "order", "tail"}),
    ):
        room.kind = kind
        assert set(shown(draw(bpy, extension, "SEE2SOUND_PT_room"))) == needed
        assert walls.poll(bpy.context) == (kind == "shoebox")
    room.floor = "CUSTOM"
    assert set(shown(draw(bpy, extension, "SEE2SOUND_PT_room_walls"))) >= {"floor", "wall_x0", "custom"}


def test_a_job_at_work_is_shown_with_a_way_to_stop_it(bpy, extension):
    state = bpy.context.window_manager.see2sound
    state.show("Mixing", 0.4)
    log = draw(bpy, extension, "SEE2SOUND_PT_picture")
    assert ("progress", (), {"factor": pytest.approx(0.4), "text": "Mixing"}) in log
    assert any(name == "operator" and args[0] == "see2sound.cancel_job" for name, args, _ in log)
    state.hide()
    assert not any(name == "progress" for name, _, _ in draw(bpy, extension, "SEE2SOUND_PT_picture"))


def test_a_picture_can_be_dropped_onto_the_viewport_only(bpy, extension):
    """Every kind of file that is offered is one that can be read, and the operator takes it by its path."""
    from PIL import Image

    handler = bpy.types.FileHandler.bl_rna_get_subclass_py("SEE2SOUND_FH_picture")
    assert handler.bl_import_operator == "see2sound.reconstruct"
    assert "filepath" in bpy.ops.see2sound.reconstruct.get_rna_type().properties
    known = Image.registered_extensions()
    for suffix in handler.bl_file_extensions.split(";"):
        assert suffix in known or suffix in (".exr", ".hdr"), suffix
    for kind, wanted in (("VIEW_3D", True), ("IMAGE_EDITOR", False)):
        context = type("Context", (), {"area": type("Area", (), {"type": kind})})
        assert handler.poll_drop(context) == wanted
