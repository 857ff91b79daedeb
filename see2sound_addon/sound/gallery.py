"""One page with every class of sounds: a player, a spectrogram, the parameters, the level, and what is missing."""

from __future__ import annotations

import html
from pathlib import Path

import cv2
import numpy as np
import soundfile
from scipy import fft

from ..errors import See2SoundError
from ..lexicon.classes import CLASSES
from ..lexicon.lookup import words_of
from ..media.files import check_writable
from ..progress import Progress, no_progress
from .generator import synthesise
from .measures import measure
from .models import MODELS, Model, Range

SECONDS, RATE = 6.0, 48000
WIDTH, HEIGHT = 420, 140
"""Pixels of a spectrogram."""
LOWEST, HIGHEST = 40.0, 16000.0
"""Hz."""
RANGE = 80.0
"""dB from black to white."""
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; background: #1d1d1f; color: #ddd; max-width: 92rem }
body { margin: 2rem auto; padding: 0 1rem } h1 { font-size: 1.5rem } h2 { font-size: 1.05rem; margin: 0 0 .2rem }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(27rem, 1fr)); gap: 1rem }
article { background: #2a2a2d; border-radius: 6px; padding: .8rem 1rem }
img { width: 100%; display: block; border-radius: 3px; margin: .5rem 0 } audio { width: 100%; height: 2rem }
small, td { color: #aaa; font-size: .85rem } table { border-spacing: .4rem .1rem; margin: .4rem 0 } p { margin: .3rem 0 }
"""


def write_gallery(folder: Path, progress: Progress = no_progress) -> Path:
    """Write index.html with its sounds and pictures into a folder, which is made. Error: `folder-not-writable`."""
    check_writable(folder)
    cards = []
    for number, model in enumerate(sorted(MODELS.values(), key=lambda one: one.name)):
        progress("Making sounds", number, len(MODELS))
        cards.append(_card(folder, f"{number:03d}", model))
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>See2Sound: sounds</title>'
        f"<style>{STYLE}</style></head><body><h1>The {len(MODELS)} procedural sounds of See2Sound</h1>"
        f"<p>Each with its usual parameters, {SECONDS:g} s, seamless. Spectrograms: {LOWEST:g} Hz to {HIGHEST / 1000:g} kHz, "
        f"{RANGE:g} dB.</p><main>{''.join(cards)}</main></body></html>"
    )
    try:
        (folder / "index.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise See2SoundError(
            "folder-not-writable", f"{folder} cannot be written: {error}.", "Choose another folder."
        ) from error
    progress("Done", len(MODELS), len(MODELS))
    return folder / "index.html"


def _card(folder: Path, stem: str, model: Model) -> str:
    known = CLASSES[model.name]
    clip = synthesise(model.name, SECONDS, 1, RATE)
    soundfile.write(folder / f"{stem}.ogg", clip.samples, RATE, format="OGG", subtype="VORBIS")
    cv2.imwrite(str(folder / f"{stem}.png"), spectrogram(clip.samples, RATE))
    facts = measure(clip.samples, RATE)
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{one.low:g} to {one.high:g}{unit_of(one)}, usually {one.default:g}</td>"
        f"<td>{html.escape(one.meaning)}</td></tr>"
        for name, one in model.parameters.items()
    )
    events = f"<p><small>Events: {html.escape(model.events)}</small></p>" if model.events else ""
    words = ", ".join(words_of(model.name)[:8])
    title = html.escape(model.name)
    facts_line = (
        f"{html.escape(known.audioset)} · {known.level:g} dB SPL at 1 m · {known.extent} · centroid {facts.centroid:.0f} Hz"
    )
    return (
        f"<article><h2>{title}</h2><small>AudioSet: {facts_line}</small>"
        f'<img src="{stem}.png" alt="spectrogram of {title}">'
        f'<audio controls loop preload="none" src="{stem}.ogg"></audio>'
        f"<p><small>{html.escape(words)}</small></p><table>{rows}</table>{events}"
        f"<p><small>How real: {html.escape(known.lacks)}</small></p></article>"
    )


def unit_of(parameter: Range) -> str:
    """The unit of a parameter with a space before it, or nothing."""
    return f" {html.escape(parameter.unit)}" if parameter.unit else ""


def spectrogram(samples: np.ndarray, rate: int) -> np.ndarray:
    """A picture (height, width, 3) BGR of a sound (n,), frequency on a logarithmic scale upwards."""
    size = 2048
    padded = np.pad(np.asarray(samples, np.float32), size // 2)
    starts = np.linspace(0, len(padded) - size, WIDTH).astype(int)
    frames = np.stack([padded[start : start + size] for start in starts]) * np.hanning(size).astype(np.float32)
    power = np.abs(fft.rfft(frames, axis=1)) ** 2
    wanted = np.geomspace(HIGHEST, LOWEST, HEIGHT)
    bins = np.clip(wanted * size / rate, 1.0, size // 2 - 1.0)
    below = bins.astype(int)
    share = bins - below
    level = 10.0 * np.log10(power[:, below] * (1.0 - share) + power[:, below + 1] * share + 1e-12).T
    scaled = np.clip((level - level.max() + RANGE) / RANGE, 0.0, 1.0)
    return np.asarray(cv2.applyColorMap((255.0 * scaled).astype(np.uint8), cv2.COLORMAP_MAGMA))
