"""Download models from huggingface.co. Runs in the neural environment, in a worker that may use the network."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from ..errors import See2SoundError
from ..progress import Progress
from .checks import check_model
from .records import record_files
from .requests import Download, Downloaded

WANTED = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model", "*.md"]
"""Weights that are only numbers, settings and vocabularies; no code, no pickles."""
SPARE = 2**30
"""Bytes that stay free on the disk."""


def download(request: Download, progress: Progress) -> Downloaded:
    """Download a repository; what is there already is not downloaded again.

    File by file, so that a cancelled download goes on where it stopped. The revision and every file's hash are recorded.
    Errors: `download-failed`, `download-gated`, `disk-full`, those of `checks.check_model`.
    """
    repository, out = request.repository, request.out
    try:
        info = huggingface_hub.HfApi().model_info(repository, files_metadata=True)
        files = [file for file in info.siblings or [] if any(Path(file.rfilename).match(pattern) for pattern in WANTED)]
        files = _without_doubles(files)
        total = sum(file.size or 0 for file in files)
        out.mkdir(parents=True, exist_ok=True)
        here = sum((out / file.rfilename).stat().st_size for file in files if (out / file.rfilename).is_file())
        if shutil.disk_usage(out).free < total - here + SPARE:
            raise See2SoundError(
                "disk-full", f"{repository} needs {total / 1e9:.1f} GB on the disk.", "Make room, or choose another folder."
            )
        done = 0
        for file in files:
            progress(f"Downloading {file.rfilename}", done >> 10, total >> 10)
            huggingface_hub.hf_hub_download(repository, file.rfilename, revision=info.sha, local_dir=out)
            done += file.size or 0
    except GatedRepoError as error:
        raise See2SoundError(
            "download-gated",
            f"Downloading {repository} requires an account.",
            "Accept their licence on its page, then log in with `hf auth login`.",
        ) from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError, *_transport_errors()) as error:
        if isinstance(error, OSError) and error.errno == 28:
            raise See2SoundError(
                "disk-full", "The disk is full.", "Make room; the download goes on where it stopped."
            ) from error
        raise See2SoundError(
            "download-failed",
            f"{repository} could not be downloaded: {' '.join(str(error).split())[:160]}",
            "Try again; it goes on where it stopped.",
        ) from error
    shutil.rmtree(out / ".cache", ignore_errors=True)
    record_files(out, repository, str(info.sha))
    return Downloaded(check_model(out, request.kind), str(info.sha))


def _transport_errors() -> list[type[Exception]]:
    """What the HTTP library below raises, whichever this version of huggingface_hub is built on; `requests` raises OSErrors."""
    names = [name for name in ("httpx", "httpx2") if importlib.util.find_spec(name)]
    return [importlib.import_module(name).HTTPError for name in names]


def _without_doubles(files: list[Any]) -> list[Any]:
    """Where weights are there in one piece and in several, or at several precisions, the plain one piece is enough."""
    plain = {file.rfilename for file in files}
    kept = []
    for file in files:
        path = Path(file.rfilename)
        variant = (
            len(path.suffixes) > 1 and path.suffixes[0] in (".fp16", ".bf16", ".non_ema") and path.suffix == ".safetensors"
        )
        if not (variant and (path.parent / f"{path.name.split('.')[0]}.safetensors").as_posix() in plain):
            kept.append(file)
    return kept
