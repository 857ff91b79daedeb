"""The request to download a model, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..workers.messages import Request


@dataclass(frozen=True)
class Downloaded:
    """`family`: of the model. `revision`: of its repository."""

    family: str
    revision: str


@dataclass(frozen=True)
class Download(Request[Downloaded]):
    """Download `repository` into the folder `out` for a kind of model; what is there already is kept."""

    task: ClassVar[str] = "download"
    result: ClassVar[type] = Downloaded
    repository: str
    kind: str
    out: Path
