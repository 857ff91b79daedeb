"""The verbs `see2sound sounds`, `sound` and `library` of the shell command."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .cli_numbers import number, seed
from .clips import Controls
from .errors import See2SoundError
from .progress import Progress


def add_verbs(verb: Callable[..., argparse.ArgumentParser], progress: Progress) -> None:
    """`sounds`, `sound` and `library`."""
    sounds = verb("sounds", lambda options: _sounds(options, progress), "List the classes of sounds, or write a page with all.")
    sounds.add_argument("--list", action="store_true", help="names, words, parameters and events; usual without --gallery")
    sounds.add_argument("--gallery", type=Path, metavar="DIR", help="write a page with a player for every class")
    sound = verb("sound", _sound, "Make one sound.")
    sound.add_argument("prompt", help='what it is, for example "heavy rain on a tin roof"')
    what = sound.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FILE", help="a .wav or .flac")
    what.add_argument("--explain", action="store_true", help="say what the words lead to, and make nothing")
    sound.add_argument("--duration", type=number(0.05, 3600.0, "the duration"), default=10.0, metavar="SECONDS")
    sound.add_argument("--seed", type=seed, default=0, metavar="N")
    sound.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the class; may be repeated"
    )
    sound.add_argument(
        "--at", action="append", default=[], metavar="SECONDS[=STRENGTH]", help="a moment of an event; may be repeated"
    )
    sound.add_argument("--one-shot", action="store_true", help="begin at once and fade out, instead of a seamless loop")
    sound.add_argument(
        "--from", dest="generator", choices=("procedural", "library"), default="procedural", help="what makes it"
    )
    library = verb("library", lambda options: _LIBRARY[options.action](options, progress), "Use your own recordings.")
    library.add_argument("action", choices=sorted(_LIBRARY))
    library.add_argument("what", nargs="?", help="add, remove: a folder; search: words")
    library.add_argument("--most", type=int, default=10, metavar="N", help="recordings that a search shows")


def _float(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{what} must be a number, not {text!r}") from error
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{what} must be a finite number")
    return value


def _sounds(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .lexicon.classes import CLASSES
    from .lexicon.lookup import words_of
    from .sound.models import MODELS

    if options.gallery is not None:
        from .sound.gallery import write_gallery

        page = write_gallery(options.gallery, progress)
        return {"page": str(page), "classes": len(MODELS), "lines": [f"{len(MODELS)} classes of sounds: {page}"]}
    classes: list[dict[str, Any]] = []
    for name, model in sorted(MODELS.items()):
        known = CLASSES[name]
        parameters = [{"name": key, **asdict(one)} for key, one in model.parameters.items()]
        classes.append({
            "name": name, "audioset": known.audioset, "level_db": known.level, "extent": known.extent, "words": words_of(name),
            "parameters": parameters, "events": model.events or None, "missing": known.lacks,
        })  # fmt: skip
    lines = []
    for one in classes:
        events = f"; events: {one['events']}" if one["events"] else ""
        lines.append(f"{one['name']} ({one['level_db']:g} dB SPL at 1 m{events})")
        for key, part in MODELS[one["name"]].parameters.items():
            unit = f" {part.unit}" if part.unit else ""
            lines.append(f"    {key}: {part.low:g} to {part.high:g}{unit} ({part.default:g}), {part.meaning}")
    return {"whole": classes, "lines": lines}


def _sound(options: argparse.Namespace) -> dict[str, Any]:
    if options.explain:
        return _explained(options.prompt)
    from . import pipeline
    from .backends import Backends, find_backend

    if options.out.suffix.lower() not in (".wav", ".flac"):
        raise See2SoundError("format-unknown", f"{options.out.name} is neither a .wav nor a .flac.", "Name the file x.wav.")
    controls = Controls(_values(options.set), _events(options.at), not options.one_shot)
    backends = Backends(generator=find_backend("generator", options.generator))
    made = pipeline.voice(options.prompt, options.out, options.duration, options.seed, backends=backends, controls=controls)
    seconds = len(made.samples) / 48000.0
    lines = [f"note: {note}" for note in made.notes]
    lines.append(f"{options.out}: {made.model}, {seconds:g} s, {made.level:g} dB SPL at 1 m")
    return {
        "file": str(options.out), "model": made.model, "seconds": seconds, "level_db": made.level, "loops": made.loops,
        "reference_distance": round(made.reference_distance, 3), "licence": made.licence, "notes": made.notes, "lines": lines,
    }  # fmt: skip


def _explained(prompt: str) -> dict[str, Any]:
    from .lexicon.lookup import explain
    from .sound.generator import parameters_of

    meaning = explain(prompt)
    parameters = {name: round(value, 4) for name, value in parameters_of(prompt).items()}
    layers = [name for name, _ in meaning.layers]
    lines = [f"{prompt!r} means {meaning.name or 'nothing that is known'} (score {meaning.score:.2f})."]
    if len(layers) > 1:
        lines.append(f"Layers: {', '.join(layers)}.")
    lines += [f"    {name} = {value:g}" for name, value in parameters.items()]
    return {
        "class": meaning.name or None, "score": round(meaning.score, 3), "layers": layers, "parameters": parameters,
        "words": list(meaning.words), "lines": lines,
    }  # fmt: skip


def _values(settings: list[str]) -> dict[str, list[tuple[float, float]]]:
    values = {}
    for text in settings:
        name, sign, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            sign = ""
        if not sign:
            raise See2SoundError(
                "parameter-invalid", f"{text!r} is not a setting.", "Write it as NAME=VALUE, for example size=0.4."
            )
        values[name.strip()] = [(0.0, number)]
    return values


def _events(moments: list[str]) -> list[tuple[float, float]] | None:
    events = []
    for text in moments:
        time, _, strength = text.partition("=")
        try:
            events.append((float(time), float(strength or 1.0)))
        except ValueError as error:
            raise See2SoundError(
                "parameter-invalid",
                f"{text!r} is not a moment.",
                "Write it as SECONDS or SECONDS=STRENGTH, for example 1.5=0.8.",
            ) from error
    return events or None


def _add(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .sound.library import index

    return _updated(index.add_folder(Path(_named(options, "a folder")), progress))


def _update(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .sound.library import index

    return _updated(index.update(progress))


def _updated(done: Any) -> dict[str, Any]:
    lines = [f"note: {note}" for note in done.notes]
    lines.append(f"{done.added} files were indexed, {done.kept} had not changed, {done.removed} are gone.")
    return {"added": done.added, "kept": done.kept, "removed": done.removed, "notes": done.notes, "lines": lines}


def _search(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .sound.library.search import search

    hits = search(_named(options, "words"), max(1, options.most))
    whole = [
        {
            "file": str(hit.file),
            "score": hit.score,
            "duration": round(hit.seconds, 3),
            "licence": hit.licence,
            "class": hit.name,
        }
        for hit in hits
    ]
    lines = [f"{hit.score:5.2f}  {hit.seconds:7.2f} s  {hit.file}" for hit in hits]
    return {"whole": whole, "lines": lines or ["Nothing in the library fits. `see2sound library add DIR` adds recordings."]}


def _list(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .sound.library import index

    rows = index.folders()
    whole = [{"folder": str(path), "recordings": good, "unreadable": bad, "there": path.is_dir()} for path, good, bad in rows]
    lines = [
        f"{path}: {good} recordings" + (f", {bad} cannot be read" if bad else "") + ("" if path.is_dir() else ", not there")
        for path, good, bad in rows
    ]
    return {"whole": whole, "lines": lines or ["The library is empty. `see2sound library add DIR` adds recordings."]}


def _remove(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .sound.library import index

    folder = Path(_named(options, "a folder"))
    count = index.remove_folder(folder)
    return {"removed": count, "lines": [f"{folder} and its {count} recordings are no longer in the library."]}


def _named(options: argparse.Namespace, what: str) -> str:
    if not options.what:
        raise See2SoundError(
            "library-usage", f"`see2sound library {options.action}` needs {what}.", "See `see2sound library -h`."
        )
    return str(options.what)


_LIBRARY: dict[str, Callable[[argparse.Namespace, Progress], dict[str, Any]]] = {
    "add": _add,
    "update": _update,
    "search": _search,
    "list": _list,
    "remove": _remove,
}
