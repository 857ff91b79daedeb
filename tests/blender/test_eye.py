"""The detector in Blender: chosen in the scene or by a script, added from disk, downloaded on purpose; unknown objects."""

import hashlib
from importlib import import_module
from pathlib import Path

import pytest
from networks import write_network
from server import serving
from test_networks import nanodet


@pytest.fixture
def eyes(extension, bpy):
    """The module of detectors, with an empty folder afterwards."""
    module = import_module(f"{extension.__name__}.see2sound_addon.weights.eyes")
    folder = import_module(f"{extension.__name__}.see2sound_addon.blender.eye").folder()
    yield module
    for path in folder.glob("*"):
        path.unlink()


@pytest.fixture
def dog(tmp_path):
    """A detector that sees a dog, wherever it looks."""
    return write_network(tmp_path / "dog.onnx", nanodet(), 416)


def speakers(bpy):
    return sorted((obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER"), key=lambda obj: obj.name)


def test_a_script_names_the_detector(eyes, bpy, picture, dog):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), eye=str(dog), generate=False)
    assert "dog" in {obj.see2sound.label for obj in speakers(bpy)}
    bpy.ops.see2sound.reconstruct(filepath=str(picture), eye="embedded", generate=False)
    assert "dog" not in {obj.see2sound.label for obj in speakers(bpy)}
    for wrong, text in (("light", "not installed"), ("eagle", "no detector 'eagle'"), ("/none.onnx", "no detector at")):
        with pytest.raises(RuntimeError, match=text):
            bpy.ops.see2sound.reconstruct(filepath=str(picture), eye=wrong, generate=False)


def test_a_file_from_disk_becomes_the_default(eyes, bpy, picture, dog, tmp_path, extension):
    module = import_module(f"{extension.__name__}.see2sound_addon.blender.eye")
    assert not module.is_installed()
    (tmp_path / "words.onnx").write_text("words")
    with pytest.raises(RuntimeError, match=r"words.onnx cannot be used as a detector"):
        bpy.ops.see2sound.add_eye(filepath=str(tmp_path / "words.onnx"))
    assert not module.is_installed()
    bpy.ops.see2sound.add_eye(filepath=str(dog))
    assert module.is_installed()
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    assert "dog" in {obj.see2sound.label for obj in speakers(bpy)}
    bpy.context.scene.see2sound.eye = "EMBEDDED"
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    assert "dog" not in {obj.see2sound.label for obj in speakers(bpy)}
    bpy.context.scene.see2sound.eye, bpy.context.scene.see2sound.eye_file = "FILE", str(dog)
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    assert "dog" in {obj.see2sound.label for obj in speakers(bpy)}


def test_a_broken_detector_is_a_note_and_the_embedded_one_looks(eyes, bpy, picture, tmp_path, capfd):
    (tmp_path / "torn.onnx").write_bytes(b"\x08\x07")
    bpy.ops.see2sound.reconstruct(filepath=str(picture), eye=str(tmp_path / "torn.onnx"), generate=False)
    assert speakers(bpy)
    assert "torn.onnx cannot be used as a detector" in capfd.readouterr().out


def test_what_could_not_be_named_is_placed_and_gets_its_sound_with_its_label(eyes, bpy, picture, dog):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), eye=str(dog))
    unknown = [obj for obj in speakers(bpy) if obj.see2sound.label == "unknown object"]
    assert unknown and all(obj.data.sound is None and obj.see2sound.prompt == "" for obj in unknown)
    assert not any(obj.data.muted for obj in unknown)
    unknown[0].see2sound.label = "bird"
    assert unknown[0].see2sound.prompt == "bird"
    bpy.ops.see2sound.generate()
    assert unknown[0].data.sound is not None and all(obj.data.sound is None for obj in unknown[1:])
    bpy.context.scene.see2sound.voice_unknown = True
    bpy.ops.see2sound.reconstruct(filepath=str(picture), eye=str(dog))
    assert all(obj.data.sound is not None for obj in speakers(bpy))


def test_getting_one_needs_leave_and_checks_it(eyes, bpy, extension, dog, monkeypatch):
    data = Path(dog).read_bytes()
    folder = import_module(f"{extension.__name__}.see2sound_addon.blender.eye").folder()
    bpy.context.preferences.system.use_online_access = False
    with pytest.raises(RuntimeError, match="offline"):
        bpy.ops.see2sound.get_eye(name="LIGHT")
    bpy.context.preferences.system.use_online_access = True
    try:
        if not bpy.app.online_access:
            pytest.skip("this Blender was started offline")
        with serving({"light.onnx": data}) as (address, _):
            addresses, sha256 = (f"{address}/light.onnx",), hashlib.sha256(data).hexdigest()
            monkeypatch.setitem(
                eyes.EYES, "light", eyes.EyeCard("light", "light.onnx", addresses, len(data), sha256, "MIT", 0.3)
            )
            bpy.ops.see2sound.get_eye(name="LIGHT")
        assert (folder / "light.onnx").read_bytes() == data
    finally:
        bpy.context.preferences.system.use_online_access = False
