"""The verbs `see2sound neural ...` of the shell command, and the options for neural models of `run` and `scene`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .errors import See2SoundError
from .paths import usual_folder
from .progress import Progress
from .weights.cards import CARDS, TASKS
from .weights.consent import ask_first, terms
from .weights.proposal import describe_set


def add_place(parser: argparse.ArgumentParser) -> None:
    """Where the environment and the models are."""
    parser.add_argument("--neural-python", type=Path, metavar="PYTHON", help="a Python that has torch and transformers")
    parser.add_argument(
        "--neural-folder",
        type=Path,
        default=usual_folder(),
        metavar="DIR",
        help="of the neural environment and its models",
    )


def add_choice(parser: argparse.ArgumentParser, tasks: tuple[str, ...] = TASKS) -> None:
    """Which model does what."""
    add_place(parser)
    for task in tasks:
        parser.add_argument(
            f"--{task}", default="", metavar="MODEL", help=f"for {task}: an id of `see2sound neural list`, or a folder"
        )
    parser.add_argument("--steps", type=int, default=50, metavar="N", help="number of diffusion steps")
    parser.add_argument("--takes", type=int, default=1, metavar="N", help="of each sound; --ranking chooses among them")


@contextmanager
def chosen_backends(options: argparse.Namespace, usual: Any, progress: Progress) -> Iterator[Any]:
    """Neural backends where the options name models, `usual` ones elsewhere. Errors: those of `neural.client`."""
    wanted: dict[str, Any] = {task: getattr(options, task, "") for task in TASKS}
    if not any(wanted.values()):
        yield usual
        return
    from .neural.choice import Choice
    from .neural.client import Neural
    from .neural.environment import probe

    place = _place(options)
    probe(place.executable)
    choice = Choice(models=str(place.folder / "models"), steps=options.steps, takes=options.takes, **wanted)
    with Neural(place.executable, choice, progress) as neural:
        yield neural.backends(usual)


def _place(options: argparse.Namespace) -> Any:
    from .neural.environment import Place

    return Place(options.neural_folder.absolute(), options.neural_python and options.neural_python.absolute())


def add_verbs(verb: Callable[..., argparse.ArgumentParser], progress: Progress) -> None:
    """`neural` and what it can do."""
    parser = verb(
        "neural", lambda options: _ACTIONS[options.action](options, progress), "Set up neural models, list and download them."
    )
    parser.add_argument("action", choices=sorted(_ACTIONS))
    parser.add_argument("model", nargs="?", help="to download: an id of `see2sound neural list`")
    parser.add_argument(
        "--kind", choices=("cpu", "cuda", "rocm", "metal"), help="of the environment; what fits this machine, without it"
    )
    parser.add_argument("--models", action="store_true", help="to set up: download the models that fit this machine, too")
    parser.add_argument("--non-commercial", action="store_true", help="with models whose licences forbid commercial work")
    parser.add_argument("--yes", action="store_true", help="agree to the download that is described without it")
    add_place(parser)


def _status(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    found, lines = report(options)
    return {**found, "exit": 0 if found["ready"] else 1, "lines": lines}


def report(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """What the neural environment is, as data and as lines."""
    from .neural.environment import describe

    found = describe(_place(options))
    status = found.status
    if status is None:
        facts = {"ready": False, "problem": found.problem, "hint": found.hint}
        return facts, [f"Neural models: {found.problem} {found.hint}"]
    lines = [
        f"Neural models: torch {status.torch}, transformers {status.transformers}, diffusers {status.diffusers}",
        f"  they run on {status.device_name} with {status.memory / 2**30:.0f} GiB, in {status.precision}",
    ]
    if found.advice:
        lines.append(f"  {found.advice}")
    models = _place(options).folder / "models"
    here = sorted(path.name for path in models.iterdir() if path.is_dir()) if models.is_dir() else []
    lines.append(f"  downloaded: {', '.join(here) or 'none yet, see `see2sound neural list`'}")
    facts = {"ready": True, "python_path": found.python, "advice": found.advice, **asdict(status), "models": here}
    return facts, lines


def trials(options: argparse.Namespace, progress: Progress) -> list[dict[str, Any]]:
    """What a tiny job of each installed model took, as data."""
    from .neural.trial import try_models

    return [asdict(one) for one in try_models(_place(options), progress)]


def lines_of(tried: list[dict[str, Any]]) -> list[str]:
    """Trials as lines."""
    return [
        f"  {one['model']} ({one['task'] or 'unknown'}): "
        + (one["problem"] or f"{one['seconds']:.1f} s with loading, {one['memory'] / 2**30:.2f} GiB at most")
        for one in tried
    ]


def _list(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    lines = [f"{'id':24} {'for':10} {'GB':>5} {'memory':>7}  licence"]
    lines += [f"{c.id:24} {c.task:10} {c.size:5.1f} {c.memory:5.1f} GB  {terms(c)}" for c in CARDS.values()]
    return {"models": [asdict(card) for card in CARDS.values()], "lines": lines}


def _set_up(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .neural import environment

    kind, place = options.kind or environment.usual_kind(), _place(options)
    environment.lock_of(kind)
    cards = environment.proposed(place.folder, kind, not options.non_commercial)
    if not options.yes:
        size = environment.SIZES[kind]
        what = (
            f"This downloads PyTorch ({kind}), transformers and diffusers from pypi.org and pytorch.org into {place.folder}: "
            f"{size:g} GB on the disk."
        )
        models = f" With --models also what fits this machine, {describe_set(cards)}."
        raise ask_first(what + " Their licences: BSD-3-Clause, Apache-2.0, Apache-2.0." + models)
    environment.set_up(place, kind, progress, online=True)
    for card in cards if options.models else ():
        environment.fetch_model(place, card, progress, online=True)
    found, lines = report(options)
    return {**found, "lines": lines}


def _download(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .neural.environment import fetch_model, offer_model

    if options.model not in CARDS:
        raise See2SoundError(
            "model-unknown", f"There is no model {options.model!r}.", "`see2sound neural list` shows what there is."
        )
    card = CARDS[options.model]
    if not options.yes:
        allows = "allows commercial work" if card.commercial else "does NOT allow commercial work"
        offered = offer_model(_place(options), card, progress, online=True)
        what = (
            f"This downloads {len(offered.files)} files of {card.repository} from huggingface.co, {offered.size / 1e9:.2f} GB"
        )
        raise ask_first(f"{what}; its licence, {card.licence}, {allows}.")
    folder = fetch_model(_place(options), card, progress, online=True)
    return {"folder": str(folder), "lines": [f"{card.id} is installed in {folder}."]}


def _remove(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .neural.environment import remove

    remove(_place(options))
    return {"lines": ["The neural environment was removed; models stay."]}


_ACTIONS: dict[str, Callable[[argparse.Namespace, Progress], dict[str, Any]]] = {
    "status": _status,
    "list": _list,
    "setup": _set_up,
    "download": _download,
    "remove": _remove,
}
