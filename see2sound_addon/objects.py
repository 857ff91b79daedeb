"""What is known about the 80 classes of COCO: how they sound, how large they are, how loud. Plain data.

Heights: people by WHO growth references, animals at the withers or standing, vehicles and household objects by their
makers' usual dimensions. Levels: dB SPL at one metre, after the sources named in `sound.levels`; household appliances
as their makers declare them.
"""

from __future__ import annotations

from dataclasses import dataclass

SILENT = "silent"
"""The prompt that means: makes no sound."""


@dataclass(frozen=True)
class ObjectClass:
    """`label`: what it is called here. `prompt`: how it sounds, or SILENT. `extent`: "point", "area" or "ambient".

    `height`: usual, metres, and `spread`: the standard deviation of its logarithm. `level`: dB SPL at one metre, 0 if silent.
    """

    label: str
    prompt: str
    extent: str
    height: float
    spread: float
    level: float


def _sounds(label: str, prompt: str, height: float, spread: float, level: float) -> ObjectClass:
    return ObjectClass(label, prompt, "point", height, spread, level)


def _silent(label: str, height: float, spread: float = 0.3) -> ObjectClass:
    return ObjectClass(label, SILENT, "point", height, spread, 0.0)


OBJECTS: dict[str, ObjectClass] = {
    "person": _sounds("person", "people talking", 1.7, 0.10, 60.0),
    "bicycle": _sounds("bicycle", "bicycle bell and chain", 1.05, 0.10, 55.0),
    "car": _sounds("car", "car engine idling", 1.5, 0.12, 80.0),
    "motorcycle": _sounds("motorcycle", "motorcycle engine idling", 1.15, 0.12, 90.0),
    "airplane": _sounds("airplane", "airplane jet engine", 11.0, 0.5, 130.0),
    "bus": _sounds("bus", "bus engine idling", 3.1, 0.12, 86.0),
    "train": _sounds("train", "train on rails", 4.1, 0.12, 98.0),
    "truck": _sounds("truck", "truck engine idling", 3.2, 0.25, 88.0),
    "boat": _sounds("boat", "water lapping at a boat", 2.0, 0.6, 65.0),
    "traffic light": _silent("traffic light", 0.9),
    "fire hydrant": _silent("fire hydrant", 0.75),
    "stop sign": _silent("stop sign", 0.75),
    "parking meter": _silent("parking meter", 1.3),
    "bench": _silent("bench", 0.85),
    "bird": _sounds("bird", "bird singing", 0.2, 0.6, 75.0),
    "cat": _sounds("cat", "cat", 0.30, 0.2, 60.0),
    "dog": _sounds("dog", "dog barking", 0.6, 0.35, 85.0),
    "horse": _sounds("horse", "horse hooves and neighing", 1.7, 0.15, 80.0),
    "sheep": _sounds("sheep", "sheep bleating", 0.85, 0.15, 75.0),
    "cow": _sounds("cow", "cow mooing", 1.45, 0.12, 80.0),
    "elephant": _sounds("elephant", "elephant trumpeting", 2.8, 0.2, 100.0),
    "bear": _sounds("bear", "bear growling", 1.0, 0.3, 75.0),
    "zebra": _sounds("zebra", "zebra hooves and barking", 1.3, 0.12, 75.0),
    "giraffe": _silent("giraffe", 4.6, 0.15),
    "backpack": _silent("backpack", 0.5),
    "umbrella": _silent("umbrella", 0.8),
    "handbag": _silent("handbag", 0.3),
    "tie": _silent("tie", 0.5),
    "suitcase": _silent("suitcase", 0.6),
    "frisbee": _silent("frisbee", 0.25),
    "skis": _silent("skis", 1.7),
    "snowboard": _silent("snowboard", 1.5),
    "sports ball": _silent("ball", 0.22),
    "kite": _sounds("kite", "kite fluttering in the wind", 1.0, 0.5, 60.0),
    "baseball bat": _silent("baseball bat", 0.85),
    "baseball glove": _silent("baseball glove", 0.3),
    "skateboard": _sounds("skateboard", "skateboard wheels rolling", 0.12, 0.3, 75.0),
    "surfboard": _silent("surfboard", 2.0),
    "tennis racket": _silent("tennis racket", 0.68),
    "bottle": _silent("bottle", 0.3),
    "wine glass": _silent("wine glass", 0.2),
    "cup": _silent("cup", 0.1),
    "fork": _silent("fork", 0.2),
    "knife": _silent("knife", 0.22),
    "spoon": _silent("spoon", 0.18),
    "bowl": _silent("bowl", 0.08),
    "banana": _silent("banana", 0.18),
    "apple": _silent("apple", 0.08),
    "sandwich": _silent("sandwich", 0.08),
    "orange": _silent("orange", 0.08),
    "broccoli": _silent("broccoli", 0.15),
    "carrot": _silent("carrot", 0.18),
    "hot dog": _silent("hot dog", 0.06),
    "pizza": _silent("pizza", 0.3),
    "donut": _silent("donut", 0.05),
    "cake": _silent("cake", 0.15),
    "chair": _silent("chair", 0.9),
    "couch": _silent("couch", 0.85),
    "potted plant": _silent("potted plant", 0.6, 0.6),
    "bed": _silent("bed", 0.6),
    "dining table": _silent("dining table", 0.75),
    "toilet": _silent("toilet", 0.75),
    "tv": _sounds("television", "television talking", 0.6, 0.4, 62.0),
    "laptop": _sounds("laptop", "laptop fan humming", 0.24, 0.2, 38.0),
    "mouse": _silent("computer mouse", 0.04),
    "remote": _silent("remote control", 0.18),
    "keyboard": _sounds("keyboard", "typing on a keyboard", 0.03, 0.3, 55.0),
    "cell phone": _sounds("telephone", "telephone ringing", 0.15, 0.3, 65.0),
    "microwave": _sounds("microwave", "microwave oven humming", 0.3, 0.2, 55.0),
    "oven": _sounds("oven", "oven fan humming", 0.6, 0.3, 48.0),
    "toaster": _silent("toaster", 0.2),
    "sink": _sounds("sink", "tap water running", 0.2, 0.4, 58.0),
    "refrigerator": _sounds("refrigerator", "refrigerator humming", 1.7, 0.2, 40.0),
    "book": _silent("book", 0.22),
    "clock": _silent("clock", 0.4, 0.8),
    "vase": _silent("vase", 0.3),
    "scissors": _silent("scissors", 0.18),
    "teddy bear": _silent("teddy bear", 0.35),
    "hair drier": _sounds("hair dryer", "hair dryer blowing", 0.22, 0.2, 78.0),
    "toothbrush": _silent("toothbrush", 0.18),
}
COCO = tuple(OBJECTS)
"""The classes of COCO in its order, which is that of a detector's outputs."""
OBJECTS.update(
    {
        "cyclist": _sounds("cyclist", "bicycle bell and chain", 1.75, 0.1, 55.0),
        "motorcyclist": _sounds("motorcyclist", "motorcycle engine idling", 1.6, 0.12, 90.0),
        "rider": _sounds("rider", "horse hooves", 2.3, 0.12, 80.0),
        "crowd": ObjectClass("crowd", "crowd murmur", "area", 1.7, 0.15, 74.0),
        "traffic": ObjectClass("traffic", "road traffic", "area", 1.5, 0.12, 84.0),
    }
)
