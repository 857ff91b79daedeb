"""The tasks of workers, by the names of their requests. Their modules are imported on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import See2SoundError
from ..neural import requests as neural_requests
from ..neural.requests import Done, EnvironmentFacts
from ..progress import Progress, no_progress
from ..steps import BackendNames
from ..weights.requests import Download, ModelOffered, NetworkTried, OfferModel, TryNetwork
from ..workers.messages import Request, Result
from . import requests


def render_part(request: requests.RenderPart, progress: Progress) -> requests.PartRendered:
    """Render a part of a mix."""
    import numpy as np

    from .. import pipeline
    from ..planfile import read_plan
    from ..spatial.renderer import render

    mixdown = pipeline.prepare_mix(read_plan(request.plan), request.layout, request.sofa)
    start, stop, done = request.start, request.stop, request.start
    notes: list[str] = []
    with request.out.open("wb") as raw:
        for block in render(mixdown.scene, mixdown.clips, mixdown.layout, notes, mixdown.head, start, stop, mixdown.response):
            raw.write(np.ascontiguousarray(block.T, np.float32).tobytes())
            done += block.shape[1]
            progress("Mixing", done - start, stop - start)
    return requests.PartRendered(notes)


def mix(request: requests.Mix, progress: Progress) -> requests.Mixed:
    """Mix a plan on all cores."""
    from .. import pipeline
    from ..planfile import read_plan

    if request.backends.plugins:
        from ..backends import load_plugins

        load_plugins(request.backends.plugins)  # one of them may bring the format
    plan = read_plan(request.plan)
    report = pipeline.mix(plan, request.layout, request.out, progress, request.delivery, request.sofa)
    return requests.Mixed(max(report.levels.true_peak, requests.LOWEST), plan.duration, report.notes)


def export(request: requests.Export, progress: Progress) -> requests.Exported:
    """Write a plan as objects, stems or another output."""
    from .. import pipeline
    from ..planfile import read_plan

    if request.backends.plugins:
        from ..backends import load_plugins

        load_plugins(request.backends.plugins)  # one of them may bring the output
    done = pipeline.export(
        read_plan(request.plan), request.output, request.out, progress, request.layout, request.sofa, request.bake,
        request.frame_rate,
    )  # fmt: skip
    return requests.Exported(done.notes)


def put_into_film(request: requests.PutIntoFilm, progress: Progress) -> requests.Exported:
    """Put a mix into a film."""
    from ..outputs.film import Track, put_into_film

    track = Track(request.mix, request.name, request.language, request.codec)
    notes = put_into_film(request.video, [track], request.out, request.sound, progress, request.spherical)
    return requests.Exported(notes)


def split_soundtrack(request: requests.SplitSoundtrack, progress: Progress) -> requests.Split:
    """Split a soundtrack into stems."""
    from .. import pipeline
    from ..backends import choose_backends

    done = pipeline.split_soundtrack(request.file, request.out, request.wanted, progress, choose_backends(request.backends))
    return requests.Split(done.stems, done.report, done.notes)


def trace(request: requests.Trace, progress: Progress) -> requests.SceneTraced:
    """Trace the acoustics of a scene's meshes."""
    from .. import pipeline
    from ..acoustics.geometry import read_geometry
    from ..planfile import read_plan, write_plan

    traced, notes = pipeline.trace(read_plan(request.plan), read_geometry(request.geometry), progress)
    write_plan(traced, request.out)
    return requests.SceneTraced(notes)


def reconstruct(request: requests.Reconstruct, progress: Progress) -> Any:
    """Find the sources of a picture."""
    from .. import pipeline

    with _backends(request.backends, request.models, progress) as backends:
        found = pipeline.reconstruct(request.picture, request.camera, request.settings, progress, backends)
    return found.without_masks()


def mark(request: requests.Mark, progress: Progress) -> Any:
    """Find the object that was marked in a picture."""
    from .. import pipeline

    progress("Looking at the object", 0, 1)
    with _backends(request.backends, None, progress) as backends:
        found = pipeline.mark(request.picture, request.box, request.camera, request.settings, backends)
    return found.without_masks()


def make_clips(request: requests.MakeClips, progress: Progress) -> requests.ClipsMade:
    """Generate clips."""
    from .. import pipeline

    with _backends(request.backends, request.models, progress) as backends:
        return requests.ClipsMade(pipeline.make_clips(request.wanted, progress, backends))


_neurals: dict[Path, Any] = {}
"""The neural worker of this process, kept from one job to the next with the models that it holds."""


@contextmanager
def _backends(names: BackendNames, models: requests.Models | None, progress: Progress) -> Iterator[Any]:
    """The backends that a job names, with neural ones in place of the embedded ones where models are chosen."""
    from ..backends import choose_backends

    chosen = choose_backends(names)
    if models is None:
        yield chosen
        return
    from ..neural.client import Neural

    kept = _neurals.pop(models.python, None)
    client = kept if kept is not None else Neural(models.python, models.choice, progress)
    client.choice, client.progress = models.choice, progress
    try:
        yield client.backends(chosen)
    except BaseException:
        client.close()
        raise
    _neurals[models.python] = client


def free_neural(request: requests.FreeNeural, progress: Progress) -> Done:
    """End the neural worker."""
    while _neurals:
        _neurals.popitem()[1].close()
    return Done()


def set_up_neural(request: requests.SetUpNeural, progress: Progress) -> EnvironmentFacts:
    """Set up the neural environment."""
    from ..neural.environment import Place, describe, set_up

    place = Place(request.folder)
    free_neural(requests.FreeNeural(), progress)  # nothing may run in what is about to be replaced
    set_up(place, request.kind, progress, online=True)
    return describe(place)


def fetch_model(request: requests.FetchModel, progress: Progress) -> requests.ModelFetched:
    """Download a model."""
    from ..neural.environment import Place, fetch_model
    from ..weights.cards import CARDS

    place = Place(request.folder, request.python)
    return requests.ModelFetched(fetch_model(place, CARDS[request.model], progress, online=True, models=request.models))


def look_up_model(request: requests.LookUpModel, progress: Progress) -> ModelOffered:
    """Read the list of a model's files."""
    from ..neural.environment import Place, offer_model
    from ..weights.cards import CARDS

    return offer_model(Place(request.folder, request.python), CARDS[request.model], progress, online=True)


def index_library(request: requests.IndexLibrary, progress: Progress) -> requests.LibraryIndexed:
    """Index a folder of recordings, or bring all up to date."""
    from ..sound.library import index

    file = request.file
    done = index.update(progress, file) if request.folder is None else index.add_folder(request.folder, progress, file)
    return requests.LibraryIndexed(done.added, done.removed, sum(good for _, good, _ in index.folders(file)), done.notes)


def get_eye(request: requests.GetEye, progress: Progress) -> requests.EyeGot:
    """Download a detector."""
    from ..weights.eyes import get_eye

    return requests.EyeGot(get_eye(request.folder, request.name, progress, online=True))


def add_eye(request: requests.AddEye, progress: Progress) -> requests.EyeGot:
    """Try a detector, then copy it into the folder."""
    from ..backends import check_network
    from ..weights.eyes import add_eye

    progress("Trying the detector", 0, 1)
    check_network(request.file)
    return requests.EyeGot(add_eye(request.folder, request.file))


def try_network(request: TryNetwork, progress: Progress) -> NetworkTried:
    """Load a detector and run it once."""
    import numpy as np

    from ..vision.networks import Network

    network = Network(request.path)
    network(np.full((90, 120, 3), 128, np.uint8))
    return NetworkTried(network.kind)


def describe_neural(request: requests.DescribeNeural, progress: Progress) -> EnvironmentFacts:
    """Look at the neural environment."""
    from ..neural.environment import Place, describe

    return describe(Place(request.folder, request.python))


class Task(NamedTuple):
    """`request`: the class of its requests. `do`: the function of a request and a progress callback."""

    request: type[Request[Any]]
    do: Callable[[Any, Progress], Any]


def _where_torch_is(request: type[Request[Any]], module: str, name: str) -> Task:
    """A task whose module is imported when it is first asked for: only the neural environment has its libraries."""

    def do(asked: Request[Any], progress: Progress) -> Any:
        progress("Loading the libraries", 0, 1)
        try:
            loaded = import_module(f"..{module}", __package__)
        except ImportError as error:
            raise See2SoundError(
                "neural-missing",
                f"This Python has no neural libraries: {error}.",
                "Set up the neural environment, or repair it.",
            ) from error
        return getattr(loaded, name)(asked, progress)

    return Task(request, do)


TASKS: dict[str, Task] = {
    task.request.task: task
    for task in (
        Task(requests.RenderPart, render_part),
        Task(requests.Mix, mix),
        Task(requests.Export, export),
        Task(requests.PutIntoFilm, put_into_film),
        Task(requests.SplitSoundtrack, split_soundtrack),
        Task(requests.Trace, trace),
        Task(requests.Reconstruct, reconstruct),
        Task(requests.Mark, mark),
        Task(requests.MakeClips, make_clips),
        Task(requests.IndexLibrary, index_library),
        Task(requests.SetUpNeural, set_up_neural),
        Task(requests.FetchModel, fetch_model),
        Task(requests.LookUpModel, look_up_model),
        Task(requests.GetEye, get_eye),
        Task(requests.AddEye, add_eye),
        Task(TryNetwork, try_network),
        Task(requests.DescribeNeural, describe_neural),
        Task(requests.FreeNeural, free_neural),
        _where_torch_is(neural_requests.OutlineRegions, "neural.pictures", "outline_regions"),
        _where_torch_is(neural_requests.DetectObjects, "neural.pictures", "detect_objects"),
        _where_torch_is(neural_requests.OutlineBoxes, "neural.pictures", "outline_boxes"),
        _where_torch_is(neural_requests.EstimateDepth, "neural.pictures", "estimate_depth"),
        _where_torch_is(neural_requests.LabelPictures, "neural.pictures", "label_pictures"),
        _where_torch_is(neural_requests.DescribePictures, "neural.pictures", "describe_pictures"),
        _where_torch_is(neural_requests.GenerateSound, "neural.sounds", "generate_sound"),
        _where_torch_is(neural_requests.RankTakes, "neural.sounds", "rank_takes"),
        _where_torch_is(neural_requests.ReportMemory, "neural.status", "report_memory"),
        _where_torch_is(neural_requests.ReportStatus, "neural.status", "report_status"),
        _where_torch_is(neural_requests.FreeModels, "neural.status", "free_models"),
        _where_torch_is(Download, "weights.hub", "download"),
        _where_torch_is(OfferModel, "weights.hub", "offer_model"),
    )
}


def find_task(name: str) -> Task:
    """Error: `task-unknown`."""
    if name not in TASKS:
        raise See2SoundError("task-unknown", f"There is no task {name!r}.", "Install See2Sound again.")
    return TASKS[name]


def perform(request: Request[Result], progress: Progress = no_progress) -> Result:
    """Do a request in this process. Errors: those of its task."""
    result: Result = find_task(request.task).do(request, progress)
    return result
