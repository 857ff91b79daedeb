"""Every family loads from a folder and runs in a worker; random weights show the way, not the quality."""

import time

import numpy as np
import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.neural.requests import (
    DescribePictures,
    DetectObjects,
    EstimateDepth,
    FreeModels,
    GenerateSound,
    LabelPictures,
    OutlineBoxes,
    OutlineRegions,
    RankTakes,
    ReportStatus,
)  # fmt: skip
from see2sound_addon.vision.classes import sounding_classes
from see2sound_addon.weights.cards import CARDS, TASKS
from see2sound_addon.weights.checks import FAMILIES


@pytest.mark.parametrize("family", ["sam", "sam2"])
def test_regions(worker, models, picture, tmp_path, family):
    answer = worker.ask(OutlineRegions(models / family, picture, tmp_path / "o.npz"))
    with np.load(tmp_path / "o.npz") as found:
        assert found["masks"].shape == (answer.count, 90, 120)
        assert found["masks"].dtype == bool and found["scores"].shape == (answer.count,)
        assert answer.count >= 1 and found["masks"].any(axis=(1, 2)).all()


@pytest.mark.parametrize("family", ["owlv2", "grounding_dino"])
def test_detection(worker, models, picture, family):
    classes = sounding_classes()
    found = worker.ask(DetectObjects(models / family, picture, classes, 0.0))
    assert len(found.boxes) == len(found.scores) == len(found.classes) >= 1
    boxes = np.array(found.boxes)
    assert (boxes[:, 2:] - boxes[:, :2] >= 1.0).all() and (boxes >= 0.0).all() and (boxes <= [120, 90, 120, 90]).all()
    assert all(0 <= number < len(classes) for number in found.classes)


@pytest.mark.parametrize("family", ["sam", "sam2"])
def test_outlines_of_boxes_stay_in_them(worker, models, picture, tmp_path, family):
    boxes = [[10.0, 20.0, 60.0, 80.0], [0.0, 0.0, 120.0, 90.0], [30.0, 30.0, 30.0, 40.0]]
    worker.ask(OutlineBoxes(models / family, picture, boxes, tmp_path / "o.npz"))
    with np.load(tmp_path / "o.npz") as found:
        masks = found["masks"]
    assert masks.shape == (3, 90, 120) and not masks[2].any()
    outside = np.ones((90, 120), bool)
    outside[20:80, 10:60] = False
    assert not (masks[0] & outside).any()
    for mask, (x0, y0, x1, y1) in zip(masks[:2], boxes, strict=False):
        assert not mask.any() or mask.sum() > 0.1 * (x1 - x0) * (y1 - y0)


@pytest.mark.parametrize(
    ("family", "kind"), [("depth_anything", "relative"), ("depth_metric", "metres"), ("depth_pro", "metres")]
)
def test_depth(worker, models, picture, tmp_path, family, kind):
    answer = worker.ask(EstimateDepth(models / family, picture, tmp_path / "d.npy"))
    assert answer.kind == kind
    assert (answer.field_of_view is not None) == (family == "depth_pro")
    depth = np.load(tmp_path / "d.npy")
    assert depth.shape == (90, 120) and np.isfinite(depth).all() and (depth >= 0).all()


@pytest.mark.parametrize("family", ["clip", "siglip"])
def test_names(worker, models, picture, family):
    answer = worker.ask(LabelPictures(models / family, [picture] * 2, ["dog", "sea", "car"]))
    assert np.array(answer.scores).shape == (2, 3)
    assert np.array(answer.scores).sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("family", ["blip", "florence2"])
def test_captions(worker, models, picture, family):
    answer = worker.ask(DescribePictures(models / family, [picture]))
    assert len(answer.captions) == 1 and isinstance(answer.captions[0], str)


def wanted(models, out, family, **more):
    asked = {"seconds": 1.0, "steps": 3, "guidance": 2.0, "seed": 5, **more}
    return GenerateSound(models / family, "dog barking", out=out, negative="music", **asked)


@pytest.mark.parametrize(
    ("family", "rate"),
    [("audioldm2", 16000), ("stable_audio", 4000), ("stable_audio_3", 4000), ("musicgen", 8000), ("bark", 8000)],
)
def test_voices(worker, models, tmp_path, family, rate):
    """Sound comes out, mono, at its own rate; the same seed gives the same; progress tells the steps."""
    seen, takes = [], []
    for _ in range(2):
        asked = wanted(models, tmp_path / "v.npy", family)
        answer = worker.ask(asked, lambda label, done, total: seen.append((label, done)))
        takes.append(np.load(tmp_path / "v.npy"))
    assert answer.rate == rate
    assert takes[0].ndim == 1 and takes[0].dtype == np.float32 and np.abs(takes[0]).max() > 0.003
    assert (takes[0] == takes[1]).all()
    if family != "bark":
        assert len(takes[0]) / rate == pytest.approx(1.0, abs=0.15)
        assert any(done >= 3 for _, done in seen)


def test_clap_chooses_among_takes(worker, models, tmp_path):
    answer = worker.ask(wanted(models, tmp_path / "v.npy", "stable_audio_3", takes=3, ranking=models / "clap"))
    assert len(answer.scores) == 3 and answer.take == int(np.argmax(answer.scores))


def test_cancel_in_the_middle_of_a_diffusion(worker, models, tmp_path):
    """Within one step; the model stays usable."""
    steps = []

    def follow(label, done, total):
        if label == "Diffusing":
            steps.append(done)

    worker.start(wanted(models, tmp_path / "v.npy", "stable_audio", steps=20000))
    while len(steps) < 3:
        worker.poll(follow)
        time.sleep(0.01)
    worker.cancel()
    begin = time.monotonic()
    with pytest.raises(See2SoundError) as caught:
        worker.wait(follow)
    assert caught.value.code == "cancelled" and time.monotonic() - begin < 10.0
    assert max(steps) < 20000 and not (tmp_path / "v.npy").exists()
    assert worker.ask(wanted(models, tmp_path / "v.npy", "stable_audio")).rate == 4000


def test_status_and_free(worker, models, picture):
    worker.ask(FreeModels())
    worker.ask(DescribePictures(models / "blip", [picture]))
    status = worker.ask(ReportStatus())
    assert status.device in ("cpu", "cuda", "mps") and status.memory > 2**30
    assert [name.rpartition("/")[2] for name in status.loaded] == ["blip"]
    worker.ask(FreeModels())
    assert worker.ask(ReportStatus()).loaded == []


def test_the_least_recently_used_model_goes_first(python, models, tmp_path):
    """With a budget for two of three."""
    import subprocess

    code = f"""
import sys; sys.path.insert(0, {str(tmp_path.parent)!r})
from see2sound_addon.neural.loading import Store
from see2sound_addon.weights.checks import weights_size
from pathlib import Path
folders = [Path({str(models)!r}) / name for name in ("sam", "sam2")]
store = Store(budget=sum(map(weights_size, folders)) + 1)
load = lambda folder, family: object()
for name in ("sam", "sam2", "sam"):
    store.get(Path({str(models)!r}) / name, "regions", load)
store.get(Path({str(models)!r}) / "clip", "names", load)
print([Path(name).name for name in store.names()])
"""
    from see2sound_addon.workers.process import PACKAGE_ROOT

    done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=PACKAGE_ROOT)
    loaded = done.stdout.strip().splitlines()[-1]
    assert "clip" in loaded and "sam2" not in loaded, done.stderr


def test_running_out_of_memory_says_what_to_lower(python, models, tmp_path):
    """A worker that may not take more than it has: the error names the settings, and the worker lives on."""
    from see2sound_addon.neural.client import OFFLINE
    from see2sound_addon.workers.process import Worker

    with Worker(python, {**OFFLINE, "OMP_NUM_THREADS": "1"}) as worker:
        worker.ask(wanted(models, tmp_path / "v.npy", "stable_audio_3"))
        import resource

        used = int((tmp_path.joinpath("/proc") / str(worker._process.pid) / "statm").read_text().split()[0]) * 4096
        resource.prlimit(worker._process.pid, resource.RLIMIT_AS, (used + 2**24, used + 2**24))
        with pytest.raises(See2SoundError) as caught:
            worker.ask(wanted(models, tmp_path / "v.npy", "stable_audio_3", seconds=120.0))
        assert caught.value.code == "out-of-memory" and "takes" in caught.value.hint
        assert worker.ask(ReportStatus()).device == "cpu"


def test_the_catalogue_is_whole():
    assert {card.task for card in CARDS.values()} == set(TASKS) == {task for task, _ in FAMILIES.values()}
    for card in CARDS.values():
        assert (card.task, card.family) in FAMILIES.values(), card.id
        assert card.size > 0 and card.memory > 0 and card.licence
        assert card.commercial == ("NC" not in card.licence and "Research" not in card.licence), card.id


def inside(python, code):
    """What a program prints last in the neural environment."""
    import subprocess

    from see2sound_addon.workers.process import PACKAGE_ROOT

    done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=PACKAGE_ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


def test_stable_audio_is_told_of_the_noise_as_it_was_trained(python, models):
    """The repository's scheduler tells the model 2/pi atan(sigma), with sigma from 500 to 0.3 in equal ratios."""
    code = f"""
from pathlib import Path
from see2sound_addon.neural.sounds import _load_diffusion
scheduler = _load_diffusion(Path({str(models / "stable_audio")!r}), "stable_audio").scheduler
scheduler.set_timesteps(6)
print(scheduler.timesteps.tolist())
"""
    sigmas = 500.0 * (0.3 / 500.0) ** (np.arange(6) / 5)
    assert eval(inside(python, code)) == pytest.approx((2.0 / np.pi * np.arctan(sigmas)).tolist(), rel=1e-5)


@pytest.mark.parametrize("said", ["CUDA out of memory", "DefaultCPUAllocator: not enough memory: you tried 9 bytes."])
def test_too_little_memory_for_a_model_is_no_broken_model(python, models, said):
    code = f"""
from see2sound_addon.errors import See2SoundError
from see2sound_addon.neural.loading import STORE, memory_errors
def load(folder, family):
    raise RuntimeError({said!r})
try:
    with memory_errors("the picture's size"):
        STORE.get({str(models / "clip")!r}, "names", load)
except See2SoundError as error:
    print(error.code)
"""
    assert inside(python, code) == "out-of-memory"


def test_a_library_that_is_missing_is_an_error_and_not_the_end(python, models):
    code = f"""
from see2sound_addon.errors import See2SoundError
from see2sound_addon.neural.loading import STORE
def load(folder, family):
    raise ImportError("SiglipTokenizer requires the SentencePiece library")
try:
    STORE.get({str(models / "clip")!r}, "names", load)
except See2SoundError as error:
    print(error.code, error)
"""
    assert inside(python, code).startswith("model-wrong") and "SentencePiece" in inside(python, code)


def test_clap_hears_the_whole_of_long_takes(worker, models, tmp_path):
    """It hears ten seconds at once. The same takes get the same scores, and what comes late counts."""
    random = np.random.default_rng(0)
    noise = random.normal(0.0, 0.1, 25 * 48000).astype(np.float32)
    changed = noise.copy()
    changed[20 * 48000 :] = 0.5 * np.sin(np.arange(5 * 48000) / 20.0)
    np.savez(tmp_path / "takes.npz", **{"0": noise, "1": changed})
    asked = RankTakes(models / "clap", "a dog barks", tmp_path / "takes.npz", 48000)
    first = worker.ask(asked).scores
    assert worker.ask(asked).scores == first and abs(first[0] - first[1]) > 1e-6
