"""A page about a mix, to look at and to send to a colleague: one HTML file without scripts, which loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from ..delivery.formats import Wanted
from ..media.files import write_text
from ..progress import Progress
from ..sound.library.metadata import describe
from ..soundscene import SoundScene, Source, Trajectory
from ..spatial.ambisonics import encode
from ..spatial.layouts import find_layout
from ..spatial.loudness import Meter
from ..spatial.objects import alone
from ..spatial.renderer import render

USUAL = "7.1.4"
ORDER = "ambix3"
"""Of the ambisonic mix that the energy of each direction is taken from."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d3b", "#5b5b5b")
"""Okabe and Ito's, which people with any kind of sight can tell apart."""
LOWEST = -70.0
"""LUFS at the foot of the curve of loudness."""
MOST_POINTS = 400
"""Of a path that is drawn."""
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.15rem; margin-top: 2rem } p.sub { color: #666; margin-top: .2rem }
table { border-collapse: collapse; width: 100% } figure { margin: 0 } figcaption { color: #777; font-size: .85rem }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd }
td.n { text-align: right; font-variant-numeric: tabular-nums } svg { max-width: 100%; height: auto; background: #fafafa }
svg text { font: 12px system-ui, sans-serif; fill: #444 }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #ddd } svg { background: #262626 }
svg text { fill: #bbb } th, td { border-color: #444 } p.sub { color: #999 } }
"""


@dataclass
class Facts:
    """What was measured. `momentary`: LUFS every tenth of a second; `energy`: (elevations, azimuths) dB; `levels`: dB of each
    source at the listener, every tenth of a second."""

    layout: str
    loudness: float | None
    true_peak: float
    momentary: np.ndarray
    energy: np.ndarray
    levels: list[np.ndarray]


def write_page(scene: SoundScene, clips: list[np.ndarray], out: Path, wanted: Wanted, progress: Progress) -> list[str]:
    """Write the page; returns notes. Error: `folder-not-writable`."""
    notes: list[str] = []
    facts = _measure(scene, clips, wanted, progress, notes)
    parts = [
        f"<h1>{escape(wanted.name)}</h1>",
        f'<p class="sub">{scene.duration:.2f} s, {len(scene.sources)} sources, measured in {escape(facts.layout)}</p>',
        "<h2>Levels</h2>", _levels(facts), "<h2>Loudness over time</h2>", _loudness_curve(facts, scene.duration),
        "<h2>Levels of the sources</h2>", _source_levels(facts, scene.duration),
        "<h2>From above</h2>", _map(scene), "<h2>Energy by direction</h2>", _sphere(facts),
        "<h2>Sources</h2>", _table(scene),
    ]  # fmt: skip
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(wanted.name)}</title>'
        f"<style>{STYLE}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
    write_text(out, page)
    return notes


def _measure(scene: SoundScene, clips: list[np.ndarray], wanted: Wanted, progress: Progress, notes: list[str]) -> Facts:
    layout, sphere = find_layout(wanted.layout or USUAL), find_layout(ORDER)
    meter, power = Meter(layout, scene.sample_rate), np.zeros((sphere.channels, sphere.channels))
    done = 0
    for block in render(scene, clips, layout, notes, wanted.head, response=wanted.response):
        meter.feed(block)
        done += block.shape[1]
        progress("Measuring the mix", done // 2, scene.samples)
    for block in render(scene, clips, sphere, []) if wanted.response is None else ():
        power += block.astype(float) @ block.T.astype(float)
        done += block.shape[1]
        progress("Measuring the mix", done // 2, scene.samples)
    energies = np.array(meter.energies)
    steps = np.convolve(energies, np.ones(4), "valid") if len(energies) > 3 else np.zeros(0)  # 400 ms, as the standard has it
    momentary = -0.691 + 10.0 * np.log10(np.maximum(steps / (4 * meter.step), 1e-12)) if len(steps) else steps
    levels = [_level_of(scene, source, clip, wanted) for source, clip in zip(scene.sources, clips, strict=True)]
    return Facts(layout.name, meter.integrated, meter.true_peak, momentary, _energy(power, sphere.order), levels)


def _level_of(scene: SoundScene, source: Source, clip: np.ndarray, wanted: Wanted) -> np.ndarray:
    """dB every tenth of a second of what arrives of one source, room included."""
    step, rest, found = max(1, round(0.1 * scene.sample_rate)), np.zeros(0, np.float32), []
    for block in render(alone(scene, [source]), [clip], find_layout("mono"), [], response=wanted.response):
        rest = np.concatenate([rest, block[0]])
        whole = len(rest) // step * step
        found.append((rest[:whole].reshape(-1, step).astype(float) ** 2).mean(axis=1))
        rest = rest[whole:]
    return np.asarray(10.0 * np.log10(np.maximum(np.concatenate(found) if found else np.zeros(0), 1e-12)))


def _energy(power: np.ndarray, order: int) -> np.ndarray:
    """(18, 36) dB below the strongest direction, by beams of maximum directivity every ten degrees."""
    elevation, azimuth = np.meshgrid(np.radians(np.arange(85, -90, -10)), np.radians(np.arange(175, -180, -10)), indexing="ij")
    directions = np.stack(
        [np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)], axis=-1
    ).reshape(-1, 3)
    weights = 2.0 * np.floor(np.sqrt(np.arange(power.shape[0]))) + 1.0  # from SN3D to N3D, twice
    beams = encode(directions, order) * weights
    strength = np.maximum(np.einsum("nc,cd,nd->n", beams, power, beams), 0.0).reshape(elevation.shape)
    return np.asarray(10.0 * np.log10(np.maximum(strength / max(strength.max(), 1e-30), 1e-6)))


def _levels(facts: Facts) -> str:
    loudness = "not defined" if facts.loudness is None or not np.isfinite(facts.loudness) else f"{facts.loudness:.1f} LUFS"
    peak = "silence" if not np.isfinite(facts.true_peak) else f"{facts.true_peak:.1f} dB"
    rows = [("Integrated loudness (ITU-R BS.1770)", loudness), ("True peak", peak)]
    if len(facts.momentary):
        rows.append(("Loudest 400 ms", f"{facts.momentary.max():.1f} LUFS"))
    return "<table>" + "".join(f'<tr><td>{name}</td><td class="n">{value}</td></tr>' for name, value in rows) + "</table>"


def _loudness_curve(facts: Facts, seconds: float) -> str:
    if not len(facts.momentary):
        return "<p>Too short, or not defined for this layout.</p>"
    return _curves([(facts.momentary, COLOURS[0])], 0.4, seconds, "Momentary loudness in LUFS")


def _source_levels(facts: Facts, seconds: float) -> str:
    curves = [(level, COLOURS[number % len(COLOURS)]) for number, level in enumerate(facts.levels) if len(level) > 1]
    if not curves:
        return "<p>Too short.</p>"
    return _curves(curves, 0.1, seconds, "What arrives of each source, in dB below full scale; its color is that of the list")


def _curves(curves: list[tuple[np.ndarray, str]], first: float, seconds: float, title: str) -> str:
    """Levels every tenth of a second, from `first` on, with a grid."""
    wide, high = 900, 180
    heights = {level: 10 + level / LOWEST * (high - 40) for level in (0.0, -23.0, -46.0, LOWEST)}
    parts = [
        f'<line x1="50" x2="{wide - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#8884"/>'
        f'<text x="8" y="{y + 4:.1f}">{level:.0f}</text>'
        for level, y in heights.items()
    ]
    parts += [
        f'<text x="{50 + share * (wide - 60):.0f}" y="{high - 8}" text-anchor="{anchor}">{share * seconds:.1f} s</text>'
        for share, anchor in ((0.0, "middle"), (0.25, "middle"), (0.5, "middle"), (0.75, "middle"), (1.0, "end"))
    ]
    for values, colour in curves:
        x = 50 + (np.arange(len(values)) * 0.1 + first) / max(seconds, 0.5) * (wide - 60)
        y = 10 + np.clip(values, LOWEST, 0.0) / LOWEST * (high - 40)
        parts.append(_line(np.column_stack([x, y]), colour))
    return _svg(wide, high, "".join(parts), title)


def _map(scene: SoundScene) -> str:
    """Paths of the listener and of all sources, in metres, x to the right and y up."""
    paths = [("listener", scene.listener), *((source.id, source.path) for source in scene.sources)]
    points = [_drawn(path) for _, path in paths]
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    size = max(float((high - low).max()), 1.0) * 1.15
    middle, wide = (low + high) / 2.0, 560
    scale = wide / size
    parts = [_scale_bar(scale, wide)]
    for number, ((name, _), place) in enumerate(zip(paths, points, strict=True)):
        at = np.column_stack([wide / 2 + (place[:, 0] - middle[0]) * scale, wide / 2 - (place[:, 1] - middle[1]) * scale])
        colour = "currentColor" if number == 0 else COLOURS[(number - 1) % len(COLOURS)]
        ring = f'<circle cx="{at[0, 0]:.1f}" cy="{at[0, 1]:.1f}" r="5" fill="{colour}" stroke="#fff"/>'
        text = f'<text x="{at[0, 0] + 8:.1f}" y="{at[0, 1] - 6:.1f}">{escape(name[:40])}</text>'
        parts.append((_line(at, colour) if len(at) > 1 else "") + ring + text)
    return _svg(wide, wide, "".join(parts), "Positions from above; each path begins at its dot")


def _drawn(path: Trajectory) -> np.ndarray:
    step = max(1, len(path.positions) // MOST_POINTS)
    return path.positions[::step, :2]


def _scale_bar(scale: float, wide: int) -> str:
    metres = 10.0 ** np.floor(np.log10(wide / scale / 3.0))
    end = 20 + metres * scale
    return (
        f'<line x1="20" x2="{end:.1f}" y1="{wide - 20}" y2="{wide - 20}" stroke="#888" stroke-width="3"/>'
        f'<text x="{end + 6:.1f}" y="{wide - 16}">{metres:g} m</text>'
    )


def _sphere(facts: Facts) -> str:
    """The sphere as the listener has it: the middle is ahead, the left edge behind on the left."""
    side = 18
    cells = "".join(
        f'<rect x="{40 + column * side}" y="{20 + row * side}" width="{side}" height="{side}" fill="#d55e00"'
        f' fill-opacity="{max(0.0, 1.0 + value / 30.0):.3f}"/>'
        for row, values in enumerate(facts.energy)
        for column, value in enumerate(values)
    )
    right, foot = 40 + 36 * side, 20 + 18 * side
    words = "".join(
        f'<text x="{40 + (180 - azimuth) / 10 * side:.0f}" y="{foot + 18}" text-anchor="middle">{word}</text>'
        for azimuth, word in ((180, "behind"), (90, "left"), (0, "ahead"), (-90, "right"), (-180, "behind"))
    )
    words += f'<text x="4" y="32">up</text><text x="4" y="{foot - 4}">down</text>'
    frame = f'<rect x="40" y="20" width="{36 * side}" height="{18 * side}" fill="none" stroke="#8888"/>'
    return _svg(right + 20, foot + 30, cells + frame + words, "From full colour to none: 30 dB below the strongest direction")


def _table(scene: SoundScene) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("", "Source", "Sound", "File", "Begins", "Distance", "Licence"))
    return f"<table><tr>{head}</tr>" + "".join(_rows(scene)) + "</table>"


def _rows(scene: SoundScene) -> Iterator[str]:
    for number, source in enumerate(scene.sources):
        colour = COLOURS[number % len(COLOURS)]
        begins = "from the beginning" if source.start <= 0.0 else f"{source.start:.2f} s"
        texts = (source.id, source.prompt or source.label or "-", source.clip.name, begins)
        cells = [f'<td style="color:{colour}">&#9679;</td>', *(f"<td>{escape(text)}</td>" for text in texts)]
        cells.append(f'<td class="n">{_distance(source, scene)}</td><td>{escape(_licence(source.clip))}</td>')
        yield f"<tr>{''.join(cells)}</tr>"


def _distance(source: Source, scene: SoundScene) -> str:
    if source.extent == "ambient":
        return "everywhere"
    at = np.linspace(0.0, scene.duration, 4 * MOST_POINTS)
    way = [
        np.column_stack([np.interp(at, path.times, axis) for axis in _whole(path).T]) for path in (source.path, scene.listener)
    ]
    metres = np.linalg.norm(way[0] - way[1], axis=1)
    low, high = float(metres.min()), float(metres.max())
    return f"{low:.1f} m" if high - low < 0.1 else f"{low:.1f} to {high:.1f} m"


def _whole(path: Trajectory) -> np.ndarray:
    """(n, 3) a position for each of its times."""
    return np.broadcast_to(path.positions, (len(path.times), 3))


def _licence(clip: Path) -> str:
    return describe(clip).licence or "not stated in the file"


def _line(points: np.ndarray, colour: str) -> str:
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _svg(wide: float, high: float, inside: str, title: str) -> str:
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}"'
    words = escape(title)
    return f'<figure><svg {size} role="img"><title>{words}</title>{inside}</svg><figcaption>{words}.</figcaption></figure>'
