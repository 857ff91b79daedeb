"""Render a mix on all cores: parts of it in worker processes, joined in their order."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..delivery.formats import Delivery
from ..delivery.wav import write_audio
from ..media.files import check_place, not_writable
from ..media.scratch import temporary_folder
from ..pipeline import Mixdown, MixReport, mix, prepare_mix
from ..planfile import write_plan
from ..progress import Progress, no_progress
from ..soundscene import Response, SoundScene
from ..spatial.renderer import BLOCK
from ..spatial.room.images import images
from ..workers.process import Worker
from .requests import RenderPart

LOGGER = logging.getLogger(__name__)
PARTS_A_CORE = 3
"""Several, so that the first parts can be measured and written while the last ones are rendered."""
WORTH = 4.0
"""Minimum seconds of work for which starting other processes is worthwhile."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
"""Each core has its own process."""
VOICES_A_SECOND = 200.0
"""Approximate seconds of one voice that a core renders in a second."""


def mix_on_all_cores(
    scene: SoundScene,
    layout_name: str,
    out: str | os.PathLike[str],
    progress: Progress = no_progress,
    delivery: Delivery = Delivery(),
    sofa: str | os.PathLike[str] | None = None,
    cores: int | None = None,
) -> MixReport:
    """`pipeline.mix` with as many processes as `cores` (None: all) if that is faster. The result is bit-identical."""
    cores, out = cores or os.cpu_count() or 1, Path(out).absolute()  # workers have another current folder
    mixdown = prepare_mix(scene, layout_name, sofa)
    parts = min(PARTS_A_CORE * cores, scene.samples // (4 * BLOCK)) if cores > 1 else 1
    if parts < 2 or _work(scene) < WORTH:
        return mix(scene, layout_name, out, progress, delivery, sofa, mixdown)
    LOGGER.info("%d parts on %d cores", parts, cores)
    check_place(out)
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder(out.parent))
            kept, kept_sofa = _kept(mixdown, sofa, folder)
        except OSError as error:
            raise not_writable(out, error) from error
        blocks = _in_parts(mixdown, kept, layout_name, kept_sofa, cores, parts, folder, progress)
        return mix(scene, layout_name, out, no_progress, delivery, sofa, mixdown, blocks)


def _work(scene: SoundScene) -> float:
    """Approximate seconds that one core would take."""
    voices = len(scene.sources) * (1 + len(images(scene.room)))
    voices += sum(len(source.reflections) + len(source.detours) for source in scene.sources)
    return scene.duration * voices / VOICES_A_SECOND


def _kept(mixdown: Mixdown, sofa: str | os.PathLike[str] | None, folder: Path) -> tuple[SoundScene, Path | None]:
    """The scene with copies of its files as they were at the start: parts of a mix must not differ because a file changes."""
    scene, rate = mixdown.scene, mixdown.scene.sample_rate
    copies: dict[Path, Path] = {}
    for source, samples in zip(scene.sources, mixdown.clips, strict=True):
        if source.clip not in copies:
            copies[source.clip] = folder / f"clip{len(copies)}.wav"
            write_audio(copies[source.clip], samples[None], rate)
    room = scene.room
    if isinstance(room, Response) and mixdown.response is not None:
        write_audio(folder / "response.wav", mixdown.response, rate)
        room = replace(room, file=folder / "response.wav")
    head = None
    if sofa is not None and mixdown.head is not None:
        head = folder / "head.sofa"
        shutil.copyfile(sofa, head)
    return replace(scene, room=room, sources=[replace(s, clip=copies[s.clip]) for s in scene.sources]), head


def _in_parts(
    mixdown: Mixdown,
    scene: SoundScene,
    layout_name: str,
    sofa: Path | None,
    cores: int,
    parts: int,
    folder: Path,
    progress: Progress,
) -> Iterator[np.ndarray]:
    plan = folder / "plan.json"
    write_plan(scene, plan)
    edges = np.linspace(0, mixdown.scene.samples // BLOCK, parts + 1).astype(int) * BLOCK
    edges[-1] = mixdown.scene.samples
    tasks = [
        RenderPart(plan, layout_name, int(start), int(stop), folder / f"{number}.raw", sofa)
        for number, (start, stop) in enumerate(zip(edges[:-1], edges[1:], strict=True))
    ]
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(environment_more=ONE_THREAD)) for _ in range(min(cores, parts))]
        stack.callback(_hang_up, workers)
        team = _Team(workers, tasks)
        for number in range(parts):
            while number not in team.finished:
                mixdown.notes += [note for note in team.look() if note not in mixdown.notes]
                progress(f"Mixing {layout_name} on {len(workers)} cores", team.samples, mixdown.scene.samples)
                time.sleep(0.01)
            for block in _blocks(folder / f"{number}.raw", mixdown.layout.channels):
                yield block  # while it is measured and written, the others go on
                mixdown.notes += [note for note in team.look() if note not in mixdown.notes]


class _Team:
    """Workers that take the next task as soon as they have finished one. `samples`: samples rendered so far."""

    def __init__(self, workers: list[Worker], tasks: list[RenderPart]) -> None:
        self._tasks, self._at_work = list(enumerate(tasks)), dict.fromkeys(workers, -1)
        self._done = [0] * len(tasks)
        self.finished: set[int] = set()
        self.look()

    @property
    def samples(self) -> int:
        return sum(self._done)

    def look(self) -> list[str]:
        """Collect results and start further tasks, without waiting; return notes. Errors: those of the tasks."""
        notes: list[str] = []
        for worker, number in self._at_work.items():
            if number >= 0:
                result = worker.poll(lambda _, done, __, number=number: self._done.__setitem__(number, done))  # type: ignore[misc]
                if result is None:
                    continue
                self.finished.add(number)
                notes += result.notes
            self._at_work[worker] = self._tasks[0][0] if self._tasks else -1
            if self._tasks:
                worker.start(self._tasks.pop(0)[1])
        return notes


def _hang_up(workers: list[Worker]) -> None:
    """Ask all workers to end before waiting for each."""
    for worker in workers:
        worker.hang_up()


def _blocks(path: Path, channels: int) -> Iterator[np.ndarray]:
    with path.open("rb") as raw:
        while data := raw.read(4 * channels * BLOCK):
            yield np.frombuffer(data, np.float32).reshape(-1, channels).T
    path.unlink()
