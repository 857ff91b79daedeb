"""Neural models in Blender: chosen in the scene, asked for with leave, run in a process of their own."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "neural"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The neural environment's Python and a folder of tiny models."""
    import os
    import subprocess

    root = Path(__file__).resolve().parents[2]
    python = root / ".venv-neural" / "bin" / "python"
    if not python.exists():
        pytest.skip("there is no .venv-neural; `python3 dev.py test` makes it")
    folder = tmp_path_factory.mktemp("tiny")
    script = root / "tests" / "neural" / "tiny_models.py"
    for name in ("sam2", "depth_anything", "clip", "stable_audio_3"):
        subprocess.run(
            [python, script, folder, name], check=True, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
    return python, folder


def choose(bpy, extension, tiny, **folders):
    python, models = tiny
    bpy.context.preferences.addons[extension.__name__].preferences.neural_python = str(python)
    settings = bpy.context.scene.see2sound.neural
    for task, name in folders.items():
        setattr(settings, task, "folder")
        setattr(settings, f"{task}_folder", str(models / name))
    settings.steps = 2


def test_nothing_neural_is_chosen_at_first(bpy, extension):
    neural = import_module(f"{extension.__name__}.see2sound_addon.blender.neural")
    assert neural.chosen_models(bpy.context, bpy.context.scene) is None


def test_a_picture_by_neural_models(bpy, extension, picture, tiny, monkeypatch):
    """The same operators; the clips are the model's; the embedded way's clips are other files."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    embedded = {obj.data.sound.filepath for obj in bpy.data.objects if obj.type == "SPEAKER"}
    choose(bpy, extension, tiny, voice="stable_audio_3", depth="depth_anything")
    assert bpy.ops.see2sound.reconstruct(filepath=str(picture)) == {"FINISHED"}
    speakers = [obj for obj in bpy.data.objects if obj.type == "SPEAKER"]
    assert speakers and not embedded & {obj.data.sound.filepath for obj in speakers}
    assert all(np.isfinite(obj.location).all() for obj in speakers)


def test_a_model_that_is_not_there_is_named(bpy, extension, picture, tiny):
    choose(bpy, extension, tiny)
    bpy.context.scene.see2sound.neural.depth = "depth-anything-small"
    with pytest.raises(RuntimeError, match="model for depth is not at"):
        bpy.ops.see2sound.reconstruct(filepath=str(picture))
    assert not any(obj.type == "SPEAKER" for obj in bpy.data.objects)


def test_a_folder_that_was_not_chosen_is_named(bpy, extension, picture, tiny):
    choose(bpy, extension, tiny)
    bpy.context.scene.see2sound.neural.depth = "folder"
    with pytest.raises(RuntimeError, match="No folder is chosen for the model for depth"):
        bpy.ops.see2sound.reconstruct(filepath=str(picture))


def test_nothing_is_downloaded_while_blender_is_offline(bpy, extension):
    bpy.context.preferences.system.use_online_access = False
    with pytest.raises(RuntimeError, match="Blender is offline"):
        bpy.ops.see2sound.set_up_neural(kind="cpu")
    with pytest.raises(RuntimeError, match="Blender is offline"):
        bpy.ops.see2sound.download_model(model="clip-base")


def test_a_model_is_downloaded_by_a_script_that_names_it(bpy, extension, tiny, tmp_path, monkeypatch):
    from hub import hub

    from see2sound_addon.weights.cards import CARDS

    python, models = tiny
    own = bpy.context.preferences.addons[extension.__name__].preferences
    own.neural_python, own.models_folder = str(python), str(tmp_path / "models")
    bpy.context.preferences.system.use_online_access = True
    files = {path.name: path.read_bytes() for path in (models / "clip").iterdir()}
    card = CARDS["clip-base"]
    try:
        with hub(monkeypatch, {card.repository: files}) as server:
            server.revisions[card.repository] = [card.revision]
            assert bpy.ops.see2sound.download_model(model="clip-base") == {"FINISHED"}
        got = tmp_path / "models" / "clip-base" / "model.safetensors"
        assert got.read_bytes() == files["model.safetensors"]
    finally:
        bpy.context.preferences.system.use_online_access = False
        own.neural_python = own.models_folder = ""


def test_check_says_what_there_is(bpy, extension, tiny):
    choose(bpy, extension, tiny)
    assert bpy.ops.see2sound.check_neural() == {"FINISHED"}
    assert bpy.context.window_manager.see2sound.neural.startswith("torch 2.13.0")
    bpy.context.preferences.addons[extension.__name__].preferences.neural_python = "/nowhere/python"
    bpy.ops.see2sound.check_neural()
    assert "not set up" in bpy.context.window_manager.see2sound.neural


def test_the_desk_does_one_job_after_another_and_takes_them_back(bpy, extension, tmp_path):
    import time

    from scenes import noise, scene, source, write_wav

    desk = import_module(f"{extension.__name__}.see2sound_addon.blender.desk")
    errors = import_module(f"{extension.__name__}.see2sound_addon.errors")
    from see2sound_addon.planfile import plan_to_json

    plan = scene([source((3, 1, 0), loop=True)], 600.0)
    plan.sources[0].clip = write_wav(tmp_path / "a.wav", noise())
    (tmp_path / "plan.json").write_text(plan_to_json(plan))
    requests = import_module(f"{extension.__name__}.see2sound_addon.jobs.requests")

    def part(stop, name):
        return requests.RenderPart(tmp_path / "plan.json", "ambix7", 0, stop, tmp_path / name)

    ours = desk.Desk()
    long = ours.submit(part(plan.samples, "long.raw"))
    waiting = ours.submit(part(plan.samples, "never.raw"))
    short = ours.submit(part(48000, "short.raw"))
    ours.cancel(waiting)
    with pytest.raises(errors.Cancelled):
        ours.poll(waiting)
    quickest, end = 1.0, time.monotonic() + 120.0
    while long.share == 0.0:
        begin = time.monotonic()
        assert ours.poll(long) is None and ours.poll(short) is None
        quickest = min(quickest, time.monotonic() - begin)
        assert time.monotonic() < end
        time.sleep(0.02)
    assert quickest < 0.05  # asked, never waiting: a wait would take its time at every turn
    ours.cancel(long)
    with pytest.raises(errors.Cancelled):
        while ours.poll(long) is None:
            time.sleep(0.02)
    while (result := ours.poll(short)) is None:
        time.sleep(0.02)
    assert result == requests.PartRendered([]) and ours.current() is None
    assert (tmp_path / "short.raw").stat().st_size == 48000 * 64 * 4 and not (tmp_path / "never.raw").exists()
    ours.close()


def test_a_cancelled_job_that_nobody_asks_for_makes_room(bpy, extension, tmp_path):
    """Its window was closed, and its operator with it."""
    import time

    from scenes import noise, scene, source, write_wav

    from see2sound_addon.planfile import plan_to_json

    desk = import_module(f"{extension.__name__}.see2sound_addon.blender.desk")
    plan = scene([source((3, 1, 0), loop=True)], 600.0)
    plan.sources[0].clip = write_wav(tmp_path / "a.wav", noise())
    (tmp_path / "plan.json").write_text(plan_to_json(plan))
    requests = import_module(f"{extension.__name__}.see2sound_addon.jobs.requests")

    def part(stop, name):
        return requests.RenderPart(tmp_path / "plan.json", "ambix7", 0, stop, tmp_path / name)

    ours = desk.Desk()
    lost = ours.submit(part(plan.samples, "lost.raw"))
    while ours.poll(lost) is None and lost.share == 0.0:
        time.sleep(0.02)
    ours.cancel(lost)
    short = ours.submit(part(48000, "short.raw"))
    end = time.monotonic() + 120.0
    while (result := ours.poll(short)) is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert result == requests.PartRendered([])
    ours.close()
