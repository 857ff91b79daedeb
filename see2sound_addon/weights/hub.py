"""Download models from huggingface.co. Runs in the neural environment, in a worker that may use the network."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ..errors import See2SoundError
from ..media.scratch import temporary_folder
from ..progress import Progress
from .checks import check_model
from .fetch import file_hash
from .records import record_files
from .requests import Download, Downloaded, ModelOffered, OfferModel
from .selection import PIPELINE, Offered, choose_files

SPARE = 2**30
"""Bytes that stay free on the disk."""
TOO_MANY = 429
"""HTTP status of a server that asks to wait."""


def offer_model(request: OfferModel, progress: Progress) -> ModelOffered:
    """What a download would take, by the list of the repository's files.

    Errors: those of `download` but `disk-full`.
    """
    with _clear_errors(request.repository):
        revision, files = _look(request.repository, request.revision)
    return ModelOffered(revision, [file.name for file in files], sum(file.size for file in files))


def download(request: Download, progress: Progress) -> Downloaded:
    """Download a repository; what is there already is not downloaded again.

    File by file, so that a cancelled download goes on where it stopped. The revision and every file's hash are recorded.
    Errors: `weights-missing`, `download-failed`, `download-gated`, `download-wrong`, `disk-full`, those of `check_model`.
    """
    repository, out = request.repository, request.out
    with _clear_errors(repository):
        revision, files = _look(repository, request.revision)
        total = sum(file.size for file in files)
        out.mkdir(parents=True, exist_ok=True)
        here = sum((out / file.name).stat().st_size for file in files if (out / file.name).is_file())
        if shutil.disk_usage(out).free < total - here + SPARE:
            raise See2SoundError(
                "disk-full", f"{repository} needs {total / 1e9:.1f} GB on the disk.", "Make room, or choose another folder."
            )
        done = 0
        for file in files:
            progress(f"Downloading {file.name}", done >> 10, total >> 10)
            huggingface_hub.hf_hub_download(repository, file.name, revision=revision, local_dir=out)
            _check(out, file, repository)
            done += file.size
    shutil.rmtree(out / ".cache", ignore_errors=True)
    record_files(out, repository, revision)
    return Downloaded(check_model(out, request.kind), revision)


def _look(repository: str, revision: str) -> tuple[str, list[Offered]]:
    """The commit that a revision is now, and the files of it that make up the model."""
    info = huggingface_hub.HfApi().model_info(repository, revision=revision, files_metadata=True)
    offered = [
        Offered(one.rfilename, one.size or 0, one.lfs.sha256 if one.lfs else "", "" if one.lfs else one.blob_id or "")
        for one in info.siblings or []
    ]
    commit, index = str(info.sha), None
    if any(file.name == PIPELINE for file in offered):
        with temporary_folder() as folder:
            path = huggingface_hub.hf_hub_download(repository, PIPELINE, revision=commit, local_dir=folder)
            index = json.loads(Path(path).read_text("utf-8"))
        if not isinstance(index, dict):
            raise ValueError(f"{PIPELINE} is no object")
    return commit, choose_files(repository, offered, index)


def _check(out: Path, file: Offered, repository: str) -> None:
    """A file must be what the list has said; another is deleted, or the next download would keep it."""
    path = out / file.name
    if not _is_as_listed(path, file):
        path.unlink()
        message = f"{file.name} of {repository} is not what the hub has announced."
        raise See2SoundError("download-wrong", message, "Try again later; the file may be changing.")


def _is_as_listed(path: Path, file: Offered) -> bool:
    if path.stat().st_size != file.size:
        return False
    if file.sha256:
        return file_hash(path) == file.sha256
    return not file.blob or _git_hash(path) == file.blob


def _git_hash(path: Path) -> str:
    """The hash by which git knows the content of a file."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@contextmanager
def _clear_errors(repository: str) -> Iterator[None]:
    """The hub's errors as ours."""
    try:
        yield
    except GatedRepoError as error:
        raise See2SoundError(
            "download-gated",
            f"Downloading {repository} requires an account.",
            "Accept their licence on its page, then log in with `hf auth login`.",
        ) from error
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        message = f"{repository} is not at huggingface.co any more, or not in this revision."
        raise See2SoundError("download-failed", message, "Choose another model.") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError, ValueError, *_transport_errors()) as error:
        if isinstance(error, OSError) and error.errno == 28:
            raise See2SoundError(
                "disk-full", "The disk is full.", "Make room; the download goes on where it stopped."
            ) from error
        if isinstance(error, HfHubHTTPError) and error.response is not None and error.response.status_code == TOO_MANY:
            message = f"huggingface.co asks to wait before more of {repository} is downloaded."
            raise See2SoundError(
                "download-failed", message, "Try again in some minutes; it goes on where it stopped."
            ) from error
        raise See2SoundError(
            "download-failed",
            f"{repository} could not be downloaded: {' '.join(str(error).split())[:160]}",
            "Try again; it goes on where it stopped.",
        ) from error


def _transport_errors() -> list[type[Exception]]:
    """What the HTTP library below raises, whichever this version of huggingface_hub is built on; `requests` raises OSErrors."""
    names = [name for name in ("httpx", "httpx2") if importlib.util.find_spec(name)]
    return [importlib.import_module(name).HTTPError for name in names]
