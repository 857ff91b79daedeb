"""What is known about the 80 classes of COCO: what they are called, how large they are. Plain data.

How they sound and how loud they are is in the lexicon, under their labels. Heights: people by WHO growth references, animals
at the withers or standing, vehicles and household objects by their makers' usual dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

from .lexicon.lookup import sound_of


@dataclass(frozen=True)
class ObjectClass:
    """`label`: what it is called here. `extent`: "point", "area" or "ambient".

    `height`: usual, metres, and `spread`: the standard deviation of its logarithm.
    """

    label: str
    extent: str
    height: float
    spread: float

    @property
    def prompt(self) -> str:
        """How it sounds, or SILENT."""
        return sound_of(self.label).prompt

    @property
    def level(self) -> float:
        """DB SPL at one metre, 0 if silent."""
        return sound_of(self.label).level


def _object(label: str, height: float, spread: float = 0.3) -> ObjectClass:
    return ObjectClass(label, "point", height, spread)


OBJECTS: dict[str, ObjectClass] = {
    "person": _object("person", 1.7, 0.1),
    "bicycle": _object("bicycle", 1.05, 0.1),
    "car": _object("car", 1.5, 0.12),
    "motorcycle": _object("motorcycle", 1.15, 0.12),
    "airplane": _object("airplane", 11, 0.5),
    "bus": _object("bus", 3.1, 0.12),
    "train": _object("train", 4.1, 0.12),
    "truck": _object("truck", 3.2, 0.25),
    "boat": _object("boat", 2, 0.6),
    "traffic light": _object("traffic light", 0.9),
    "fire hydrant": _object("fire hydrant", 0.75),
    "stop sign": _object("stop sign", 0.75),
    "parking meter": _object("parking meter", 1.3),
    "bench": _object("bench", 0.85),
    "bird": _object("bird", 0.2, 0.6),
    "cat": _object("cat", 0.3, 0.2),
    "dog": _object("dog", 0.6, 0.35),
    "horse": _object("horse", 1.7, 0.15),
    "sheep": _object("sheep", 0.85, 0.15),
    "cow": _object("cow", 1.45, 0.12),
    "elephant": _object("elephant", 2.8, 0.2),
    "bear": _object("bear", 1),
    "zebra": _object("zebra", 1.3, 0.12),
    "giraffe": _object("giraffe", 4.6, 0.15),
    "backpack": _object("backpack", 0.5),
    "umbrella": _object("umbrella", 0.8),
    "handbag": _object("handbag", 0.3),
    "tie": _object("tie", 0.5),
    "suitcase": _object("suitcase", 0.6),
    "frisbee": _object("frisbee", 0.25),
    "skis": _object("skis", 1.7),
    "snowboard": _object("snowboard", 1.5),
    "sports ball": _object("ball", 0.22),
    "kite": _object("kite", 1, 0.5),
    "baseball bat": _object("baseball bat", 0.85),
    "baseball glove": _object("baseball glove", 0.3),
    "skateboard": _object("skateboard", 0.12),
    "surfboard": _object("surfboard", 2),
    "tennis racket": _object("tennis racket", 0.68),
    "bottle": _object("bottle", 0.3),
    "wine glass": _object("wine glass", 0.2),
    "cup": _object("cup", 0.1),
    "fork": _object("fork", 0.2),
    "knife": _object("knife", 0.22),
    "spoon": _object("spoon", 0.18),
    "bowl": _object("bowl", 0.08),
    "banana": _object("banana", 0.18),
    "apple": _object("apple", 0.08),
    "sandwich": _object("sandwich", 0.08),
    "orange": _object("orange", 0.08),
    "broccoli": _object("broccoli", 0.15),
    "carrot": _object("carrot", 0.18),
    "hot dog": _object("hot dog", 0.06),
    "pizza": _object("pizza", 0.3),
    "donut": _object("donut", 0.05),
    "cake": _object("cake", 0.15),
    "chair": _object("chair", 0.9),
    "couch": _object("couch", 0.85),
    "potted plant": _object("potted plant", 0.6, 0.6),
    "bed": _object("bed", 0.6),
    "dining table": _object("dining table", 0.75),
    "toilet": _object("toilet", 0.75),
    "tv": _object("television", 0.6, 0.4),
    "laptop": _object("laptop", 0.24, 0.2),
    "mouse": _object("computer mouse", 0.04),
    "remote": _object("remote control", 0.18),
    "keyboard": _object("keyboard", 0.03),
    "cell phone": _object("telephone", 0.15),
    "microwave": _object("microwave", 0.3, 0.2),
    "oven": _object("oven", 0.6),
    "toaster": _object("toaster", 0.2),
    "sink": _object("sink", 0.2, 0.4),
    "refrigerator": _object("refrigerator", 1.7, 0.2),
    "book": _object("book", 0.22),
    "clock": _object("clock", 0.4, 0.8),
    "vase": _object("vase", 0.3),
    "scissors": _object("scissors", 0.18),
    "teddy bear": _object("teddy bear", 0.35),
    "hair drier": _object("hair dryer", 0.22, 0.2),
    "toothbrush": _object("toothbrush", 0.18),
}
COCO = tuple(OBJECTS)
"""The classes of COCO in its order, which is that of a detector's outputs."""
OBJECTS.update(
    {
        "cyclist": _object("cyclist", 1.75, 0.1),
        "motorcyclist": _object("motorcyclist", 1.6, 0.12),
        "rider": _object("rider", 2.3, 0.12),
        "crowd": ObjectClass("crowd", "area", 1.7, 0.15),
        "traffic": ObjectClass("traffic", "area", 1.5, 0.12),
    }
)
"""What detections are joined to."""
