"""Plans as JSON: written, and read strictly, for they come from strangers. The format is in docs/plan.md."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .errors import See2SoundError
from .materials import BANDS, MATERIALS
from .soundscene import (
    DISTANCE_MODELS,
    EXTENTS,
    WALLS,
    Absorption,
    Air,
    Cone,
    Fader,
    Ground,
    Occlusion,
    Response,
    Room,
    Shoebox,
    SoundScene,
    Source,
    Trajectory,
    check_clip_exists,
)

VERSION = 1
MOST_POINTS = 32
LARGEST_FILE = 256 * 2**20
"""Bytes; a plan larger than this is not read."""


def plan_to_json(scene: SoundScene, folder: Path | None = None) -> str:
    """The plan as JSON text; clips inside `folder` are written relative to it."""
    return json.dumps(_scene_to_dict(scene, folder), indent=1, allow_nan=False) + "\n"


def plan_from_json(text: str, folder: Path = Path()) -> SoundScene:
    """Read a plan; relative clips lie in `folder`. Errors: `plan-*`, each naming the key that is wrong."""
    try:
        data = json.loads(text, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise See2SoundError("plan-syntax", f"The plan is not JSON: {error}.", "Write it with a JSON library.") from error
    return _scene_from_dict(data, folder)


def read_plan(path: str | os.PathLike[str]) -> SoundScene:
    """Read a plan file and check that every clip exists. Errors: `plan-missing`, `plan-*`, `clip-missing`."""
    path = Path(path)
    if not path.is_file():
        raise See2SoundError("plan-missing", f"There is no plan at {path}.", "Check the path.")
    if path.stat().st_size > LARGEST_FILE:
        raise See2SoundError("plan-too-large", f"{path.name} is larger than 256 MiB.", "Sample the paths less densely.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise See2SoundError("plan-unreadable", f"{path.name} cannot be read: {error}.", "It must be UTF-8 text.") from error
    scene = plan_from_json(text, path.parent)
    for source in scene.sources:
        check_clip_exists(source)
    return scene


def _scene_to_dict(scene: SoundScene, folder: Path | None) -> dict[str, Any]:
    listener = {**_trajectory_to_dict(scene.listener), "cuts": _rounded(scene.listener.cuts)}
    return {
        "version": VERSION,
        "seed": scene.seed,
        "sample_rate": scene.sample_rate,
        "duration": scene.duration,
        "speed_of_sound": scene.speed_of_sound,
        "doppler_factor": scene.doppler_factor,
        "distance_model": scene.distance_model,
        "air": None if scene.air is None else asdict(scene.air),
        "listener": listener,
        "sources": [_source_to_dict(source, folder) for source in scene.sources],
        "room": _room_to_dict(scene.room, folder),
    }


def _source_to_dict(source: Source, folder: Path | None) -> dict[str, Any]:
    return {
        "id": source.id,
        "label": source.label,
        "prompt": source.prompt,
        "extent": source.extent,
        "radius": source.radius,
        "clip": _relative(source.clip, folder),
        "start": source.start,
        "loop": source.loop,
        "gain_db": source.gain_db,
        "pitch": source.pitch,
        "fader": {"times": _rounded(source.fader.times), "gain_db": _rounded(source.fader.gain_db)},
        **_trajectory_to_dict(source.path),
        **({"cuts": _rounded(source.path.cuts)} if len(source.path.cuts) else {}),
        **({"synchronous": True} if source.synchronous else {}),
        **({} if source.lfe_db is None else {"lfe_db": source.lfe_db}),
        **({"divergence": source.divergence} if source.divergence else {}),
        **({"spread": source.spread} if source.spread else {}),
        **({"points": _rounded(source.points)} if len(source.points) else {}),
        **({"diffuse": True} if source.diffuse else {}),
        "reference_distance": source.reference_distance,
        "max_distance": source.max_distance,
        "rolloff": source.rolloff,
        "min_gain": source.min_gain,
        "max_gain": source.max_gain,
        "cone": {"inner": source.cone.inner, "outer": source.cone.outer, "outer_gain": source.cone.outer_gain},
        "occlusion": {
            "times": _rounded(source.occlusion.times),
            "gain_db": _rounded(source.occlusion.gain_db),
            "lowpass": _rounded(source.occlusion.lowpass),
        },
    }


def _relative(path: Path, folder: Path | None) -> str:
    inside = folder is not None and path.is_absolute() and path.is_relative_to(folder.absolute())
    return (path.relative_to(folder.absolute()) if inside and folder is not None else path).as_posix()


def _room_to_dict(room: Room | None, folder: Path | None) -> dict[str, Any] | None:
    match room:
        case None:
            return None
        case Ground():
            return {"kind": "ground", "height": room.height, "material": _material_name(room.absorption)}
        case Response():
            return {"kind": "response", "file": _relative(room.file, folder), "gain_db": room.gain_db}
        case Shoebox():
            return {
                "kind": "shoebox",
                "centre": _rounded(np.array(room.centre)),
                "size": _rounded(np.array(room.size)),
                "rotation": _rounded(np.array(room.rotation)),
                "walls": {name: _material_name(wall) for name, wall in zip(WALLS, room.walls, strict=True)},
                "order": room.order,
                "tail": room.tail,
            }


def _material_name(absorption: Absorption) -> str | list[float]:
    """Its name where it is one of the presets."""
    return next((name for name, known in MATERIALS.items() if known == tuple(absorption)), list(absorption))


def _trajectory_to_dict(path: Trajectory) -> dict[str, Any]:
    return {"times": _rounded(path.times), "positions": _rounded(path.positions), "rotations": _rounded(path.rotations)}


def _rounded(values: np.ndarray) -> Any:
    """Nanometres and nanoseconds are enough; more digits only make plans long."""
    return (np.round(np.asarray(values, float), 9) + 0.0).tolist()


class _Reader:
    """Takes keys out of a dictionary, checked; whatever is left over is an error that names it."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise See2SoundError("plan-type", f"{where} must be an object.", "See docs/plan.md for the format.")
        self.data, self.where = dict(data), where

    def fail(self, key: str, must: str, code: str = "plan-value") -> See2SoundError:
        return See2SoundError(code, f"{self.where}: {key} {must}.", "See docs/plan.md for the format.")

    def take(self, key: str, default: Any = ...) -> Any:
        if key in self.data:
            return self.data.pop(key)
        if default is ...:
            raise self.fail(repr(key), "is missing", "plan-key-missing")
        return default

    def text(self, key: str, default: Any = ..., among: tuple[str, ...] = ()) -> str:
        value = self.take(key, default)
        if not isinstance(value, str) or (among and value not in among):
            raise self.fail(repr(key), f"must be one of {', '.join(among)}" if among else "must be text")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise self.fail(repr(key), "must be true or false")
        return value

    def number(self, key: str, default: Any = ..., low: float = -math.inf, high: float = math.inf) -> float:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
            raise self.fail(repr(key), f"must be a finite number, not {str(value)[:40]}")
        if not low <= value <= high:
            raise self.fail(repr(key), f"must lie between {low:g} and {high:g}, not {value:g}")
        return float(value)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.number(key, default, low, high)
        if value != int(value):
            raise self.fail(repr(key), f"must be a whole number, not {value:g}")
        return int(value)

    def array(self, key: str, columns: int, default: Any = ..., largest: float = 1e7) -> np.ndarray:
        """(n,) for columns 0, else (n, columns)."""
        value = self.take(key, default)
        shape = f"a list of {columns}-number lists" if columns else "a list of numbers"
        try:
            raw = np.array(value)
            array = raw.astype(float)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.fail(repr(key), f"must be {shape}") from error
        if (raw.size and raw.dtype.kind not in "iuf") or _has_flag(value):
            raise self.fail(repr(key), f"must be {shape}")
        if columns and array.shape == (0,):
            array = array.reshape(0, columns)
        if array.ndim != (2 if columns else 1) or (columns and array.shape[1] != columns):
            raise self.fail(repr(key), f"must be {shape}")
        if not np.isfinite(array).all() or (np.abs(array) > largest).any():
            raise self.fail(repr(key), f"must hold finite numbers up to {largest:g}")
        return array

    def end(self) -> None:
        if self.data:
            raise self.fail(repr(sorted(self.data)[0]), "is not a key of the plan", "plan-key-unknown")


def _has_flag(value: Any) -> bool:
    return any(_has_flag(item) for item in value) if isinstance(value, list) else isinstance(value, bool)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


def _scene_from_dict(data: Any, folder: Path) -> SoundScene:
    reader = _Reader(data, "The plan")
    version = reader.number("version")
    if version != VERSION:
        raise reader.fail("'version'", f"must be {VERSION}, not {version:g}", "plan-version")
    scene = SoundScene(
        duration=reader.number("duration", low=1e-3, high=86400.0),
        listener=_listener_from_dict(reader.take("listener")),
        sources=[],
        seed=reader.whole("seed", 0, 0, 2**31 - 1),
        sample_rate=reader.whole("sample_rate", 48000, 8000, 192000),
        speed_of_sound=reader.number("speed_of_sound", 343.3, low=1.0, high=1e5),
        doppler_factor=reader.number("doppler_factor", 1.0, low=0.0, high=100.0),
        distance_model=reader.text("distance_model", "inverse_clamped", among=DISTANCE_MODELS),
    )
    scene.air = _air(reader.take("air", None))
    scene.room = _room(reader.take("room", None), folder)
    sources = reader.take("sources")
    if not isinstance(sources, list):
        raise reader.fail("'sources'", "must be a list")
    reader.end()
    scene.sources = [_source_from_dict(item, number, folder) for number, item in enumerate(sources)]
    names = [source.id for source in scene.sources]
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise reader.fail("'sources'", f"has the id {twice!r} twice")
    return scene


def _air(data: Any) -> Air | None:
    if data is None:
        return None
    reader = _Reader(data, "The air")
    air = Air(
        reader.number("temperature", 20.0, low=-40.0, high=60.0),
        reader.number("humidity", 50.0, low=0.0, high=100.0),
        reader.number("pressure", 101.325, low=20.0, high=200.0),
    )
    reader.end()
    return air


def _room(data: Any, folder: Path) -> Room | None:
    if data is None:
        return None
    reader = _Reader(data, "The room")
    kind = reader.text("kind", among=("ground", "shoebox", "response"))
    room: Room
    if kind == "ground":
        room = Ground(reader.number("height", 0.0, low=-1e6, high=1e6), _absorption(reader, "material"))
    elif kind == "response":
        room = Response(folder / reader.text("file"), reader.number("gain_db", 0.0, low=-120.0, high=60.0))
    else:
        room = _shoebox(reader)
    reader.end()
    return room


def _shoebox(reader: _Reader) -> Shoebox:
    centre, size = reader.array("centre", 0), reader.array("size", 0, largest=1e4)
    rotation = reader.array("rotation", 0, [1.0, 0.0, 0.0, 0.0])
    for key, values, count in (("centre", centre, 3), ("size", size, 3), ("rotation", rotation, 4)):
        if len(values) != count:
            raise reader.fail(repr(key), f"must have {count} numbers")
    if size.min() < 0.1:
        raise reader.fail("'size'", "must be at least 0.1 m each way")
    if abs(float(np.linalg.norm(rotation)) - 1.0) > 1e-3:
        raise reader.fail("'rotation'", "must be a unit quaternion (w, x, y, z)")
    walls = _Reader(reader.take("walls"), "The walls of the room")
    absorption = tuple(_absorption(walls, name) for name in WALLS)
    walls.end()
    order, tail = reader.whole("order", 2, 0, 10), reader.flag("tail", True)
    turn = tuple((rotation / np.linalg.norm(rotation)).tolist())
    return Shoebox(tuple(centre.tolist()), tuple(size.tolist()), absorption, turn, order, tail)


def _absorption(reader: _Reader, key: str) -> Absorption:
    """The name of a material, or a number for each octave."""
    if isinstance(reader.data.get(key), str):
        return MATERIALS[reader.text(key, among=tuple(MATERIALS))]
    values = reader.array(key, 0, largest=1.0)
    if len(values) != len(BANDS) or values.min() < 0.0:
        raise reader.fail(repr(key), f"must be a material or {len(BANDS)} numbers from 0 to 1, one an octave from 125 Hz")
    return tuple(values.tolist())


def _listener_from_dict(data: Any) -> Trajectory:
    reader = _Reader(data, "The listener")
    path = _trajectory(reader)
    reader.end()
    return path


def _trajectory(reader: _Reader) -> Trajectory:
    times = reader.array("times", 0, [0.0], largest=1e6)
    positions = reader.array("positions", 3)
    rotations = reader.array("rotations", 4, [[1.0, 0.0, 0.0, 0.0]])
    cuts = reader.array("cuts", 0, [], largest=1e6)
    if len(times) == 0:
        raise reader.fail("'times'", "must not be empty")
    for key, values in (("times", times), ("cuts", cuts)):
        if (np.diff(values) <= 0.0).any():
            raise reader.fail(repr(key), "must go forwards", "plan-times-backwards")
    for key, array in (("positions", positions), ("rotations", rotations)):
        if len(array) not in (1, len(times)):
            raise reader.fail(repr(key), f"must have 1 entry or as many as times ({len(times)}), not {len(array)}")
    length = np.linalg.norm(rotations, axis=1, keepdims=True)
    if (np.abs(length - 1.0) > 1e-3).any():
        raise reader.fail("'rotations'", "must be unit quaternions (w, x, y, z)")
    return Trajectory(times, positions, rotations / length, cuts)


def _source_from_dict(data: Any, number: int, folder: Path) -> Source:
    name = data.get("id", number) if isinstance(data, dict) else number
    reader = _Reader(data, f"Source {name!r}")
    source = Source(
        id=reader.text("id"),
        clip=folder / reader.text("clip"),
        path=_trajectory(reader),
        label=reader.text("label", ""),
        prompt=reader.text("prompt", ""),
        extent=reader.text("extent", "point", among=EXTENTS),
        radius=reader.number("radius", 0.0, low=0.0, high=1e6),
        start=reader.number("start", 0.0, low=-1e6, high=1e6),
        loop=reader.flag("loop", False),
        gain_db=reader.number("gain_db", 0.0, low=-1000.0, high=120.0),
        pitch=reader.number("pitch", 1.0, low=0.1, high=10.0),
        fader=_fader(reader.take("fader", {}), reader.where),
        reference_distance=reader.number("reference_distance", 1.0, low=0.0, high=1e6),
        max_distance=reader.number("max_distance", 1000.0, low=0.0, high=1e12),
        rolloff=reader.number("rolloff", 1.0, low=0.0, high=1e3),
        min_gain=reader.number("min_gain", 0.0, low=0.0, high=1000.0),
        max_gain=reader.number("max_gain", 1000.0, low=0.0, high=1000.0),
        cone=_cone(reader.take("cone", {})),
        occlusion=_occlusion(reader.take("occlusion", {}), reader.where),
        synchronous=reader.flag("synchronous", False),
        lfe_db=None if reader.data.get("lfe_db") is None else reader.number("lfe_db", low=-1000.0, high=120.0),
        divergence=reader.number("divergence", 0.0, low=0.0, high=1.0),
        spread=reader.number("spread", 0.0, low=0.0, high=2.0 * math.pi),
        points=reader.array("points", 3, []),
        diffuse=reader.flag("diffuse", False),
    )
    reader.data.pop("lfe_db", None)
    if len(source.points) > MOST_POINTS:
        raise reader.fail("'points'", f"must be at most {MOST_POINTS}")
    if source.min_gain > source.max_gain:
        raise reader.fail("'min_gain'", "must not be above max_gain")
    if not source.id:
        raise reader.fail("'id'", "must not be empty")
    reader.end()
    return source


def _cone(data: Any) -> Cone:
    reader = _Reader(data, "A cone")
    full = 2.0 * math.pi + 1e-3
    cone = Cone(
        min(reader.number("inner", 2.0 * math.pi, low=0.0, high=full), 2.0 * math.pi),
        min(reader.number("outer", 2.0 * math.pi, low=0.0, high=full), 2.0 * math.pi),
        reader.number("outer_gain", 1.0, low=0.0, high=1.0),
    )
    if cone.inner > cone.outer:
        raise reader.fail("'inner'", "must not be above outer")
    reader.end()
    return cone


def _fader(data: Any, where: str) -> Fader:
    reader = _Reader(data, f"The fader of {where[0].lower()}{where[1:]}")
    fader = Fader(reader.array("times", 0, [0.0], largest=1e6), reader.array("gain_db", 0, [0.0], largest=1000.0))
    if len(fader.times) == 0 or (np.diff(fader.times) <= 0.0).any():
        raise reader.fail("'times'", "must go forwards", "plan-times-backwards")
    if len(fader.times) != len(fader.gain_db) or fader.gain_db.max() > 120.0:
        raise reader.fail("'gain_db'", "must be as long as times and at most 120")
    reader.end()
    return fader


def _occlusion(data: Any, where: str) -> Occlusion:
    reader = _Reader(data, f"The occlusion of {where[0].lower()}{where[1:]}")
    occlusion = Occlusion(
        reader.array("times", 0, [0.0], largest=1e6),
        reader.array("gain_db", 0, [0.0], largest=120.0),
        reader.array("lowpass", 0, [20000.0], largest=1e6),
    )
    if len(occlusion.times) == 0 or (np.diff(occlusion.times) <= 0.0).any():
        raise reader.fail("'times'", "must go forwards", "plan-times-backwards")
    if len({len(occlusion.times), len(occlusion.gain_db), len(occlusion.lowpass)}) != 1:
        raise reader.fail("'gain_db' and 'lowpass'", "must be as long as times")
    if (occlusion.lowpass < 1.0).any():
        raise reader.fail("'lowpass'", "must be at least 1 Hz")
    reader.end()
    return occlusion
