"""The built zip through Blender's own validator and real installer, in Blender processes of their own."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def archive():
    done = subprocess.run([sys.executable, ROOT / "dev.py", "build"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    archives = [Path(line.rsplit("  ", 1)[0]) for line in done.stdout.splitlines() if line.endswith("MiB")]
    assert len(archives) == 2  # one for each Python that Blender has had
    (ours,) = [one for one in archives if ("blender-5.1" in one.name) == (sys.version_info[:2] == (3, 13))]
    return ours


def in_blender(script, folder):
    """Run a script in a fresh Blender process with its own settings; what it prints after RESULT, from JSON."""
    path = folder / "script.py"
    path.write_text(script)
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "resources")}
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(
        next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[6:]
    ), done.stdout + done.stderr


def test_the_zip_holds_the_extension_and_nothing_else(archive):
    names = zipfile.ZipFile(archive).namelist()
    assert archive.stat().st_size < 165e6  # a third of it is OpenCV, a fifth FFmpeg
    tag = "cp{}{}".format(*sys.version_info)
    wheels = [name for name in names if name.endswith(".whl")]
    assert all(f"-{tag}-" in name or "-py3-" in name or "-py2.py3-" in name or "-abi3-" in name for name in wheels)
    assert sum("see2sound_kernels" in name for name in wheels) == 1
    files = {"blender_manifest.toml", "__init__.py", "LICENSE", "NOTICE", "README.md"}
    assert {name.split("/")[0] for name in names} == files | {"operators", "panels", "presets", "see2sound_addon", "wheels"}
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


INSTALL = """
import json, sys, time
import bpy, addon_utils
MODULE = "bl_ext.user_default.see2sound"
bpy.ops.wm.read_factory_settings(use_empty=True)
def install(path):
    return bpy.ops.extensions.package_install_files(
        filepath=path, repo="user_default", enable_on_install=True, overwrite=True
    )
def state():
    classes = sorted(n for n in dir(bpy.types) if "see2sound" in n.lower())
    ops = [n for n in dir(bpy.ops.see2sound)] if hasattr(bpy.ops, "see2sound") else []
    properties = [hasattr(t, "see2sound") for t in (bpy.types.Scene, bpy.types.Object, bpy.types.WindowManager)]
    handlers = bpy.app.handlers
    counts = [len(h) for h in (handlers.load_post, handlers.load_pre, handlers.depsgraph_update_post)]
    return [classes, ops, properties, *counts]
"""


def test_it_installs_enables_and_disables_five_times_without_a_trace(archive, tmp_path):
    result, log = in_blender(
        INSTALL
        + f"""
heavy = {{"numpy", "cv2", "scipy", "PIL", "soundfile"}} - set(sys.modules)
before = state()
done = install({str(archive)!r})
installed = state()
addon_utils.disable(MODULE, default_set=True)
rounds = [state() == before]
for _ in range(5):
    addon_utils.enable(MODULE, default_set=True)
    on = state() == installed
    addon_utils.disable(MODULE, default_set=True)
    rounds.append(on and state() == before)
print("RESULT" + json.dumps([list(done), installed, rounds, sorted(heavy & set(sys.modules))]))
""",
        tmp_path,
    )
    done, installed, rounds, heavy = result
    assert done == ["FINISHED"]
    assert "render_mix" in installed[1] and installed[2] == [True, True, True]
    assert rounds == [True] * 6
    assert heavy == []  # nothing heavy is imported before it is needed
    assert "Error" not in log and "Traceback" not in log


def test_the_installed_extension_does_the_main_job_with_its_own_wheels(archive, tmp_path):
    import skimage

    picture = Path(skimage.__file__).parent / "data" / "rocket.jpg"
    result, _ = in_blender(
        INSTALL
        + f"""
install({str(archive)!r})
bpy.context.scene.frame_end = 24
bpy.ops.see2sound.reconstruct(filepath={str(picture)!r})
bpy.ops.see2sound.render_mix(filepath={str(tmp_path / "mix.wav")!r}, layout="5.1")
from importlib import import_module
library = import_module(MODULE + ".see2sound_addon.spatial.kernels.library").find_libraries()
speakers = [o.name for o in bpy.context.scene.objects if o.type == "SPEAKER"]
print("RESULT" + json.dumps([speakers, [str(one.path) for one in library[0]], library[1]]))
""",
        tmp_path,
    )
    speakers, kernels, why_not = result
    assert speakers and why_not == []
    assert kernels and all("see2sound_kernels" in path and str(tmp_path) in path for path in kernels)
    unpacked = tmp_path / "resources" / "extensions" / ".local" / "lib"
    libraries = {path.name for path in unpacked.glob(f"python3.{sys.version_info.minor}/site-packages/*")}
    assert libraries >= {"cv2", "scipy", "PIL", "soundfile.py"}
    assert (tmp_path / "mix.wav").stat().st_size == 80 + 6 * 4 * 48000
