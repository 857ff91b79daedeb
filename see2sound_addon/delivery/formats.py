"""Formats of mixes, by name: what each can carry, and what writes it. Light: operators look suffixes up here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from ..errors import See2SoundError


@dataclass(frozen=True)
class Delivery:
    """`bits`: 32 (floating point), 24 or 16, None for the usual one of the format. `loudness`: target in LUFS, None to leave
    the level. `ceiling`: dB that the true peak may reach when the level is changed.
    """

    bits: int | None = None
    loudness: float | None = None
    ceiling: float = -1.0


@dataclass(frozen=True)
class Signal:
    """What a file is to hold. `rate`: Hz. `samples`: for each channel. `mask`: of WAVE_FORMAT_EXTENSIBLE, 0 if the channels are
    no loudspeakers. `bits`: 32 is floating point, 24 and 16 are integers with triangular dither from `seed`.
    """

    channels: int
    rate: int
    samples: int
    mask: int = 0
    bits: int = 32
    seed: int = 0


class Writer(Protocol):
    """A file that is written block by block, completely or not at all; a context manager."""

    def write(self, block: Any) -> None:
        """Append (channels, n) float32."""
        ...

    def __enter__(self) -> Writer: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


@dataclass(frozen=True)
class Format:
    """`suffix`: of file names, lower case, with its dot. `bits`: what it can hold, the usual one first. `most_channels`: None
    for any number. `open_file`: makes the writer of a file; it checks nothing.
    """

    name: str
    suffix: str
    bits: tuple[int, ...]
    most_channels: int | None
    open_file: Callable[[Path, Signal], Writer]


@dataclass(frozen=True)
class Wanted:
    """What else is asked for of an output. `name`: of the film. `layout`: by name, for outputs that have one; `head`,
    `response`: for it, see `spatial.renderer.render`. `bake`: whether what a format has no words for goes into its signals.
    `frame_rate`: for edit lists. `by_label`: whether sources with the same label are one stem.
    """

    name: str
    layout: str | None = None
    head: Any = None
    response: Any = None
    bake: bool = False
    frame_rate: float = 24.0
    by_label: bool = False


@dataclass(frozen=True)
class Output:
    """A format of a whole plan. `suffix`: of its file, "" for a folder. `layout`: "needed", "possible" or "none".

    `write`: (plan, clips (n,) for each source, path, wanted, progress) to notes; a file or folder is whole or not there.
    """

    name: str
    suffix: str
    layout: str
    write: Callable[[Any, list[Any], Path, Wanted, Any], list[str]]


def _later(module: str, name: str) -> Callable[[Path, Signal], Writer]:
    """A writer of this package, which is imported when it is first needed."""

    def open_file(path: Path, signal: Signal) -> Writer:
        writer: Writer = getattr(import_module(f".{module}", __package__), name)(path, signal)
        return writer

    return open_file


FORMATS: dict[str, Format] = {
    "wav": Format("WAV", ".wav", (32, 24, 16), None, _later("wav", "WavWriter")),
    "flac": Format("FLAC", ".flac", (24, 16), 8, _later("flac", "FlacWriter")),
}


def _output(module: str, name: str) -> Callable[[Any, list[Any], Path, Wanted, Any], list[str]]:
    """A function of `outputs`, which is imported when it is first needed."""

    def write(scene: Any, clips: list[Any], path: Path, wanted: Wanted, progress: Any) -> list[str]:
        package = __package__.rpartition(".")[0]
        notes: list[str] = getattr(import_module(f"{package}.outputs.{module}"), name)(scene, clips, path, wanted, progress)
        return notes

    return write


OUTPUTS: dict[str, Output] = {
    "adm": Output("ADM (ITU-R BS.2076)", ".wav", "none", _output("adm", "write_itu")),
    "adm-atmos": Output("ADM, Atmos profile", ".wav", "none", _output("adm", "write_atmos")),
    "iamf": Output("IAMF", ".iamf", "needed", _output("iamf", "write_iamf")),
    "stems": Output("Stems", "", "possible", _output("stems", "write_stems")),
    "page": Output("Page", ".html", "possible", _output("page", "write_page")),
    "reaper": Output("Reaper project", "", "possible", _output("reaper", "write_reaper")),
}


def find_output(name: str) -> Output:
    """The output of that name. Error: `format-unknown`."""
    if name not in OUTPUTS:
        known = ", ".join([*FORMATS, *OUTPUTS])
        raise See2SoundError("format-unknown", f"There is no format {name!r}.", f"Use one of {known}.")
    return OUTPUTS[name]


def output_of(path: Path) -> str | None:
    """The name of the only output whose files have a path's suffix; None if there is none, or it is that of a mix."""
    suffix = path.suffix.lower()
    names = [name for name, output in OUTPUTS.items() if suffix and output.suffix == suffix]
    return names[0] if len(names) == 1 and suffix not in suffixes() else None


def suffixes() -> tuple[str, ...]:
    """Of all formats, the usual one first."""
    return tuple(form.suffix for form in FORMATS.values())


def find_format(path: Path) -> Format:
    """The format of a file, by its suffix. Error: `format-unknown`."""
    for form in FORMATS.values():
        if path.suffix.lower() == form.suffix:
            return form
    raise See2SoundError("format-unknown", f"{path.name} is no format for a mix.", f"Use {' or '.join(suffixes())}.")


def open_writer(path: Path, signal: Signal) -> Writer:
    """The writer of a file. Errors: `format-unknown`, `format-impossible`; when it is written, `folder-not-writable`,
    `not-finite`.
    """
    form = find_format(path)
    if signal.bits not in form.bits:
        what = "32-bit floating point" if signal.bits == 32 else f"{signal.bits} bits"
        raise _impossible(form, what, f"{' or '.join(map(str, form.bits))} bits")
    if form.most_channels is not None and signal.channels > form.most_channels:
        raise _impossible(form, f"{signal.channels} channels", f"at most {form.most_channels}")
    return form.open_file(path, signal)


def _impossible(form: Format, what: str, hint: str) -> See2SoundError:
    return See2SoundError("format-impossible", f"A {form.name} file cannot hold {what}.", f"Use .wav, or {hint}.")
