"""The process that mixes: it reads where the sources are, and makes each block of audio before it is due.

In, a JSON object a line: {"start", "seconds", "out", "sofa"}, then {"clip", "file", "reference", "loops"},
{"at", "placed": {name: [x, y, z, metres, ambient]}} or {"stop"}. Out: {"ready"}, and at the end {"blocks", "late", "delays"}
or {"error"}. Audio is due like that of a sound card: a block must be there AHEAD seconds after it was begun.

Run as `python -m see2sound_addon.live.ears`.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import soundfile

from ..errors import See2SoundError
from ..media.audio import read_clip
from ..media.files import whole_file
from ..pipeline import CLIP_RATE, read_head
from ..spatial.kernels import kernel
from ..spatial.kernels.grid import HOP
from ..spatial.live import LiveMixer, Placed, TwoEars

BLOCK = 3 * HOP
"""Samples of an audio block."""
NEAREST = 0.25
"""Metres within which no source grows louder."""
SPEED = 343.3
"""Of sound, metres per second."""
FADE = 0.25
"""Seconds in which a source comes, and goes."""
AHEAD = 0.04
"""Seconds from the beginning of a block's making until it is played, as by the buffer of a sound card."""
LENGTH = BLOCK / CLIP_RATE


@dataclass
class Heard:
    """`late`: blocks that were not there in time, and are silent. `delays`: seconds from the moment that a frame was there
    until the end of the first block that follows it."""

    blocks: int = 0
    late: int = 0
    delays: list[float] = field(default_factory=list)


class Orders:
    """What has been said last: where the sources are, and which clips are new."""

    def __init__(self) -> None:
        self.placed: dict[str, Placed] = {}
        self.references: dict[str, float] = {}
        self.at: float | None = None
        self.stopped = False
        self.clips: SimpleQueue[tuple[str, np.ndarray, bool]] = SimpleQueue()

    def listen(self) -> None:
        """Read lines until there are no more."""
        for line in sys.stdin:
            said = json.loads(line)
            if "stop" in said:
                self.stopped = True
            elif "clip" in said:
                samples = read_clip(Path(said["file"]), CLIP_RATE).samples
                self.references[said["clip"]] = max(said["reference"], NEAREST)
                self.clips.put((said["clip"], samples, said["loops"]))
            else:
                self.placed, self.at = self._placed(said["placed"]), said["at"]

    def _placed(self, said: dict[str, Any]) -> dict[str, Placed]:
        """Where sources with clips are. Within its reference distance none grows louder."""
        placed = {}
        for name, (*direction, metres, ambient) in said.items():
            reference = self.references.get(name, NEAREST)
            if ambient:
                placed[name] = Placed(np.array(direction), sharpness=0.0)
            else:
                placed[name] = Placed(np.array(direction), metres / SPEED, reference / max(metres, reference))
        return placed


def mix(orders: Orders, mixer: LiveMixer, start: float, seconds: float, sound: soundfile.SoundFile) -> Heard:
    """Make all blocks against the clock, and write what would have been heard."""
    heard, told = Heard(), -1.0
    for number in range(-(-round(seconds * CLIP_RATE) // BLOCK)):
        if orders.stopped:
            break
        begin = start + number * LENGTH
        due = begin + AHEAD
        time.sleep(max(0.0, begin - time.perf_counter()))
        _add_clip(orders, mixer)
        placed, at = orders.placed, orders.at
        known = {name: one for name, one in placed.items() if mixer.has(name)}
        block = np.concatenate([mixer.render(known) for _ in range(BLOCK // HOP)], axis=1)
        heard.blocks += 1
        if time.perf_counter() > due:
            heard.late += 1
            block = np.zeros_like(block)
        elif at is not None and at != told:
            told = at
            heard.delays.append(due + LENGTH - at)  # its last sample is where the frame has it
        sound.write(block.T)
    return heard


def _add_clip(orders: Orders, mixer: LiveMixer) -> None:
    """Take one new clip, so that no block waits for many."""
    try:
        mixer.add(*orders.clips.get_nowait())
    except Empty:
        return


def main() -> int:
    """Do one run; returns the exit code."""
    asked = json.loads(sys.stdin.readline())
    try:
        kernel().prepare()
        mixer = LiveMixer(TwoEars(read_head(asked["sofa"], CLIP_RATE)), CLIP_RATE, fade=FADE)
        mixer.warm_up()
        gc.collect()
        gc.disable()  # a collection takes longer than a block, and nothing here makes cycles
        orders = Orders()
        print(json.dumps({"ready": True}), flush=True)
        beginning = sys.stdin.readline()
        if not beginning:
            return 0  # there is nothing to hear
        asked |= json.loads(beginning)
        threading.Thread(target=orders.listen, daemon=True).start()
        with (
            whole_file(Path(asked["out"])) as partial,
            soundfile.SoundFile(partial, "w", CLIP_RATE, 2, "FLOAT", format="WAV") as sound,
        ):
            heard = mix(orders, mixer, asked["start"], asked["seconds"], sound)
        print(json.dumps(asdict(heard)), flush=True)
    except See2SoundError as error:
        print(json.dumps({"error": [error.code, error.message, error.hint]}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
