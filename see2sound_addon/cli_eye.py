"""The verbs `see2sound eye ...` of the shell command: detectors that name what is seen."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import See2SoundError
from .paths import usual_folder
from .progress import Progress
from .weights import eyes
from .weights.consent import ask_first


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Where detectors are."""
    parser.add_argument("--eye-folder", type=Path, default=usual_folder() / "eyes", metavar="DIR", help="folder of detectors")


def backends(options: argparse.Namespace) -> tuple[Any, str]:
    """The backends with the detector that the options of `run` name, and its name for the user. Errors: `eye-*`."""
    from .backends import Backends, with_network

    path = eyes.find_eye(options.eye_folder, options.eye)
    if path is None:
        better = "" if options.eye else "; `see2sound eye get light` gets one that names 80 kinds of objects (3.8 MB)"
        return Backends(), f"the embedded one, which detects persons, faces, cats and number plates{better}"
    chosen = with_network(Backends(), path.absolute(), options.voice_unknown)
    return chosen, "the embedded one" if chosen.notes else path.name


def add_verb(verb: Callable[..., argparse.ArgumentParser], progress: Progress) -> None:
    """`eye` and what it can do."""
    parser = verb("eye", lambda options: _ACTIONS[options.action](options, progress), "List, get, add and remove detectors.")
    parser.add_argument("action", choices=sorted(_ACTIONS))
    parser.add_argument("name", nargs="?", help="of `see2sound eye list`; to add: the path of an .onnx file")
    parser.add_argument("--yes", action="store_true", help="agree to the download that is described without it")
    add_folder(parser)


def _list(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    there = eyes.installed(options.eye_folder)
    lines = [f"{'name':24} {'MB':>6} {'AP':>6}  licence     installed"]
    for card in eyes.EYES.values():
        here = "yes" if card.name in there else "no"
        lines.append(f"{card.name:24} {card.megabytes:6.1f} {card.precision:6.3f}  {card.licence:11} {here}")
    for name, path in there.items():
        if name not in eyes.EYES:
            lines.append(f"{name:24} {path.stat().st_size / 1e6:6.1f} {'':6}  {'your own':11} yes")
    return {"installed": {name: str(path) for name, path in there.items()}, "lines": lines}


def _get(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    name = options.name or "light"
    if name in eyes.EYES and not options.yes:
        card = eyes.EYES[name]
        raise ask_first(
            f"This downloads {card.file} from github.com, {card.megabytes:.1f} MB; its licence, {card.licence}, "
            "allows commercial work."
        )
    path = eyes.get_eye(options.eye_folder, name, progress, online=True)
    return {"file": str(path), "lines": [f"{name} is installed at {path}. Choose it with --eye {name}."]}


def _add(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .backends import check_network

    file = Path(_named(options))
    check_network(file)
    path = eyes.add_eye(options.eye_folder, file)
    return {"file": str(path), "lines": [f"{path.stem} is installed at {path}. Choose it with --eye {path.stem}."]}


def _remove(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    eyes.remove_eye(options.eye_folder, _named(options))
    return {"lines": [f"{options.name} was removed."]}


def _named(options: argparse.Namespace) -> str:
    if not options.name:
        raise See2SoundError("eye-unknown", f"`see2sound eye {options.action}` needs a name.", "See `see2sound eye list`.")
    return str(options.name)


_ACTIONS: dict[str, Callable[[argparse.Namespace, Progress], dict[str, Any]]] = {
    "list": _list,
    "get": _get,
    "add": _add,
    "remove": _remove,
}
