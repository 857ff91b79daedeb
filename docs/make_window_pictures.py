"""Make the pictures of Blender's window in the README and the manual: as root on Debian, after `python3 dev.py build`,

.venv/bin/python docs/make_window_pictures.py
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "window"))

import root
import skimage
from driver import KEPT, Blender
from PIL import Image

IMAGES = ROOT / "docs" / "images"
PHOTOGRAPH = Path(skimage.__file__).parent / "data" / "rocket.jpg"
OPEN = """
bpy.ops.wm.save_as_mainfile(filepath="/root/see2sound/scene.blend")
bpy.context.scene.frame_end = 240
bpy.context.preferences.view.ui_scale = 1.15
place()["area"].spaces.active.show_region_ui = True
"""
LABELS = """
bpy.context.scene.see2sound.picture = "/root/see2sound/rocket.jpg"
bpy.ops.see2sound.reconstruct()
speakers = sorted((t for t in bpy.context.scene.objects if t.type == "SPEAKER"), key=lambda t: t.name)
for obj, label, prompt in zip(
    speakers, ("rocket", "floodlight", "generator"), ("steam hissing", "electric hum", "engine idling")
):
    obj.see2sound.label, obj.see2sound.prompt = label, prompt
bpy.ops.see2sound.generate()
bpy.context.scene.see2sound.active_index = bpy.context.scene.objects.find(speakers[0].name)
place()["area"].spaces.active.region_3d.view_perspective = "CAMERA"
bpy.ops.view3d.view_center_camera()
"""
STREET = """
import math
scene = bpy.context.scene
bpy.ops.mesh.primitive_plane_add(size=60)
for number, (name, place_, size) in enumerate((
    ("Tram", (-4, 14, 1.5), (2.4, 12, 3)), ("Fountain", (5, 9, 0.5), (2, 2, 1)), ("Dog", (1.5, 5, 0.3), (0.3, 0.8, 0.6)),
)):
    bpy.ops.mesh.primitive_cube_add(size=1, location=place_)
    bpy.context.object.name, bpy.context.object.scale = name, size
camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
scene.collection.objects.link(camera)
camera.location, camera.rotation_euler, scene.camera = (0, 0, 1.7), (math.radians(88), 0, 0), camera
for obj in scene.objects:
    obj.select_set(obj.name in ("Tram", "Fountain", "Dog"))
bpy.ops.see2sound.add_source()
bpy.ops.see2sound.generate()
scene.see2sound.room.kind = "shoebox"
bpy.ops.see2sound.add_room()
speakers = [t for t in scene.objects if t.type == "SPEAKER"]
scene.see2sound.active_index = scene.objects.find(speakers[0].name)
area = place()["area"]
area.spaces.active.region_3d.view_rotation = (0.82, 0.42, 0.17, 0.34)
area.spaces.active.shading.type = "WIREFRAME"
area.spaces.active.region_3d.view_distance, area.spaces.active.region_3d.view_location = 26, (1, 7, 0)
"""
HEARD = """
bpy.ops.see2sound.listen_to_scene()
items = bpy.context.scene.see2sound.proposals
bpy.context.scene.see2sound.proposal_index = next(n for n, item in enumerate(items) if item.name == "Walker")
bpy.ops.see2sound.make_speakers()
bpy.context.scene.frame_set(110)
view = place()["area"].spaces.active
view.region_3d.view_perspective = "CAMERA"
view.shading.type = "SOLID"
view.shading.color_type = "MATERIAL"
bpy.ops.view3d.view_center_camera()
"""
HIDDEN = """
bpy.ops.mesh.primitive_plane_add(size=120)
bpy.context.object.name = "Lawn"
for name, place_, size in (
    ("House", (0, 10, 3), (8, 7, 6)), ("Shed", (-9, 15, 1.5), (4, 3, 3)), ("Brick Wall", (9, 6, 1.2), (0.3, 9, 2.4)),
):
    bpy.ops.mesh.primitive_cube_add(size=1, location=place_)
    bpy.context.object.name, bpy.context.object.scale = name, size
    bpy.context.object.data.materials.append(bpy.data.materials.new("Red Bricks" if name != "Shed" else "Planks"))
scene = bpy.context.scene
camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
scene.collection.objects.link(camera)
camera.location, camera.rotation_euler, scene.camera = (1.5, -6, 1.7), (1.5708, 0, 0), camera
bpy.ops.see2sound.add_source(label="car", attach=False)
speaker = next(t for t in scene.objects if t.type == "SPEAKER")
for frame, x in ((1, -25.0), (240, 25.0)):
    speaker.location = (x, 22, 1)
    speaker.keyframe_insert("location", frame=frame)
bpy.ops.see2sound.generate()
scene.see2sound.room.kind = "scene"
scene.see2sound.active_index = scene.objects.find(speaker.name)
bpy.ops.see2sound.trace_acoustics()
scene.frame_set(106)
area = place()["area"]
area.spaces.active.region_3d.view_rotation = (0.86, 0.45, 0.1, 0.2)
area.spaces.active.region_3d.view_distance, area.spaces.active.region_3d.view_location = 42, (7, 8, 0)
area.spaces.active.shading.color_type = "OBJECT"
bpy.context.view_layer.objects.active = scene.objects["House"]
scene.see2sound.active_index = scene.objects.find(speaker.name)
sidebar = next(r for r in area.regions if r.type == "UI")
with bpy.context.temp_override(area=area, region=sidebar):
    for _ in range(30):
        bpy.ops.view2d.scroll_down(deltay=-40)
"""
MIXED = """
scene = bpy.context.scene
scene.see2sound.layout = "5.1"
bpy.ops.see2sound.render_mix(filepath="//mix.wav")
bpy.ops.see2sound.add_to_sequencer()
area = next(a for a in bpy.context.window_manager.windows[0].screen.areas if a.type == "DOPESHEET_EDITOR")
area.type = "SEQUENCE_EDITOR"
sidebar = next(r for r in place()["area"].regions if r.type == "UI")
with bpy.context.temp_override(area=place()["area"], region=sidebar):
    for _ in range(14):
        bpy.ops.view2d.scroll_down(deltay=-40)
with bpy.context.temp_override(area=area, region=next(r for r in area.regions if r.type == "WINDOW")):
    bpy.ops.sequencer.view_all()
"""


def enlarge_the_timeline() -> None:
    """Its upper edge, dragged by the mouse as a user would."""
    root.run("xdotool", "mousemove", "500", "903", "sleep", "0.3", "mousedown", "1", "sleep", "0.3")
    for y in (880, 820, 740):
        root.run("xdotool", "mousemove", "500", str(y), "sleep", "0.3")
    root.run("xdotool", "mouseup", "1", "sleep", "0.5")


def main() -> None:
    """Open Blender's window with the extension, and take each picture in it."""
    wanted = sys.argv[1:]
    archive = max((ROOT / "dist").glob("see2sound-*.zip"), key=lambda path: path.stat().st_mtime)
    root.make(sys.executable)
    with root.window(archive, ROOT / "tests" / "window" / "inside.py") as (folder, process):
        shutil.copy(PHOTOGRAPH, folder)
        blender = Blender(folder, process)
        subprocess.run([sys.executable, "-W", "ignore", ROOT / "examples" / "street.py", folder / "street.blend"], check=True)
        street = 'bpy.ops.wm.open_mainfile(filepath="/root/see2sound/street.blend")'
        for name, *steps in (
            ("window_listening", HEARD),
            ("window_picture", LABELS),
            ("window_scene", STREET),
            ("window_soundtrack", LABELS, MIXED),
            ("window_acoustics", HIDDEN),
        ):
            if wanted and name not in wanted:
                continue
            blender.do(street if HEARD in steps else "bpy.ops.wm.read_homefile(use_empty=True)")
            blender.do(OPEN)
            blender.until("next(r for r in place()['area'].regions if r.type == 'UI').width > 1")
            blender.do("next(r for r in place()['area'].regions if r.type == 'UI').active_panel_category = 'See2Sound'")
            if MIXED in steps:
                enlarge_the_timeline()
            for step in steps:
                blender.do(step)
            if HIDDEN in steps:
                blender.picture(name)  # the sidebar scrolls as it is drawn
                blender.click(1028, 657)  # the panel Room is closed at first
            time.sleep(4.0)  # reports fade
            blender.picture(name)
            picture = Image.open(KEPT / f"{name}.png").convert("RGB")
            picture.thumbnail((1300, 1300))
            picture.save(IMAGES / f"{name}.jpg", quality=88)


if __name__ == "__main__":
    main()
