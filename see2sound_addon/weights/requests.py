"""Requests to download a model and to try a detector, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..workers.messages import Request


@dataclass(frozen=True)
class NetworkTried:
    """`kind`: of the detector."""

    kind: str


@dataclass(frozen=True)
class TryNetwork(Request[NetworkTried]):
    """Load a detector and run it once, in a process that may crash."""

    task: ClassVar[str] = "try_network"
    result: ClassVar[type] = NetworkTried
    path: Path


@dataclass(frozen=True)
class Downloaded:
    """`family`: of the model. `revision`: of its repository."""

    family: str
    revision: str


@dataclass(frozen=True)
class Download(Request[Downloaded]):
    """Download a `revision` of `repository` into the folder `out` for a kind of model; what is there already is kept."""

    task: ClassVar[str] = "download"
    result: ClassVar[type] = Downloaded
    repository: str
    kind: str
    out: Path
    revision: str = "main"


@dataclass(frozen=True)
class ModelOffered:
    """`revision`: the commit. `files`: what a download takes. `size`: bytes of them."""

    revision: str
    files: list[str]
    size: int


@dataclass(frozen=True)
class OfferModel(Request[ModelOffered]):
    """Read the list of a repository's files, and nothing else."""

    task: ClassVar[str] = "offer_model"
    result: ClassVar[type] = ModelOffered
    repository: str
    revision: str = "main"
