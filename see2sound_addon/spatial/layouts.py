"""Names of the layouts, and the positions of their loudspeakers."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import See2SoundError
from .ambisonics import HIGHEST_ORDER, channels

WAVE_SPEAKERS = {
    "FL": 0x1, "FR": 0x2, "FC": 0x4, "LFE": 0x8, "BL": 0x10, "BR": 0x20, "BC": 0x100, "SL": 0x200, "SR": 0x400,
    "TFL": 0x1000, "TFR": 0x4000, "TBL": 0x8000, "TBR": 0x20000,
}  # fmt: skip
"""Bits of the channel mask (Microsoft, "Multiple channel audio data and WAVE files")."""


@dataclass(frozen=True)
class Loudspeaker:
    """`label`: as ITU-R BS.2051 has it. `azimuth`, `elevation`: degrees, left and up positive. `wave`: its place in WAVE."""

    label: str
    azimuth: float
    elevation: float
    wave: str = ""

    @property
    def is_lfe(self) -> bool:
        """Whether it is a low-frequency channel, which takes part in no panning."""
        return self.label.startswith("LFE")


@dataclass(frozen=True)
class Layout:
    """`name`: as the shell has it. `labels`: one a channel, in the file's order. `mask`: WAVE channel mask, 0 for none.

    `kind`: "mono", "speakers", "binaural" or "ambisonics". `speakers`: one a channel, where `kind` is "speakers".
    `order`: of ambisonics.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    mask: int
    speakers: tuple[Loudspeaker, ...] = ()
    order: int = 0

    @property
    def channels(self) -> int:
        """How many channels its files have."""
        return len(self.labels)


def _speakers(name: str, *speakers: tuple[str, float, float, str]) -> Layout:
    """Where every loudspeaker has a bit of its own in the mask, the file's order is the bits'; else it is as written."""
    made = [Loudspeaker(*speaker) for speaker in speakers]
    mask = 0
    if all(speaker.wave for speaker in made):
        made.sort(key=lambda speaker: WAVE_SPEAKERS[speaker.wave])
        mask = sum(WAVE_SPEAKERS[speaker.wave] for speaker in made)
    return Layout(name, "speakers", tuple(speaker.label for speaker in made), mask, tuple(made))


def _ambix(order: int) -> Layout:
    return Layout(f"ambix{order}", "ambisonics", tuple(f"ACN{n}" for n in range(channels(order))), 0, order=order)


_FRONT = (("M+030", 30.0, 0.0, "FL"), ("M-030", -30.0, 0.0, "FR"), ("M+000", 0.0, 0.0, "FC"))
_LFE = ("LFE1", 45.0, -30.0, "LFE")
_SURROUND = (("M+110", 110.0, 0.0, "BL"), ("M-110", -110.0, 0.0, "BR"))
_SEVEN = (("M+090", 90.0, 0.0, "SL"), ("M-090", -90.0, 0.0, "SR"), ("M+135", 135.0, 0.0, "BL"), ("M-135", -135.0, 0.0, "BR"))
_TOP_30 = (("U+030", 30.0, 30.0, "TFL"), ("U-030", -30.0, 30.0, "TFR"))
_TOP_110 = (("U+110", 110.0, 30.0, "TBL"), ("U-110", -110.0, 30.0, "TBR"))
_TOP_45 = (
    ("U+045", 45.0, 30.0, "TFL"), ("U-045", -45.0, 30.0, "TFR"), ("U+135", 135.0, 30.0, "TBL"), ("U-135", -135.0, 30.0, "TBR"),
)  # fmt: skip

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("mono", "mono", ("M",), WAVE_SPEAKERS["FC"]),
        Layout("binaural", "binaural", ("left ear", "right ear"), 0x3),
        _speakers("stereo", *_FRONT[:2]),
        _speakers("5.1", *_FRONT, _LFE, *_SURROUND),
        _speakers("5.1.2", *_FRONT, _LFE, *_SURROUND, *_TOP_30),
        _speakers("5.1.4", *_FRONT, _LFE, *_SURROUND, *_TOP_30, *_TOP_110),
        _speakers("4+5+1", *_FRONT, _LFE, *_SURROUND, *_TOP_30, *_TOP_110, ("B+000", 0.0, -30.0, "")),
        _speakers("7.1", *_FRONT, _LFE, *_SEVEN),
        _speakers(
            "3+7+0", _FRONT[2], *_FRONT[:2], ("U+045", 45.0, 30.0, ""), ("U-045", -45.0, 30.0, ""), *_SEVEN,
            ("UH+180", 180.0, 45.0, ""), _LFE, ("LFE2", -45.0, -30.0, ""),
        ),
        _speakers("7.1.4", *_FRONT, _LFE, *_SEVEN, *_TOP_45),
        _speakers("9.1.4", *_FRONT, _LFE, *_SEVEN, *_TOP_45, ("M+SC", 15.0, 0.0, ""), ("M-SC", -15.0, 0.0, "")),
        _speakers(
            "22.2", ("M+060", 60.0, 0.0, ""), ("M-060", -60.0, 0.0, ""), ("M+000", 0.0, 0.0, ""), ("LFE1", 45.0, -30.0, ""),
            ("M+135", 135.0, 0.0, ""), ("M-135", -135.0, 0.0, ""), ("M+030", 30.0, 0.0, ""), ("M-030", -30.0, 0.0, ""),
            ("M+180", 180.0, 0.0, ""), ("LFE2", -45.0, -30.0, ""), ("M+090", 90.0, 0.0, ""), ("M-090", -90.0, 0.0, ""),
            ("U+045", 45.0, 30.0, ""), ("U-045", -45.0, 30.0, ""), ("U+000", 0.0, 30.0, ""), ("T+000", 0.0, 90.0, ""),
            ("U+135", 135.0, 30.0, ""), ("U-135", -135.0, 30.0, ""), ("U+090", 90.0, 30.0, ""), ("U-090", -90.0, 30.0, ""),
            ("U+180", 180.0, 30.0, ""), ("B+000", 0.0, -30.0, ""), ("B+045", 45.0, -30.0, ""), ("B-045", -45.0, -30.0, ""),
        ),
        *(_ambix(order) for order in range(1, HIGHEST_ORDER + 1)),
    )
}  # fmt: skip
"""Loudspeakers stand where ITU-R BS.2051-3 has them."""

ALIASES = {
    "0+2+0": "stereo", "0+5+0": "5.1", "2+5+0": "5.1.2", "4+5+0": "5.1.4", "0+7+0": "7.1", "4+7+0": "7.1.4", "4+9+0": "9.1.4",
    "9+10+3": "22.2",
}  # fmt: skip
"""Trade names are our own; these are what ITU-R BS.2051 calls the same."""


def find_layout(name: str) -> Layout:
    """A layout by its name or its ITU-R BS.2051 name. Error: `layout-unknown`."""
    name = ALIASES.get(name, name)
    if name not in LAYOUTS:
        known = ", ".join([*LAYOUTS, *ALIASES])
        raise See2SoundError("layout-unknown", f"There is no layout {name!r}.", f"Use one of {known}.")
    return LAYOUTS[name]
