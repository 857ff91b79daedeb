"""The process of the live preview: it plays sources through the system's audio device, where it is told that they are.

In, a JSON object a line: {"layout", "sofa"}, then {"clip", "file", "loops"}, {"forget"} or {"now": {name: VALUES}, "playing"}.
VALUES are those of `Said`. Out: {"device", "compiled"} once it plays, {"broken", "why"} for a file that cannot be read, and
{"error"}.

Run as `python -m see2sound_addon.live.playing`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import traceback
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np

from ..errors import See2SoundError
from ..media.audio import read_clip
from ..pipeline import CLIP_RATE, read_head
from ..spatial.kernels import kernel
from ..spatial.kernels.grid import HOP
from ..spatial.live import LiveMixer, Placed, TwoEars, TwoLoudspeakers, dulled

PERIOD = 10
"""Milliseconds between two times that the device asks for samples; it holds two of them."""
DRIFT = 0.12
"""Seconds that a clip may be away from where the animation is while that plays."""
SCRUB = 0.3
"""Seconds that a clip which plays once is heard after each step through the timeline."""
HEADROOM = 0.5
"""Of full scale, for several sounds at once."""
SWITCH = 0.0005
"""Seconds after which Python's threads take turns."""


class Said(NamedTuple):
    """A source as it is now. `x`, `y`, `z`, `travel` to `pitch`: see `spatial.live.Placed`.

    `clip`: seconds into its clip, negative before it begins.
    """

    x: float
    y: float
    z: float
    travel: float
    gain: float
    sharpness: float
    dull: float
    tail: float
    decay: float
    pitch: float
    clip: float

    def placed(self) -> Placed:
        """Where it is, and how loud."""
        direction = np.array([self.x, self.y, self.z])
        levels = (HEADROOM * self.gain, self.sharpness, HEADROOM * self.dull, HEADROOM * self.tail)
        return Placed(direction, self.travel, *levels, self.decay, self.pitch)


@dataclass
class _Track:
    """A source whose clip is there. `seconds`: of the clip. `until`: the moment up to which it is heard."""

    seconds: float
    loops: bool
    clip: float = float("nan")
    until: float = -1.0
    placed: Placed | None = None


class Playback:
    """Makes the samples. `tell` and `load` are for other threads, `frames` for the device's."""

    def __init__(self, mixer: LiveMixer) -> None:
        self._mixer = mixer
        self._said: tuple[dict[str, Said], bool] = ({}, False)
        self._followed: tuple[dict[str, Said], bool] | None = None
        self._arrived: SimpleQueue[tuple[str, np.ndarray | None, bool]] = SimpleQueue()
        self._tracks: dict[str, _Track] = {}
        self._rest = np.zeros((2, 0), np.float32)
        self._now = 0.0

    def tell(self, sources: dict[str, Said], playing: bool) -> None:
        """Where the sources are now, and whether the animation plays."""
        self._said = (sources, playing)

    def load(self, name: str, samples: np.ndarray | None, loops: bool) -> None:
        """A source has its clip (n,) float32, n > 0, or None if it is not heard any more."""
        self._arrived.put((name, samples, loops))

    def dull(self, name: str, samples: np.ndarray) -> None:
        """What `spatial.live.dulled` makes of the clip."""
        self._mixer.add_dulled(name, samples)

    def frames(self, count: int) -> np.ndarray:
        """The next (count, 2) float32."""
        parts, there = [self._rest], self._rest.shape[1]
        while there < count:
            parts.append(self._hop())
            there += HOP
        samples = np.concatenate(parts, axis=1)
        self._rest = samples[:, count:]
        return np.ascontiguousarray(samples[:, :count].T)

    def _hop(self) -> np.ndarray:
        while not self._arrived.empty():
            self._take(*self._arrived.get())
        jumps: dict[str, float] = {}
        if self._said is not self._followed:
            self._followed = self._said
            jumps = self._follow(*self._said)
        placed = {name: self._heard(track, jumps.get(name)) for name, track in self._tracks.items() if track.placed is not None}
        self._now += HOP / CLIP_RATE
        return self._mixer.render(placed)

    def _take(self, name: str, samples: np.ndarray | None, loops: bool) -> None:
        self._mixer.remove(name)
        self._tracks.pop(name, None)
        if samples is not None:
            self._mixer.add(name, samples, loops)
            self._tracks[name] = _Track(len(samples) / CLIP_RATE, loops)
        self._followed = None

    def _follow(self, sources: dict[str, Said], playing: bool) -> dict[str, float]:
        """Take over where all sources are; samples into the clips of those that go on from elsewhere."""
        jumps = {}
        for name, track in self._tracks.items():
            said = sources.get(name)
            if said is None:
                track.until, track.clip = -1.0, float("nan")
                continue
            track.placed = said.placed()
            place = said.clip % track.seconds if track.loops else said.clip
            within = 0.0 <= place < track.seconds
            moved, track.clip = said.clip != track.clip, said.clip
            if moved and within and (not playing or self._away(name, track, place) > DRIFT):
                jumps[name] = place * CLIP_RATE
            if not within:
                track.until = -1.0
            elif playing or track.loops:
                track.until = float("inf")
            elif moved or track.until == float("inf"):
                track.until = self._now + SCRUB
        return jumps

    def _away(self, name: str, track: _Track, place: float) -> float:
        """Seconds between where a clip is and where it should be."""
        away = abs(self._mixer.moment(name) / CLIP_RATE - place)
        return min(away, track.seconds - away) if track.loops else away

    def _heard(self, track: _Track, jump: float | None) -> Placed:
        """A source at this moment; one that is silent has no level, but a place."""
        assert track.placed is not None
        now = replace(track.placed, at=jump)
        return now if track.until > self._now else replace(now, gain=0.0, dull=0.0, tail=0.0)


class Loader:
    """Reads clips, so that neither orders nor samples wait for files."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._asked: SimpleQueue[tuple[str, str, bool] | str] = SimpleQueue()
        self._clips: dict[str, np.ndarray] = {}
        self._dulled: set[str] = set()
        threading.Thread(target=self._run, daemon=True).start()

    def load(self, name: str, file: str, loops: bool) -> None:
        """Let a source have a clip."""
        self._dulled.discard(name)
        self._asked.put((name, file, loops))

    def forget(self, name: str) -> None:
        """A source is not heard any more."""
        self._clips.pop(name, None)
        self._playback.load(name, None, False)

    def dull(self, sources: dict[str, Said]) -> None:
        """Let those have a dulled clip that need one for the first time."""
        for name, said in sources.items():
            if said.dull > 0.0 and name not in self._dulled:
                self._dulled.add(name)
                self._asked.put(name)

    def _run(self) -> None:
        while True:
            asked = self._asked.get()
            if isinstance(asked, str):
                if asked in self._clips:
                    self._playback.dull(asked, dulled(self._clips.pop(asked), CLIP_RATE))
                continue
            name, file, loops = asked
            try:
                self._clips[name] = read_clip(file, CLIP_RATE).samples
            except See2SoundError as error:
                say({"broken": name, "why": error.message})
                continue
            self._playback.load(name, self._clips[name], loops)


def say(message: dict[str, Any]) -> None:
    """Answer."""
    print(json.dumps(message), flush=True)


def play(playback: Playback) -> Any:
    """Start the device that the system plays sounds with. Error: `preview-device`."""
    try:
        import miniaudio
    except ImportError as error:
        raise See2SoundError(
            "preview-device", f"The library for audio devices cannot be loaded ({error}).", "Use Play Snippet instead."
        ) from error
    try:
        device = miniaudio.PlaybackDevice(
            miniaudio.SampleFormat.FLOAT32, 2, CLIP_RATE, PERIOD, callback_periods=2, app_name="See2Sound"
        )
        if device.backend == "Null":
            raise miniaudio.MiniaudioError("this system has none")
        device.stop_callback = _gone
        source = _samples(playback)
        next(source)
        device.start(source)
    except miniaudio.MiniaudioError as error:
        raise See2SoundError(
            "preview-device", f"No audio device can be opened: {error.args[0]}.", "Connect one, or use Play Snippet."
        ) from error
    return device


def _samples(playback: Playback) -> Generator[np.ndarray, int, None]:
    """What the device asks for, in a thread of its own, which must not end in silence."""
    asked = yield np.zeros((0, 2), np.float32)
    try:
        while True:
            asked = yield playback.frames(asked)
    except Exception:
        traceback.print_exc()
        _end("The live preview has failed.", "Look at the console, and report this.")


def _gone() -> None:
    """The device has been unplugged, or taken away."""
    _end("The audio device has stopped.", "Connect it, and start the preview again.")


def _end(what: str, hint: str) -> None:
    """End the process from any thread."""
    say({"error": ["preview-device", what, hint]})
    os._exit(1)


def follow(playback: Playback, loader: Loader) -> None:
    """Do what is said until nothing more comes."""
    for line in sys.stdin:
        said = json.loads(line)
        if "clip" in said:
            loader.load(said["clip"], said["file"], said["loops"])
        elif "forget" in said:
            loader.forget(said["forget"])
        else:
            sources = {name: Said(*values) for name, values in said["now"].items()}
            loader.dull(sources)
            playback.tell(sources, said["playing"])


def main() -> int:
    """Play until the input ends; returns the exit code."""
    asked = json.loads(sys.stdin.readline())
    try:
        kernel().prepare()
        sofa = Path(asked["sofa"]) if asked["sofa"] else None
        hearing = TwoEars(read_head(sofa, CLIP_RATE)) if asked["layout"] == "binaural" else TwoLoudspeakers()
        mixer = LiveMixer(hearing, CLIP_RATE)
        mixer.warm_up()
        playback = Playback(mixer)
        gc.collect()
        gc.disable()  # a collection takes longer than a period, and nothing here makes cycles
        sys.setswitchinterval(SWITCH)
        device = play(playback)
    except See2SoundError as error:
        say({"error": [error.code, error.message, error.hint]})
        return 1
    say({"device": device.backend, "compiled": kernel().name != "numpy"})
    follow(playback, Loader(playback))
    device.stop_callback = None
    device.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
