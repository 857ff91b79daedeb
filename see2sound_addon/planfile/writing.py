"""Convert a plan to plain data and to JSON text."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..materials import MATERIALS
from ..soundscene import (
    WALLS,
    Absorption,
    Ground,
    Occlusion,
    Response,
    Room,
    Shoebox,
    SoundScene,
    Source,
    Traced,
    Trajectory,
)
from .arrays import ArrayFile
from .bounds import INLINE, VERSION


def to_text(data: dict[str, Any]) -> str:
    """JSON, one line for each key and each row of an array."""
    return _indented(data, "") + "\n"


def _indented(value: Any, margin: str) -> str:
    inner = margin + " "
    if isinstance(value, dict) and value:
        lines = [f"{inner}{json.dumps(key)}: {_indented(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict | list):
        return "[\n" + ",\n".join(inner + _indented(item, inner) for item in value) + f"\n{margin}]"
    return json.dumps(value, allow_nan=False)


def scene_to_dict(scene: SoundScene, folder: Path | None, arrays: ArrayFile | None = None) -> dict[str, Any]:
    """A plan as plain data. `arrays`: receives arrays of more than INLINE numbers, or None to keep all in the data."""
    keep = _Keeper(arrays)
    listener = {**_trajectory_to_dict(scene.listener, "listener", keep), "cuts": _rounded(scene.listener.cuts)}
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
        "sources": [_source_to_dict(source, f"source{number}", folder, keep) for number, source in enumerate(scene.sources)],
        "room": _room_to_dict(scene.room, folder, keep),
    }


def _source_to_dict(source: Source, name: str, folder: Path | None, keep: _Keeper) -> dict[str, Any]:
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
        "fader": {
            "times": keep(source.fader.times, f"{name}.fader_times"),
            "gain_db": keep(source.fader.gain_db, f"{name}.fader"),
        },
        **_trajectory_to_dict(source.path, name, keep),
        **({"cuts": _rounded(source.path.cuts)} if len(source.path.cuts) else {}),
        **({"synchronous": True} if source.synchronous else {}),
        **({} if source.lfe_db is None else {"lfe_db": source.lfe_db}),
        **({"divergence": source.divergence} if source.divergence else {}),
        **({"spread": source.spread} if source.spread else {}),
        **({"points": _rounded(source.points)} if len(source.points) else {}),
        **({"diffuse": True} if source.diffuse else {}),
        **({"object": source.object} if source.object else {}),
        **({"events": keep(source.events, f"{name}.events")} if len(source.events) else {}),
        "reference_distance": source.reference_distance,
        "max_distance": source.max_distance,
        "rolloff": source.rolloff,
        "min_gain": source.min_gain,
        "max_gain": source.max_gain,
        "cone": {"inner": source.cone.inner, "outer": source.cone.outer, "outer_gain": source.cone.outer_gain},
        "occlusion": _occlusion_to_dict(source.occlusion, name, keep),
        **_traced_to_dict(source, name, keep),
    }


def _occlusion_to_dict(occlusion: Occlusion, name: str, keep: _Keeper) -> dict[str, Any]:
    return {
        "times": keep(occlusion.times, f"{name}.occlusion_times"),
        "gain_db": keep(occlusion.gain_db, f"{name}.occlusion"),
        "lowpass": keep(occlusion.lowpass, f"{name}.lowpass"),
        **({"octaves": keep(occlusion.octaves, f"{name}.occlusion_octaves")} if len(occlusion.octaves) else {}),
    }


def _traced_to_dict(source: Source, name: str, keep: _Keeper) -> dict[str, Any]:
    """What the meshes of a scene do to the sound of a source."""
    data: dict[str, Any] = {}
    if source.detours:
        data["detours"] = [_arrays_to_dict(one, f"{name}.detour{number}", keep) for number, one in enumerate(source.detours)]
    if source.reflections:
        data["reflections"] = [
            _arrays_to_dict(one, f"{name}.reflection{number}", keep) for number, one in enumerate(source.reflections)
        ]
    if source.tail is not None:
        data["tail"] = _arrays_to_dict(source.tail, f"{name}.tail", keep)
    return data


def _arrays_to_dict(value: Any, name: str, keep: _Keeper) -> dict[str, Any]:
    """A dataclass of arrays."""
    return {item.name: keep(getattr(value, item.name), f"{name}.{item.name}") for item in fields(value)}


def _relative(path: Path, folder: Path | None) -> str:
    inside = folder is not None and path.is_absolute() and path.is_relative_to(folder.absolute())
    return (path.relative_to(folder.absolute()) if inside and folder is not None else path).as_posix()


def _room_to_dict(room: Room | None, folder: Path | None, keep: _Keeper) -> dict[str, Any] | None:
    match room:
        case None:
            return None
        case Ground():
            return {"kind": "ground", "height": room.height, "material": _material_name(room.absorption)}
        case Response():
            return {"kind": "response", "file": _relative(room.file, folder), "gain_db": room.gain_db}
        case Traced():
            return {"kind": "traced", **_arrays_to_dict(room, "room", keep)}
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


def _trajectory_to_dict(path: Trajectory, name: str, keep: _Keeper) -> dict[str, Any]:
    return {
        "times": keep(path.times, f"{name}.times"),
        "positions": keep(path.positions, f"{name}.positions"),
        "rotations": keep(path.rotations, f"{name}.rotations"),
    }


class _Keeper:
    """Numbers as lists, or, long ones, as references to a file of arrays; equal arrays are kept once."""

    def __init__(self, arrays: ArrayFile | None) -> None:
        self._arrays = arrays
        self._times: list[tuple[str, np.ndarray]] = []

    def __call__(self, values: np.ndarray, name: str) -> Any:
        if self._arrays is None or values.size <= INLINE:
            return _rounded(values)
        if name.endswith("times"):  # all sources of a scene are sampled at the same frames
            known = next((kept for kept, array in self._times if np.array_equal(array, values)), None)
            if known is not None:
                return {"array": known}
            self._times.append((name, values))
        self._arrays[name] = np.asarray(values, float)
        return {"array": name}


def _rounded(values: np.ndarray) -> Any:
    """Nanometres and nanoseconds are enough; more digits only make plans long."""
    return (np.round(np.asarray(values, float), 9) + 0.0).tolist()
