"""Sounds in glTF and USD, written by Blender's own exporters and read back."""

import json
import math
import struct
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile
import verifiers
from scenes import noise, write_wav
from stage import add_speaker


@pytest.fixture
def scene(bpy, tmp_path):
    """A dog that loops, a loudspeaker with a cone, wind from everywhere, and one that is muted."""
    dog = add_speaker(bpy, write_wav(tmp_path / "dog.wav", noise(0.5), subtype="PCM_16"), (1, 2, 3))
    dog.name, dog.see2sound.source_id, dog.see2sound.loop = "dog", "dog_1", True
    dog.data.volume, dog.data.distance_reference, dog.data.attenuation = 0.5, 2.0, 0.7
    horn = add_speaker(bpy, write_wav(tmp_path / "horn.wav", noise(0.3, 1)), (0, 0, 0))
    horn.name, horn.rotation_euler = "horn", (math.pi / 2, 0, 0)  # faces along +Y of the world
    horn.data.cone_angle_inner, horn.data.cone_angle_outer, horn.data.cone_volume_outer = 1.0, 2.0, 0.25
    horn.data.distance_max = 50.0
    wind = add_speaker(bpy, write_wav(tmp_path / "wind.wav", noise(0.4, 2)))
    wind.name, wind.see2sound.source_id, wind.see2sound.extent, wind.see2sound.loop = "wind", "wind_1", "ambient", False
    muted = add_speaker(bpy, tmp_path / "wind.wav")
    muted.name, muted.see2sound.muted = "muted", True
    return bpy.context.scene


def read_glb(path):
    raw = path.read_bytes()
    size = struct.unpack("<I", raw[12:16])[0]
    return json.loads(raw[20 : 20 + size]), raw[20 + size + 8 :]


def turned(quaternion, vector):
    x, y, z, w = quaternion
    axis = np.array([x, y, z])
    vector = np.array(vector, float)
    return vector + 2.0 * np.cross(axis, np.cross(axis, vector) + w * vector)


def test_gltf_has_the_speakers_as_emitters(bpy, scene, tmp_path):
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "a.glb"))
    file, binary = read_glb(tmp_path / "a.glb")
    sounds = file["extensions"]["KHR_audio_emitter"]
    assert "KHR_audio_emitter" in file["extensionsUsed"] and "KHR_audio_emitter" not in file.get("extensionsRequired", [])
    named = {one["name"]: one for one in sounds["emitters"]}
    assert named.keys() == {"dog", "horn", "wind"} and named["wind"]["type"] == "global"
    assert named["dog"]["gain"] == 0.5 and named["dog"]["positional"] == {
        "shapeType": "omnidirectional", "distanceModel": "inverse", "refDistance": 2.0,
        "rolloffFactor": pytest.approx(0.7),
    }  # fmt: skip
    assert named["horn"]["positional"]["coneInnerAngle"] == pytest.approx(1.0)
    assert named["horn"]["positional"]["coneOuterGain"] == pytest.approx(0.25)
    assert named["horn"]["positional"]["maxDistance"] == pytest.approx(50.0)
    (source,) = (sounds["sources"][number] for number in named["dog"]["sources"])
    assert source["loop"] and source["autoPlay"]
    audio = sounds["audio"][source["audio"]]
    view = file["bufferViews"][audio["bufferView"]]
    begin = view.get("byteOffset", 0)
    assert audio["mimeType"] == "audio/wav"
    assert binary[begin : begin + view["byteLength"]] == (tmp_path / "dog.wav").read_bytes()
    assert [file["scenes"][0]["extensions"]["KHR_audio_emitter"]["emitters"]] == [[sounds["emitters"].index(named["wind"])]]


def test_nodes_are_where_the_speakers_are_and_face_where_they_face(bpy, scene, tmp_path):
    """glTF has Y up: (x, y, z) is (x, z, -y). An emitter faces along the -Z of its node."""
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "a.glb"))
    file, _ = read_glb(tmp_path / "a.glb")
    emitters = [one["name"] for one in file["extensions"]["KHR_audio_emitter"]["emitters"]]
    nodes = {one["name"]: one for one in file["nodes"]}
    dog = nodes["dog"]
    assert dog["translation"] == pytest.approx([1, 3, -2])
    assert emitters[dog["extensions"]["KHR_audio_emitter"]["emitter"]] == "dog"
    (child,) = (file["nodes"][number] for number in nodes["horn"]["children"])
    assert emitters[child["extensions"]["KHR_audio_emitter"]["emitter"]] == "horn"
    facing = turned(nodes["horn"]["rotation"], turned(child["rotation"], (0, 0, -1)))
    assert facing == pytest.approx([0, 0, -1], abs=1e-6)  # Blender's +Y
    assert "extensions" not in nodes["muted"]


def test_the_older_names(bpy, scene, tmp_path):
    """OMI_audio_emitter has one source an emitter, and distance and cone beside the rest."""
    scene.see2sound.export_sounds_names = "OMI_audio_emitter"
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "a.glb"))
    file, binary = read_glb(tmp_path / "a.glb")
    sounds = file["extensions"]["OMI_audio_emitter"]
    assert "KHR_audio_emitter" not in file["extensions"] and sounds.keys() == {"audioSources", "audioEmitters"}
    named = {one["name"]: one for one in sounds["audioEmitters"]}
    dog, horn = named["dog"], named["horn"]
    assert dog["loop"] and dog["playing"] and dog["gain"] == 0.5 and dog["refDistance"] == 2.0
    assert horn["coneInnerAngle"] == pytest.approx(1.0) and "shapeType" not in horn
    view = file["bufferViews"][sounds["audioSources"][dog["source"]]["bufferView"]]
    begin = view.get("byteOffset", 0)
    assert binary[begin : begin + view["byteLength"]] == (tmp_path / "dog.wav").read_bytes()
    node = next(one for one in file["nodes"] if one["name"] == "dog")
    assert sounds["audioEmitters"][node["extensions"]["OMI_audio_emitter"]["audioEmitter"]] == dog
    everywhere = file["scenes"][0]["extensions"]["OMI_audio_emitter"]["audioEmitters"]
    assert [sounds["audioEmitters"][number] for number in everywhere] == [named["wind"]]


@pytest.mark.slow
def test_khronos_validator_has_nothing_against_it(bpy, scene, tmp_path):
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "a.glb"))
    assert verifiers.gltf_problems(tmp_path / "a.glb") == []


def test_sounds_lie_beside_where_that_is_asked_for(bpy, scene, tmp_path):
    scene.see2sound.export_sounds_beside = True
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "out" / "a.gltf"), export_format="GLTF_SEPARATE")
    file = json.loads((tmp_path / "out" / "a.gltf").read_text())
    found = {one["uri"] for one in file["extensions"]["KHR_audio_emitter"]["audio"]}
    assert found == {"sounds/dog.wav", "sounds/horn.wav", "sounds/wind.wav"}
    assert soundfile.info(tmp_path / "out" / "sounds" / "horn.wav").frames == 14400
    scene.see2sound.export_sounds = False
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "b.glb"))
    assert "extensions" not in read_glb(tmp_path / "b.glb")[0]


@pytest.fixture
def usd(bpy, extension):
    """The hook, which is there where Python finds Pixar's library."""
    if hasattr(bpy.utils, "expose_bundled_modules"):
        bpy.utils.expose_bundled_modules()
    pytest.importorskip("pxr")
    module = import_module(f"{extension.__name__}.see2sound_addon.blender.exchange.usd")
    module.register()
    yield module
    module.unregister()


def test_usd_has_spatial_audio(bpy, scene, usd, tmp_path):
    """By Pixar's own library: below the root, or below what a Speaker moves with."""
    from pxr import Usd, UsdGeom, UsdMedia

    bpy.ops.mesh.primitive_cube_add(location=(5, 0, 0))
    bpy.context.object.name = "cart"
    scene.objects["horn"].parent = bpy.context.object
    (tmp_path / "out").mkdir()
    bpy.ops.wm.usd_export(filepath=str(tmp_path / "out" / "a.usda"))
    stage = Usd.Stage.Open(str(tmp_path / "out" / "a.usda"))
    found = {prim.GetName(): prim for prim in stage.Traverse() if prim.IsA(UsdMedia.SpatialAudio)}
    assert found.keys() == {"dog", "horn", "wind"} and found["horn"].GetParent().GetName() == "cart"
    dog, wind = UsdMedia.SpatialAudio(found["dog"]), UsdMedia.SpatialAudio(found["wind"])
    assert dog.GetGainAttr().Get() == pytest.approx(0.5) and dog.GetPlaybackModeAttr().Get() == "loopFromStart"
    assert (dog.GetAuralModeAttr().Get(), wind.GetAuralModeAttr().Get()) == ("spatial", "nonSpatial")
    assert wind.GetPlaybackModeAttr().Get() == "onceFromStart"
    file = dog.GetFilePathAttr().Get()
    assert Path(file.resolvedPath) == tmp_path / "out" / "sounds" / "dog.wav"
    assert Path(file.resolvedPath).read_bytes() == (tmp_path / "dog.wav").read_bytes()
    cache = UsdGeom.XformCache()
    assert list(cache.GetLocalToWorldTransform(found["dog"]).ExtractTranslation()) == pytest.approx([1, 2, 3])
    matrix = cache.GetLocalToWorldTransform(found["horn"])
    assert list(matrix.ExtractTranslation()) == pytest.approx([5, 0, 0])
    assert list(matrix.TransformDir((0, 0, -1))) == pytest.approx([0, 1, 0], abs=1e-6)


@pytest.mark.parametrize("below", [False, True])
def test_usd_has_the_keyframes_of_speakers(bpy, scene, usd, tmp_path, below):
    """By Pixar's library, where Blender itself has the Speaker at that frame; a constraint leaves it still."""
    from pxr import Usd, UsdGeom

    dog, horn = scene.objects["dog"], scene.objects["horn"]
    scene.frame_start, scene.frame_end = 1, 20
    for frame, place, turn in ((1, (0, 0, 0), 0.0), (20, (4, -3, 2), 1.5)):
        for one in (dog, horn):
            one.location, one.rotation_euler = place, (0.3, turn, 0)
            one.keyframe_insert("location", frame=frame)
            one.keyframe_insert("rotation_euler", frame=frame)
    horn.constraints.new("LIMIT_LOCATION").use_max_x, horn.constraints[0].max_x = True, -1.0
    if below:
        bpy.ops.mesh.primitive_cube_add(location=(5, 0, 0), rotation=(0, 0, 1))
        cart = bpy.context.object
        cart.name, dog.parent = "cart", cart
        dog.matrix_parent_inverse = cart.matrix_basis.inverted()
        cart.keyframe_insert("location", frame=1)
        cart.location.x = 9
        cart.keyframe_insert("location", frame=20)
    scene.frame_set(7)
    bpy.ops.wm.usd_export(filepath=str(tmp_path / "a.usda"), export_animation=True)
    stage = Usd.Stage.Open(str(tmp_path / "a.usda"))
    prims = {prim.GetName(): prim for prim in stage.Traverse()}
    for frame in (1, 7, 13, 20):
        scene.frame_set(frame)
        there = np.array(UsdGeom.XformCache(frame).GetLocalToWorldTransform(prims["dog"])).T
        np.testing.assert_allclose(there, np.array(dog.matrix_world), atol=1e-5)
    assert not UsdGeom.Xformable(prims["horn"]).TransformMightBeTimeVarying()
    bpy.ops.wm.usd_export(filepath=str(tmp_path / "b.usda"))
    assert "timeSamples" not in (tmp_path / "b.usda").read_text()


def test_a_cube_alone_is_exported_as_before(bpy, usd, tmp_path):
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.wm.usd_export(filepath=str(tmp_path / "a.usda"))
    assert "SpatialAudio" not in (tmp_path / "a.usda").read_text() and not (tmp_path / "sounds").exists()
