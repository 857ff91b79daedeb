"""Build a plan from plain data, with each value checked."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from ..materials import BANDS, MATERIALS
from ..soundscene import (
    DISTANCE_MODELS,
    EXTENTS,
    WALLS,
    Absorption,
    Air,
    Cone,
    Fader,
    Ground,
    Response,
    Room,
    Shoebox,
    SoundScene,
    Source,
    Trajectory,
)
from .acoustics import check_tail, detours_from, occlusion_from, reflections_from, tail_from, traced_from
from .arrays import ArrayFile
from .bounds import MOST_POINTS, MOST_SOURCES, VERSION
from .reader import Reader

LONGEST_DELAY = 1e5
"""Seconds: a clip that starts farther from the beginning than this cannot be meant."""


def scene_from_dict(data: Any, folder: Path, arrays: ArrayFile | None = None) -> SoundScene:
    """A plan from plain data. `arrays`: its file of arrays. Errors: `plan-*`, each naming the key that is wrong."""
    reader = Reader(data, "The plan", arrays)
    version = reader.number("version")
    if version != VERSION:
        raise reader.fail("'version'", f"must be {VERSION}, not {version:g}", "plan-version")
    scene = SoundScene(
        duration=reader.number("duration", low=1e-3, high=86400.0),
        listener=_listener_from_dict(reader.inner("listener", "The listener")),
        sources=[],
        seed=reader.whole("seed", 0, 0, 2**31 - 1),
        sample_rate=reader.whole("sample_rate", 48000, 8000, 192000),
        speed_of_sound=reader.number("speed_of_sound", 343.3, low=1.0, high=1e5),
        doppler_factor=reader.number("doppler_factor", 1.0, low=0.0, high=100.0),
        distance_model=reader.text("distance_model", "inverse_clamped", among=DISTANCE_MODELS),
    )
    scene.air = _air(reader.take("air", None))
    scene.room = _room(reader.take("room", None), folder, arrays)
    sources = reader.take("sources")
    if not isinstance(sources, list) or len(sources) > MOST_SOURCES:
        raise reader.fail("'sources'", f"must be a list of at most {MOST_SOURCES} sources")
    reader.end()
    scene.sources = [_source_from_dict(item, number, folder, arrays, scene.room) for number, item in enumerate(sources)]
    twice = [name for name, count in Counter(source.id for source in scene.sources).items() if count > 1]
    if twice:
        raise reader.fail("'sources'", f"has the id {twice[0][:60]!r} twice")
    return scene


def _air(data: Any) -> Air | None:
    if data is None:
        return None
    reader = Reader(data, "The air")
    air = Air(
        reader.number("temperature", 20.0, low=-40.0, high=60.0),
        reader.number("humidity", 50.0, low=0.0, high=100.0),
        reader.number("pressure", 101.325, low=20.0, high=200.0),
    )
    reader.end()
    return air


def _room(data: Any, folder: Path, arrays: ArrayFile | None) -> Room | None:
    if data is None:
        return None
    reader = Reader(data, "The room", arrays)
    kind = reader.text("kind", among=("ground", "shoebox", "response", "traced"))
    room: Room
    if kind == "ground":
        room = Ground(reader.number("height", 0.0, low=-1e6, high=1e6), _absorption(reader, "material"))
    elif kind == "response":
        room = Response(folder / reader.text("file"), reader.number("gain_db", 0.0, low=-120.0, high=60.0))
    elif kind == "traced":
        room = traced_from(reader)
    else:
        room = _shoebox(reader)
    reader.end()
    return room


def _shoebox(reader: Reader) -> Shoebox:
    centre, size = reader.array("centre", 0), reader.array("size", 0, largest=1e4)
    rotation = reader.array("rotation", 0, [1.0, 0.0, 0.0, 0.0])
    for key, values, count in (("centre", centre, 3), ("size", size, 3), ("rotation", rotation, 4)):
        if len(values) != count:
            raise reader.fail(repr(key), f"must have {count} numbers")
    if size.min() < 0.1:
        raise reader.fail("'size'", "must be at least 0.1 m each way")
    if abs(float(np.linalg.norm(rotation)) - 1.0) > 1e-3:
        raise reader.fail("'rotation'", "must be a unit quaternion (w, x, y, z)")
    walls = Reader(reader.take("walls"), "The walls of the room")
    absorption = tuple(_absorption(walls, name) for name in WALLS)
    walls.end()
    order, tail = reader.whole("order", 2, 0, 10), reader.flag("tail", True)
    turn = tuple((rotation / np.linalg.norm(rotation)).tolist())
    return Shoebox(tuple(centre.tolist()), tuple(size.tolist()), absorption, turn, order, tail)


def _absorption(reader: Reader, key: str) -> Absorption:
    """The name of a material, or a number for each octave."""
    if isinstance(reader.data.get(key), str):
        return MATERIALS[reader.text(key, among=tuple(MATERIALS))]
    values = reader.array(key, 0, largest=1.0)
    if len(values) != len(BANDS) or values.min() < 0.0:
        raise reader.fail(repr(key), f"must be a material or {len(BANDS)} numbers from 0 to 1, one an octave from 125 Hz")
    return tuple(values.tolist())


def _listener_from_dict(reader: Reader) -> Trajectory:
    path = _trajectory(reader)
    reader.end()
    return path


def _trajectory(reader: Reader) -> Trajectory:
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


def _source_from_dict(data: Any, number: int, folder: Path, arrays: ArrayFile | None, room: Room | None) -> Source:
    name = data.get("id", number) if isinstance(data, dict) else number
    reader = Reader(data, f"Source {str(name)[:60]!r}", arrays)
    source = Source(
        id=reader.text("id"),
        clip=folder / reader.text("clip"),
        path=_trajectory(reader),
        label=reader.text("label", ""),
        prompt=reader.text("prompt", ""),
        extent=reader.text("extent", "point", among=EXTENTS),
        radius=reader.number("radius", 0.0, low=0.0, high=1e6),
        start=reader.number("start", 0.0, low=-LONGEST_DELAY, high=LONGEST_DELAY),
        loop=reader.flag("loop", False),
        gain_db=reader.number("gain_db", 0.0, low=-1000.0, high=120.0),
        pitch=reader.number("pitch", 1.0, low=0.1, high=10.0),
        fader=_fader(reader.inner("fader", f"The fader of {_as_owner(reader)}", {})),
        reference_distance=reader.number("reference_distance", 1.0, low=0.0, high=1e6),
        max_distance=reader.number("max_distance", 1000.0, low=0.0, high=1e12),
        rolloff=reader.number("rolloff", 1.0, low=0.0, high=1e3),
        min_gain=reader.number("min_gain", 0.0, low=0.0, high=1000.0),
        max_gain=reader.number("max_gain", 1000.0, low=0.0, high=1000.0),
        cone=_cone(reader.inner("cone", f"The cone of {_as_owner(reader)}", {})),
        occlusion=occlusion_from(reader.inner("occlusion", f"The occlusion of {_as_owner(reader)}", {})),
        synchronous=reader.flag("synchronous", False),
        lfe_db=None if reader.data.get("lfe_db") is None else reader.number("lfe_db", low=-1000.0, high=120.0),
        divergence=reader.number("divergence", 0.0, low=0.0, high=1.0),
        spread=reader.number("spread", 0.0, low=0.0, high=2.0 * math.pi),
        points=reader.array("points", 3, []),
        diffuse=reader.flag("diffuse", False),
        object=reader.text("object", ""),
        events=_events(reader),
        detours=detours_from(reader),
        reflections=reflections_from(reader),
        tail=tail_from(reader),
    )
    reader.data.pop("lfe_db", None)
    check_tail(reader, source.tail, room)
    if len(source.points) > MOST_POINTS:
        raise reader.fail("'points'", f"must be at most {MOST_POINTS}")
    if source.min_gain > source.max_gain:
        raise reader.fail("'min_gain'", "must not be above max_gain")
    if not source.id:
        raise reader.fail("'id'", "must not be empty")
    reader.end()
    return source


def _events(reader: Reader) -> np.ndarray:
    events = reader.array("events", 2, [], largest=1e6)
    if len(events) and (events[:, 1].min() < 0.0 or events[:, 1].max() > 1.0):
        raise reader.fail("'events'", "must be [seconds, strength] with strengths from 0 to 1")
    return events


def _as_owner(reader: Reader) -> str:
    return reader.where[0].lower() + reader.where[1:]


def _cone(reader: Reader) -> Cone:
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


def _fader(reader: Reader) -> Fader:
    fader = Fader(reader.array("times", 0, [0.0], largest=1e6), reader.array("gain_db", 0, [0.0], largest=1000.0))
    if len(fader.times) == 0 or (np.diff(fader.times) <= 0.0).any():
        raise reader.fail("'times'", "must go forwards", "plan-times-backwards")
    if len(fader.times) != len(fader.gain_db) or fader.gain_db.max() > 120.0:
        raise reader.fail("'gain_db'", "must be as long as times and at most 120")
    reader.end()
    return fader
