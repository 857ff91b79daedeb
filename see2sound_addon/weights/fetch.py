"""Download one file over HTTPS: resumed, bounded, and checked before it takes its place.

It opens connections only for a download that the user has requested. So do `weights.hub` and pip, for neural models.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ..errors import See2SoundError
from ..media.files import not_writable
from ..paths import is_file
from ..progress import Progress, no_progress

PIECE = 2**16
TIMEOUT = 20.0
"""Seconds without an answer."""
SPARE = 2**26
"""Bytes that stay free on the disk."""
AGENT = "See2Sound"


def fetch(addresses: Sequence[str], path: Path, size: int, sha256: str, progress: Progress = no_progress) -> None:
    """Download a file of known size and hash; the addresses are tried in their order.

    What a broken or cancelled download has brought stays beside `path` with the suffix .download; the next one goes on there. A
    file that is there and has the hash is kept. Errors: `download-failed`, `download-wrong`, `disk-full`.
    """
    if is_file(path) and path.stat().st_size == size and file_hash(path) == sha256:
        return
    partial = path.with_name(path.name + ".download")
    begun = partial.stat().st_size if is_file(partial) else 0
    if shutil.disk_usage(path.parent).free < size - begun + SPARE:
        raise See2SoundError("disk-full", f"{path.name} needs {size / 1e6:.1f} MB on the disk.", "Make room.")
    failure: See2SoundError | None = None
    for address in addresses:
        try:
            _bring(address, partial, size, progress)
            _check(partial, path, size, sha256)
        except See2SoundError as error:
            failure = error
            continue
        try:
            partial.replace(path)
        except OSError as error:
            raise not_writable(path, error) from error
        return
    raise failure or See2SoundError("download-failed", f"{path.name} has no address.", "Use a file from disk.")


def file_hash(path: Path) -> str:
    """SHA-256, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bring(address: str, partial: Path, size: int, progress: Progress) -> None:
    """Append what is missing of a file; a server that does not know ranges sends it anew."""
    host, name = address.split("/")[2], partial.name.removesuffix(".download")
    begun = partial.stat().st_size if is_file(partial) else 0
    if begun > size:
        partial.unlink()
        begun = 0
    if begun == size:
        return
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})
    if begun:
        request.add_header("Range", f"bytes={begun}-")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            if begun and answer.status != 206:
                begun = 0
            with _opened(partial, begun) as file:
                while begun < size and (piece := answer.read1(min(PIECE, size - begun))):
                    _append(file, piece, partial)
                    begun += len(piece)
                    progress(f"Downloading {name} from {host}", begun >> 10, size >> 10)
    except (OSError, http.client.HTTPException, ValueError) as error:  # the network's errors are OSErrors
        why = " ".join(str(getattr(error, "reason", error) or error).split())[:120]
        raise See2SoundError(
            "download-failed", f"{name} could not be downloaded from {host}: {why}.", "Try again; it goes on where it stopped."
        ) from error
    if begun < size:
        raise See2SoundError(
            "download-failed", f"{name} ended early, at {begun} of {size} bytes.", "Try again; it goes on where it stopped."
        )


def _opened(partial: Path, begun: int) -> BinaryIO:
    try:
        return partial.open("ab" if begun else "wb")
    except OSError as error:
        raise not_writable(partial, error) from error


def _append(file: BinaryIO, piece: bytes, partial: Path) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise not_writable(partial, error) from error


def _check(partial: Path, path: Path, size: int, sha256: str) -> None:
    """A file with another hash is deleted: it must not be resumed, let alone used."""
    try:
        right = partial.stat().st_size == size and file_hash(partial) == sha256
        if not right:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise not_writable(partial, error) from error
    if not right:
        raise See2SoundError(
            "download-wrong",
            f"{path.name} is not what was announced: its SHA-256 differs.",
            "Use a file from disk.",
        )
