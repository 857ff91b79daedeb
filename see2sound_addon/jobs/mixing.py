"""A mix on all cores: parts of it in processes of their own, put together in their order."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..delivery.mixdown import Delivery
from ..media.files import not_writable
from ..pipeline import Mixdown, MixReport, mix, prepare_mix
from ..planfile import plan_to_json
from ..progress import Progress, silent
from ..soundscene import Response, SoundScene
from ..spatial.renderer import BLOCK
from ..spatial.rooms import images
from .process import Worker

WORTH = 4.0
"""Seconds of work from which on other processes pay for their start."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
"""Every core has a process of its own already."""
VOICES_A_SECOND = 200.0
"""Seconds of one voice that a core renders in a second, roughly."""


def mix_on_all_cores(
    scene: SoundScene,
    layout_name: str,
    out: str | os.PathLike[str],
    progress: Progress = silent,
    delivery: Delivery = Delivery(),
    sofa: str | os.PathLike[str] | None = None,
    cores: int | None = None,
) -> MixReport:
    """`pipeline.mix`, to the bit, with as many processes as there are `cores` (None: all) where that is quicker."""
    cores = cores or os.cpu_count() or 1
    mixdown = prepare_mix(scene, layout_name, sofa)
    parts = min(cores, scene.samples // (4 * BLOCK))
    if parts < 2 or _work(scene) < WORTH:
        return mix(scene, layout_name, out, progress, delivery, sofa, mixdown)
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        beside = tempfile.TemporaryDirectory(dir=Path(out).parent, prefix=".see2sound_")
    except OSError as error:
        raise not_writable(Path(out), error) from error
    with beside as folder:
        blocks = _in_parts(mixdown, layout_name, sofa, parts, Path(folder), progress)
        return mix(scene, layout_name, out, silent, delivery, sofa, mixdown, blocks)


def _work(scene: SoundScene) -> float:
    """Seconds that one core would take, roughly."""
    voices = len(scene.sources) * (1 + len(images(scene.room)))
    return scene.duration * voices / VOICES_A_SECOND


def _in_parts(
    mixdown: Mixdown, layout_name: str, sofa: str | os.PathLike[str] | None, parts: int, folder: Path, progress: Progress
) -> Iterator[np.ndarray]:
    plan = folder / "plan.json"
    plan.write_text(plan_to_json(_absolute(mixdown.scene)), encoding="utf-8")
    edges = np.linspace(0, mixdown.scene.samples // BLOCK, parts + 1).astype(int) * BLOCK
    edges[-1] = mixdown.scene.samples
    done = [0] * parts
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(environment_more=ONE_THREAD)) for _ in range(parts)]
        stack.callback(_hang_up, workers)
        for number, worker in enumerate(workers):
            worker.start("render_part", {
                "plan": str(plan), "layout": layout_name, "sofa": None if sofa is None else str(Path(sofa).absolute()),
                "start": int(edges[number]), "stop": int(edges[number + 1]), "out": str(folder / f"{number}.raw"),
            })  # fmt: skip
        waiting = set(range(parts))
        for number in range(parts):
            while number in waiting:
                for other in sorted(waiting):
                    result = workers[other].poll(lambda _, so_far, __, other=other: done.__setitem__(other, so_far))  # type: ignore[misc]
                    if result is not None:
                        waiting.discard(other)
                        workers[other].close()
                        mixdown.notes += [note for note in result["notes"] if note not in mixdown.notes]
                progress(f"Mixing {layout_name} on {parts} cores", sum(done), mixdown.scene.samples)
                time.sleep(0.02)
            yield from _blocks(folder / f"{number}.raw", mixdown.layout.channels)


def _hang_up(workers: list[Worker]) -> None:
    """All at once, before each one is waited for."""
    for worker in workers:
        worker.hang_up()


def _blocks(path: Path, channels: int) -> Iterator[np.ndarray]:
    with path.open("rb") as raw:
        while data := raw.read(4 * channels * BLOCK):
            yield np.frombuffer(data, np.float32).reshape(-1, channels).T
    path.unlink()


def _absolute(scene: SoundScene) -> SoundScene:
    room = replace(scene.room, file=scene.room.file.absolute()) if isinstance(scene.room, Response) else scene.room
    return replace(scene, room=room, sources=[replace(source, clip=source.clip.absolute()) for source in scene.sources])
