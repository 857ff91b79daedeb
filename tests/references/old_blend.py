"""Makes tests/data/made_by_4.2.blend: what an artist has saved with the oldest Blender that we serve.

python3 dev.py test --blender 4.2 -k nothing     # makes .venv-4.2
.venv-4.2/bin/python tests/references/old_blend.py
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import bpy
import numpy as np
from scenes import write_wav

from see2sound_addon.blender import sources
from see2sound_addon.blender.properties import registration


def main() -> None:
    assert bpy.app.version[:2] == (4, 2), bpy.app.version_string
    registration.register()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.frame_end = 24
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (0.0, 0.0, 1.6), (1.5707963, 0.0, 0.0)
    scene.camera = camera
    scene.see2sound.layout, scene.see2sound.room.kind, scene.see2sound.room.ground = "5.1", "ground", "gravel"
    with tempfile.TemporaryDirectory() as folder:
        sound = np.random.default_rng(0).normal(0.0, 0.1, 4800).astype(np.float32)
        path = write_wav(Path(folder) / "tick.wav", sound)
        for name, place in (("dog", (-3.0, 4.0, 0.5)), ("fountain", (2.0, 6.0, 0.0))):
            bpy.ops.object.speaker_add(location=place)
            obj = bpy.context.object
            obj.name = name
            obj.data.sound = bpy.data.sounds.load(str(path))
            sources.adopt(obj)
        obj.see2sound.extent, obj.see2sound.radius, obj.see2sound.loop = "area", 1.5, True
        bpy.ops.file.pack_all()
        bpy.ops.wm.save_as_mainfile(filepath=str(ROOT / "tests" / "data" / "made_by_4.2.blend"), compress=True)


if __name__ == "__main__":
    main()
