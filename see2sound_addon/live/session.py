"""Run a moving picture against the clock: what would have been heard, and a table of how well that went.

One thread gives the frames, one follows, and one detects. Sounds are made, and mixed, by processes of their own.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import cv2
import numpy as np

from ..backends import Backends
from ..clips import MadeClip, WantedClip, clip_name
from ..errors import See2SoundError
from ..findings import SILENT, Settings
from ..jobs.requests import MakeClips
from ..lexicon.lookup import sound_of
from ..media.moving import MovingPicture
from ..media.pictures import Picture
from ..pipeline import seed_for
from ..progress import Progress, no_progress
from ..reconstruction.looking import LookedAt, detect_in, look_at_picture
from ..vision.tracking.background import alike, small_of
from ..vision.tracking.shots import OTHER
from ..vision.tracking.watching import Watcher
from ..workers.process import Worker
from .clock import DeviceFrames, FileFrames, Frames, open_device
from .heard import Scene, Standing
from .listener import Listener

DETECTS_EVERY = 0.2
"""Seconds between two frames that are given to the detector, if it is ready for one."""
CLIP_SECONDS = 6.0
"""Of generated clips, which loop."""
SWITCH = 0.0005
"""Seconds after which Python's threads take turns."""
STARTS_IN = 0.3
"""Seconds after which the clock starts, once all is ready."""
DEVICE_SECONDS = 30.0
"""How long a camera device is listened to, if nothing else is asked for."""


@dataclass
class Report:
    """How a run went. Delays: seconds from the moment that a frame was there until the sound that follows it was played."""

    frames: int = 0
    used: int = 0
    blocks: int = 0
    late: int = 0
    sources: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    detections: int = 0
    detector_delays: list[float] = field(default_factory=list)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def dropped(self) -> int:
        """Frames that came while another one was followed."""
        return self.frames - self.used

    def delay(self, percentile: float) -> float:
        """A percentile of the delays from frame to sound, seconds; 0 without any."""
        return float(np.percentile(self.delays, percentile)) if self.delays else 0.0


class _Clips:
    """Makes clips in a worker process, so that neither eyes nor ears wait for them."""

    def __init__(self, folder: Path, seed: int, give: Callable[[str, MadeClip], None]) -> None:
        self._folder, self._seed, self._give = folder, seed, give
        self.error: See2SoundError | None = None
        self._asked: SimpleQueue[tuple[str, str] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ask(self, name: str, label: str) -> None:
        """Ask for the clip of a source."""
        self._asked.put((name, label))

    def close(self) -> None:
        """End the worker."""
        self._asked.put(None)
        self._thread.join(10.0)

    def _run(self) -> None:
        try:
            with Worker(gives_way=True) as worker:
                while (asked := self._asked.get()) is not None:
                    self._make(worker, *asked)
        except See2SoundError as error:
            self.error = error

    def _make(self, worker: Worker, name: str, label: str) -> None:
        prompt = sound_of(label).prompt
        if prompt.strip().lower() in ("", SILENT):
            return
        made = worker.ask(MakeClips([wanted_clip(self._folder, name, prompt, self._seed)]))
        for clip in made.clips:
            self._give(name, clip)


def wanted_clip(folder: Path, name: str, prompt: str, seed: int) -> WantedClip:
    """The clip of a source, in a folder."""
    own = seed_for(name, seed)
    return WantedClip(name, prompt, folder / clip_name(name, prompt, CLIP_SECONDS, own), CLIP_SECONDS, own)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """OpenCV leaves the other core to the sound, threads take turns quickly, and no collection of garbage comes between."""
    threads, interval = cv2.getNumThreads(), sys.getswitchinterval()
    cv2.setNumThreads(1)
    sys.setswitchinterval(SWITCH)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        cv2.setNumThreads(threads)
        sys.setswitchinterval(interval)


def _measured(moving: MovingPicture) -> float:
    """How long a file plays that does not tell, as browsers record them."""
    return max(frame.time for frame in moving.read()) + 1.0 / moving.rate


class Session:
    """One run. `folder`: of the clips. `sofa`: a measured head, or None. Errors: `worker-start`, `sofa-*`."""

    def __init__(self, settings: Settings, backends: Backends, folder: Path, seed: int = 0, sofa: Path | None = None) -> None:
        self.settings, self.backends, self.report = settings, backends, Report()
        self._sofa, self._folder, self._seed = sofa, folder, seed
        self._jobs: SimpleQueue[tuple[int, float, np.ndarray] | None] = SimpleQueue()
        self._found: SimpleQueue[tuple[int, float, Any]] = SimpleQueue()
        self._problem: See2SoundError | None = None
        self._free = threading.Event()
        self._free.set()

    def run_file(self, moving: MovingPicture, out: Path, progress: Progress = no_progress) -> Report:
        """Play a file. Errors: those of `MovingPicture.read`, `folder-not-writable`."""
        first, last = self.settings.footage.first, self.settings.footage.last
        beginning = next(iter(moving.read(first, last)))
        whole = moving.seconds or _measured(moving)
        end = whole if last is None else min(last / moving.rate, whole)
        seconds = max(end - (first - 1) / moving.rate, 1.0 / moving.rate)
        picture = Picture(beginning.pixels, *moving.size, spherical=moving.spherical)
        return self._run(lambda start: FileFrames(moving, start, first, last), picture, moving.rate, seconds, out, progress)

    def run_device(self, number: int, seconds: float, out: Path, progress: Progress = no_progress) -> Report:
        """Listen to a camera device. Errors: `device-missing`, `folder-not-writable`."""
        video = open_device(number)
        there, frame = video.read()
        rate = video.get(cv2.CAP_PROP_FPS) or 30.0
        pixels = np.ascontiguousarray(frame[..., ::-1]) if there else np.zeros((270, 480, 3), np.uint8)
        picture = Picture(pixels, pixels.shape[1], pixels.shape[0])
        return self._run(lambda start: DeviceFrames(video, start + seconds), picture, rate, seconds, out, progress)

    def _run(
        self,
        play: Callable[[float], Frames],
        picture: Picture,
        rate: float,
        seconds: float,
        out: Path,
        progress: Progress,
    ) -> Report:
        """`play`: gives the frames from a time of the clock on. `picture`: the first of them."""
        looked = look_at_picture(picture, None, self.settings, self.backends)
        detect = detect_in(looked.camera.projection, self.backends)
        detect(picture.pixels)  # what is slow the first time
        listener = Listener(self._sofa)
        clips = _Clips(self._folder, self._seed, listener.add)
        try:
            scene = Scene(looked.camera, looked.confidence, self.settings.max_sources)
            self._stand(scene, looked, clips)
            start = time.perf_counter() + STARTS_IN
            frames = play(start)
            with _undisturbed():
                listener.begin(start, seconds, out)
                frames.start()
                threading.Thread(target=self._detect, args=(detect,), daemon=True).start()
                self._follow(frames, scene, rate, start, seconds, progress, listener, clips)
                if frames.error is not None:
                    listener.stop()
                heard = listener.end()
        finally:
            self._jobs.put(None)
            clips.close()
            listener.close()
        self.report.notes += [str(error) for error in (frames.error, clips.error, self._problem) if error is not None]
        self.report.frames, self.report.seconds = frames.count, seconds
        self.report.sources = [*(one.name for one in scene.standing), *(name for name, _ in scene.wanted)]
        self.report.blocks, self.report.late, self.report.delays = heard["blocks"], heard["late"], heard["delays"]
        return self.report

    def _stand(self, scene: Scene, looked: LookedAt, clips: _Clips) -> None:
        """What stands in the first frame and is no object of the detector, which follows those."""
        for number, (sighting, source) in enumerate(looked.found):
            if source.prompt.strip().lower() in ("", SILENT) or sighting.guess.extent == "point":
                continue
            way = source.position - looked.camera.pose[:3, 3]
            metres = float(np.linalg.norm(way))
            name = f"{source.label}_{number}_there"
            scene.standing.append(Standing(name, way / max(metres, 1e-9), metres, source.extent == "ambient"))
            clips.ask(name, source.label)

    def _follow(
        self,
        frames: Frames,
        scene: Scene,
        rate: float,
        start: float,
        seconds: float,
        progress: Progress,
        listener: Listener,
        clips: _Clips,
    ) -> None:
        """Follow all tracks into each frame, as fast as frames come."""
        watcher: Watcher | None = None
        asked = -1.0
        while True:
            seen = frames.take(0.2)
            if seen is None:
                if frames.ended:
                    return
                continue
            small = small_of(seen.pixels)
            if watcher is None or alike(watcher.latest.colours, small.colours) < OTHER:  # another shot
                number = 0 if watcher is None else watcher.tracker.frame + 1
                watcher = Watcher(number, small, rate, scene.camera.projection, movement=False)
            else:
                watcher.advance(small)
            self._take_detections(watcher)
            now = watcher.tracker.frame
            if seen.at - asked >= DETECTS_EVERY and self._free.is_set():
                asked = seen.at
                self._free.clear()
                self._jobs.put((now, seen.at, seen.pixels))
            known = len(scene.wanted)
            placed = scene.update(watcher.tracker.active, watcher.shot.size, watcher.shot.turns[-1], seen.at)
            for name, label in scene.wanted[known:]:
                clips.ask(name, label)
            listener.place(seen.at, placed)
            self.report.used += 1
            progress("Listening", min(1000, round(1000 * (seen.at - start) / seconds)), 1000)

    def _take_detections(self, watcher: Watcher) -> None:
        while True:
            try:
                frame, at, found = self._found.get_nowait()
            except Empty:
                return
            if frame >= watcher.shot.first:  # what was found in another shot is of no use
                watcher.detected(frame, found)
            self.report.detections += 1
            self.report.detector_delays.append(time.perf_counter() - at)

    def _detect(self, detect: Callable[[np.ndarray], Any]) -> None:
        while (job := self._jobs.get()) is not None:
            frame, at, pixels = job
            try:
                self._found.put((frame, at, detect(pixels)))
            except See2SoundError as error:
                self._problem = error
                return
            self._free.set()
