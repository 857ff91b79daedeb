"""Every family at half precision, as on a GPU: one part that stays in single precision stops a model there, and only there."""

import os

import numpy as np
import pytest

from see2sound_addon.neural.client import OFFLINE
from see2sound_addon.neural.requests import ReportStatus
from see2sound_addon.neural.trial import smallest_job
from see2sound_addon.workers.process import PACKAGE_ROOT, Worker

FAMILIES = {
    "regions": ("sam", "sam2"),
    "detection": ("owlv2", "grounding_dino"),
    "depth": ("depth_anything", "depth_metric", "depth_pro"),
    "names": ("clip", "siglip"),
    "captions": ("blip", "florence2"),
    "voice": ("audioldm2", "stable_audio", "stable_audio_3", "musicgen", "bark"),
    "ranking": ("clap",),
}
AT_START = """
import see2sound_addon.neural.loading as loading
import torch
loading.precision = lambda: torch.float16
"""


@pytest.fixture(scope="module")
def half(python, tmp_path_factory):
    """A worker that takes its processor for a GPU as far as precision goes."""
    folder = tmp_path_factory.mktemp("half")
    (folder / "sitecustomize.py").write_text(AT_START)
    path = os.pathsep.join([str(folder), str(PACKAGE_ROOT)])
    with Worker(python, {**OFFLINE, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}) as worker:
        assert worker.ask(ReportStatus()).precision == "float16"
        yield worker


@pytest.mark.parametrize(("task", "family"), [(task, family) for task, some in FAMILIES.items() for family in some])
def test_every_family_works_at_half_precision(half, models, tmp_path, task, family):
    half.ask(smallest_job(task, models / family, tmp_path))
    for made in tmp_path.glob("*.npy"):
        assert np.isfinite(np.load(made)).all()


def test_no_family_is_forgotten(models):
    assert {path.name for path in models.iterdir()} == {family for some in FAMILIES.values() for family in some}
