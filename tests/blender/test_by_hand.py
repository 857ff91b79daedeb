"""Sources that are marked by hand: at a point, in a box, merged; a second run keeps them."""

import math

import cv2
import numpy as np
import pytest
from networks import write_network
from test_networks import nanodet

ELLIPSES = ((0.25, 0.6), (0.7, 0.65))


@pytest.fixture
def two(bpy, tmp_path):
    """A picture of two red ellipses on a dull ground under a light sky, and a scene that has looked at it and found nothing."""
    rows, columns = np.mgrid[:300, :400]
    pixels = np.where(rows[..., None] < 120, (170, 200, 235), (110, 100, 80))
    pixels = pixels + np.random.default_rng(0).integers(0, 9, (300, 400, 3))
    for x, y in ELLIPSES:
        pixels[((columns / 400 - x) / 0.2) ** 2 + ((rows / 300 - y) / 0.4) ** 2 < 0.25] = (200, 40, 30)
    path = tmp_path / "two.png"
    cv2.imwrite(str(path), pixels[..., ::-1].astype(np.uint8))
    bpy.ops.see2sound.reconstruct(filepath=str(path), generate=False)
    for obj in speakers(bpy):
        bpy.data.objects.remove(obj)
    return path


def speakers(bpy):
    return sorted((obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER"), key=lambda obj: obj.name)


def seen_at(bpy, obj):
    """Where Blender draws a Speaker in the camera's frame, y down."""
    from bpy_extras.object_utils import world_to_camera_view

    bpy.context.view_layer.update()
    at = world_to_camera_view(bpy.context.scene, bpy.context.scene.camera, obj.matrix_world.translation)
    return at.x, 1.0 - at.y


def iou(ring, x, y):
    truth, drawn = np.zeros((300, 400), np.uint8), np.zeros((300, 400), np.uint8)
    rows, columns = np.mgrid[:300, :400]
    truth[((columns / 400 - x) / 0.2) ** 2 + ((rows / 300 - y) / 0.4) ** 2 < 0.25] = 1
    cv2.fillPoly(drawn, [np.array([(int(a * 400), int(b * 300)) for a, b in ring], np.int32)], 1)
    return (truth & drawn).sum() / (truth | drawn).sum()


@pytest.mark.parametrize("how", ["point", "box"])
def test_an_object_that_is_marked_is_outlined_and_stands_in_its_direction(bpy, two, how):
    x, y = ELLIPSES[0]
    box = (x, y, x, y) if how == "point" else (x - 0.13, y - 0.24, x + 0.13, y + 0.24)
    bpy.ops.see2sound.mark_object(box=box)
    (obj,) = speakers(bpy)
    assert iou(obj.see2sound.outline, x, y) > 0.85
    assert seen_at(bpy, obj) == pytest.approx((x, y), abs=0.02)
    assert obj.location.z >= -1e-4 and obj.see2sound.by_hand


def test_what_was_marked_by_hand_survives_a_second_run_and_is_not_found_again(bpy, two):
    x, y = ELLIPSES[0]
    bpy.ops.see2sound.mark_object(box=(x, y, x, y))
    (obj,) = speakers(bpy)
    obj.see2sound.label = "drum"
    name, place = obj.see2sound.source_id, tuple(obj.location)
    bpy.ops.see2sound.reconstruct(filepath=str(two), generate=False)
    again = [one for one in speakers(bpy) if one.see2sound.source_id == name]
    assert len(again) == 1 and again[0].see2sound.label == "drum"
    assert tuple(again[0].location) == pytest.approx(place)
    others = [one for one in speakers(bpy) if one.see2sound.source_id != name]
    assert all(math.dist(one.see2sound.centre, (x, y)) > 0.15 for one in others)


def test_the_detector_gives_the_name_and_the_box(bpy, two, tmp_path):
    """A network that sees a dog at one place: a click there is the dog, a click elsewhere is not."""
    scene = bpy.context.scene
    dog = write_network(tmp_path / "dog.onnx", nanodet(box=(62.4, 150.0, 145.6, 275.0), stride=16, bins=17), 416)
    scene.see2sound.eye, scene.see2sound.eye_file = "FILE", str(dog)
    for x, y in ELLIPSES:
        bpy.ops.see2sound.mark_object(box=(x, y, x, y))
    labels = [obj.see2sound.label for obj in sorted(speakers(bpy), key=lambda obj: obj.see2sound.centre[0])]
    assert labels == ["dog", "unknown object"]
    sounds = [obj.data.sound is not None for obj in sorted(speakers(bpy), key=lambda obj: obj.see2sound.centre[0])]
    assert sounds == [True, False]


def test_two_parts_become_one_in_the_middle_of_both(bpy, two):
    for x, y in ELLIPSES:
        bpy.ops.see2sound.mark_object(box=(x - 0.13, y - 0.24, x + 0.13, y + 0.24), generate=False)
    first, second = speakers(bpy)
    centres = [tuple(one.see2sound.centre) for one in (first, second)]
    for obj in (first, second):
        obj.select_set(True)
    bpy.context.view_layer.objects.active = first
    first.see2sound.label = "drums"
    bpy.ops.see2sound.merge_sources()
    (one,) = speakers(bpy)
    assert one.see2sound.label == "drums" and one.see2sound.by_hand
    left, right = min(centre[0] for centre in centres), max(centre[0] for centre in centres)
    assert one.see2sound.box[0] < left and one.see2sound.box[2] > right
    assert seen_at(bpy, one) == pytest.approx(tuple(one.see2sound.centre), abs=0.01)
    bpy.ops.see2sound.reconstruct(filepath=str(two), generate=False)
    assert one.see2sound.source_id in {obj.see2sound.source_id for obj in speakers(bpy)}


def test_merging_needs_two_unlocked_sources_of_one_picture(bpy, two):
    x, y = ELLIPSES[0]
    bpy.ops.see2sound.mark_object(box=(x, y, x, y), generate=False)
    assert not bpy.ops.see2sound.merge_sources.poll()
    bpy.ops.see2sound.mark_object(box=(0.7, 0.65, 0.7, 0.65), generate=False)
    for obj in speakers(bpy):
        obj.select_set(True)
    bpy.context.view_layer.objects.active = speakers(bpy)[0]
    assert bpy.ops.see2sound.merge_sources.poll()
    speakers(bpy)[1].see2sound.locked = True
    assert not bpy.ops.see2sound.merge_sources.poll()


def test_a_box_outside_and_a_scene_without_a_picture_are_refused(bpy, two):
    with pytest.raises(RuntimeError, match="not within the picture"):
        bpy.ops.see2sound.mark_object(box=(0.6, 0.5, 0.4, 0.7))
    assert speakers(bpy) == []
    bpy.context.scene.see2sound.picture = ""
    assert not bpy.ops.see2sound.mark_object.poll()
    assert not bpy.ops.see2sound.draw_object.poll()
