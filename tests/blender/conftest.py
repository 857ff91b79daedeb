"""Blender as a module, with this checkout linked in as an installed extension."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

RESOURCES = Path(tempfile.mkdtemp(prefix="see2sound_blender_"))
atexit.register(shutil.rmtree, RESOURCES, ignore_errors=True)
os.environ["BLENDER_USER_RESOURCES"] = str(RESOURCES)  # before bpy is imported for the first time
ROOT = Path(__file__).resolve().parents[2]
MODULE = "bl_ext.user_default.see2sound"


@pytest.fixture(scope="session")
def extension():
    import addon_utils
    import bpy

    folder = RESOURCES / "extensions" / "user_default" / "see2sound"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(ROOT, target_is_directory=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert addon_utils.enable(MODULE, default_set=True, persistent=True) is not None
    return sys.modules[MODULE]


@pytest.fixture
def bpy(extension, tmp_path):
    """A fresh file of two seconds, with undo, saved in its own folder."""
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    bpy.context.preferences.edit.use_global_undo = True
    scene = bpy.context.scene
    scene.render.fps = 24
    scene.frame_start, scene.frame_end = 1, 48
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.ed.undo_push(message="Start")
    return bpy


@pytest.fixture
def dog(bpy):
    """A source in front of a camera, without a sound yet."""
    from stage import add_camera

    add_camera(bpy)
    bpy.ops.see2sound.add_source(label="dog")
    return bpy.context.object


@pytest.fixture
def own_library(tmp_path, monkeypatch):
    """No recordings but those of the test."""
    monkeypatch.setenv("SEE2SOUND_LIBRARY", str(tmp_path / "library.sqlite"))


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """A red object left and a blue one right of the middle, on sand under a sky."""
    import cv2
    import numpy as np

    rows = np.linspace(0, 1, 360)[:, None, None]
    pixels = np.where(rows < 0.5, np.array([225, 190, 150.0]), np.array([140, 180, 200.0])) * np.ones((360, 640, 1))
    pixels = np.clip(pixels + np.random.default_rng(0).normal(0, 2, pixels.shape), 0, 255).astype(np.uint8)
    cv2.circle(pixels, (160, 210), 40, (30, 20, 180), -1, cv2.LINE_AA)
    cv2.circle(pixels, (500, 220), 40, (150, 60, 40), -1, cv2.LINE_AA)
    path = tmp_path_factory.mktemp("pictures") / "two_objects.png"
    cv2.imwrite(str(path), pixels)
    return path
