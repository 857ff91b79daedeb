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
    f"SEE2SOUND_PT_{name}"
    for name in (
        "picture", "picture_camera", "sources", "room", "mix", "mix_soundtrack", "mix_level", "mix_air", "preview",
        "preview_snippet", "neural",
    )
]  # fmt: skip


def shown(log):
    return [args[1] for name, args, _ in log if name == "prop"]


def labels(log):
    return [options["text"] for name, _, options in log if name == "label" and "text" in options]


def test_panels_draw_in_an_empty_file_and_say_what_to_do(bpy, extension):
    for panel in PANELS:
        assert draw(bpy, extension, panel)
    assert labels(draw(bpy, extension, "SEE2SOUND_PT_sources")) == [
        "No sources yet",
        "Use a picture or the scene, or add with +",
    ]
    assert "Add a camera to listen from" in labels(draw(bpy, extension, "SEE2SOUND_PT_mix"))
    bpy.ops.see2sound.add_source(label="dog")
    assert "No sound yet: generate one" in labels(draw(bpy, extension, "SEE2SOUND_PT_sources"))


@pytest.mark.parametrize("empty", [True, False])
def test_nothing_is_greyed_out_without_a_reason(bpy, extension, empty):
    """Whatever cannot be done now says why: Blender repeats it when the operator is called all the same."""
    if not empty:
        bpy.ops.see2sound.add_source(label="dog")
    for name in dir(bpy.ops.see2sound):
        operator = getattr(bpy.ops.see2sound, name)
        if not operator.poll():
            with pytest.raises(RuntimeError) as caught:
                operator()
            assert "poll() failed, context is incorrect" not in str(caught.value), name


def test_panels_draw_for_linked_sources(bpy, extension, tmp_path):
    bpy.ops.see2sound.add_source(label="dog")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (there, here):
        here.scenes = there.scenes
    linked = next(scene for scene in bpy.data.scenes if scene.library is not None)
    bpy.context.window.scene = linked
    for panel in PANELS:
        assert draw(bpy, extension, panel)
    dog = next(obj for obj in linked.objects if obj.type == "SPEAKER")
    context = type("Context", (), {"object": dog, "scene": linked, "window_manager": bpy.context.window_manager})
    assert draw(bpy, extension, "SEE2SOUND_PT_speaker", context)


def test_a_speaker_s_own_properties_show_ours(bpy, extension, tmp_path):
    bpy.ops.object.speaker_add()
    panel = bpy.types.SEE2SOUND_PT_speaker
    assert panel.poll(bpy.context)
    log = draw(bpy, extension, "SEE2SOUND_PT_speaker")
    assert [args[0] for name, args, _ in log if name == "operator"] == ["see2sound.use_speaker"]
    bpy.ops.see2sound.use_speaker()
    assert {"muted", "solo", "locked", "label", "extent"} <= set(shown(draw(bpy, extension, "SEE2SOUND_PT_speaker")))
    bpy.context.view_layer.objects.active = None
    assert not panel.poll(bpy.context)


def test_a_mix_in_the_sequencer_that_was_deleted_by_hand(bpy, extension):
    """Speakers that nobody carries any more: the panel says so, with a way out."""
    bpy.context.scene.see2sound.carried = True
    log = draw(bpy, extension, "SEE2SOUND_PT_mix_soundtrack")
    assert any("still muted" in text for text in labels(log))
    bpy.ops.see2sound.remove_from_sequencer()
    assert labels(draw(bpy, extension, "SEE2SOUND_PT_mix_soundtrack")) == []


def test_the_chosen_source_can_be_edited(bpy, extension, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    bpy.ops.see2sound.select_source(source_id="two_objects_1")
    for panel in PANELS:
        assert draw(bpy, extension, panel)
    draw(bpy, extension, "SEE2SOUND_PT_sources_space")
    assert {"label", "prompt", "extent", "volume"} <= set(shown(draw(bpy, extension, "SEE2SOUND_PT_sources")))


def test_the_list_shows_sources_only_filters_and_sorts(bpy, extension, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    objects = bpy.context.scene.objects
    near, far = sorted(
        (o for o in objects if o.type == "SPEAKER"),
        key=lambda o: (o.matrix_world.translation - bpy.context.scene.camera.matrix_world.translation).length,
    )
    listing = sys.modules[f"{extension.__name__}.panels.sources"].SEE2SOUND_UL_sources

    def listed(**chosen):
        facts = {"filter_name": "", "order": "LABEL", "heard_only": False, "use_filter_sort_reverse": False, **chosen}
        holder = type("List", (), {"bitflag_filter_item": 1 << 30, "_key": listing._key, **facts})()
        flags, order = listing.filter_items(holder, bpy.context, bpy.context.scene, "objects")
        assert sorted(order) == list(range(len(objects))) == list(range(len(flags)))
        kept = [(order[index], obj) for index, obj in enumerate(objects) if flags[index]]
        return [obj for _, obj in sorted(kept, key=lambda pair: pair[0])]

    near.see2sound.label, far.see2sound.label = "zebra", "dog"
    assert listed() == [far, near] and listed(use_filter_sort_reverse=True) == [near, far]
    assert listed(filter_name="do") == [far]
    assert listed(order="DISTANCE") == [near, far]
    near.data.volume, far.data.volume = 0.2, 0.9
    assert listed(order="LEVEL") == [far, near]
    far.see2sound.muted = True
    assert listed(heard_only=True) == [near]


def test_a_row_shows_what_it_is_how_loud_and_whether_it_is_heard(bpy, extension, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    listing = sys.modules[f"{extension.__name__}.panels.sources"].SEE2SOUND_UL_sources
    obj = next(o for o in bpy.context.scene.objects if o.type == "SPEAKER")
    icons_seen = []
    for extent in ("point", "area", "ambient"):
        obj.see2sound.extent, log = extent, []
        listing.draw_item(None, bpy.context, Recorder(log), bpy.context.scene, obj, 0, None, "", 0)
        assert shown(log) == ["label", "volume", "solo", "muted", "locked"]
        icons_seen.append(log[1][2]["icon"])
    assert len(set(icons_seen)) == 3


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
                assert item.description and not item.description.endswith("."), item.identifier
    for name in dir(bpy.ops.see2sound):
        operator = getattr(bpy.ops.see2sound, name).get_rna_type()
        assert operator.description and not operator.description.endswith("."), name
        small = {"to", "from", "as", "in", "for", "with", "of", "and"}
        assert all(word[0].isupper() or word in small for word in operator.name.split()), operator.name
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


@pytest.mark.parametrize(("name", "operator"), [("SEE2SOUND_FH_picture", "reconstruct"), ("SEE2SOUND_FH_sound", "add_sound")])
def test_pictures_and_sounds_can_be_dropped_onto_the_viewport_only(bpy, extension, name, operator):
    handler = bpy.types.FileHandler.bl_rna_get_subclass_py(name)
    assert handler.bl_import_operator == f"see2sound.{operator}"
    assert "filepath" in getattr(bpy.ops.see2sound, operator).get_rna_type().properties
    for kind, wanted in (("VIEW_3D", True), ("IMAGE_EDITOR", False)):
        context = type("Context", (), {"area": type("Area", (), {"type": kind})})
        assert handler.poll_drop(context) == wanted


def test_every_kind_of_file_that_may_be_dropped_can_be_read(bpy, extension):
    import soundfile
    from PIL import Image

    from see2sound_addon.media.pictures import VIDEOS

    handler = bpy.types.FileHandler.bl_rna_get_subclass_py
    for suffix in handler("SEE2SOUND_FH_picture").bl_file_extensions.split(";"):
        assert suffix in Image.registered_extensions() or suffix in (".exr", ".hdr", *VIDEOS), suffix
    names = {"aif": "AIFF"}
    for suffix in handler("SEE2SOUND_FH_sound").bl_file_extensions.split(";"):
        assert names.get(suffix[1:], suffix[1:].upper()) in soundfile.available_formats(), suffix


def test_blender_s_menus_have_our_entries(bpy, extension):
    for menu, wanted in (
        ("VIEW3D_MT_add", []),
        ("TOPBAR_MT_file_import", ["see2sound.reconstruct", "see2sound.add_sound"]),
        ("TOPBAR_MT_file_export", [f"see2sound.export_{what}" for what in ("mix", "objects", "stems", "page", "film", "plan")]),
    ):
        log = []
        for function in getattr(bpy.types, menu)._dyn_ui_initialize():
            if function.__module__.startswith(extension.__name__):
                function(type("Menu", (), {"layout": Recorder(log)})(), bpy.context)
        assert [args[0] for name, args, _ in log if name == "operator"] == wanted
    families = [args[0] for name, args, _ in draw(bpy, extension, "SEE2SOUND_MT_add_sound") if name == "menu"]
    assert len(families) >= 8
    for family in families:
        for name, args, _ in draw(bpy, extension, family):
            assert name != "operator" or args[0] == "see2sound.add_class"


def test_every_verb_is_in_a_menu_where_f3_finds_it(bpy, extension):
    log = draw(bpy, extension, "SEE2SOUND_MT_object")
    offered = {args[0].split(".")[1] for name, args, _ in log if name in ("operator", "operator_menu_enum")}
    # Rows, presets, progress and preferences have these where they are needed; they ask for more than a click.
    elsewhere = {"choose_picture", "mark_object", "select_source", "remove_source", "save_preset", "cancel_job", "clear_cache"}
    elsewhere |= {"add_class", "play_recording", "edit_events", "change_stem", "remove_change"}
    assert offered | elsewhere == set(dir(bpy.ops.see2sound)) and not offered & elsewhere
    draws = bpy.types.VIEW3D_MT_object._dyn_ui_initialize()
    assert any(function.__module__.startswith(extension.__name__) for function in draws)


def test_preferences_draw(bpy, extension):
    own, log = bpy.context.preferences.addons[extension.__name__].preferences, []
    holder = type("Preferences", (), {"layout": Recorder(log), "bl_rna": own.bl_rna})()
    type(own).draw(holder, bpy.context)
    assert {"layout_of_new", "sources_of_new", "sofa", "neural_python", "models_folder"} <= set(shown(log))
    assert any(text.startswith("Clips of files that were never saved") for text in labels(log))
