"""Names of what can be rendered, and where the loudspeakers stand."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import See2SoundError

# WAVE_FORMAT_EXTENSIBLE speaker positions (Microsoft, "Multiple channel audio data and WAVE files").
_FL, _FR, _FC, _LFE, _BL, _BR = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20


@dataclass(frozen=True)
class Layout:
    """`name`: as the shell has it. `labels`: one a channel, in the file's order. `mask`: WAVE channel mask, 0 for none.

    `azimuths`: degrees, left positive, one a channel, None for the low-frequency channel; empty unless `kind` is
    "speakers". `kind`: "mono", "speakers", "binaural" or "ambisonics". `order`: of ambisonics.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    mask: int
    azimuths: tuple[float | None, ...] = ()
    order: int = 0

    @property
    def channels(self) -> int:
        """How many channels its files have."""
        return len(self.labels)


def _ambix(order: int) -> Layout:
    return Layout(f"ambix{order}", "ambisonics", tuple(f"ACN{n}" for n in range((order + 1) ** 2)), 0, order=order)


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("mono", "mono", ("M",), _FC),
        Layout("stereo", "speakers", ("M+030", "M-030"), _FL | _FR, (30.0, -30.0)),
        Layout("binaural", "binaural", ("left ear", "right ear"), _FL | _FR),
        Layout(
            "5.1", "speakers", ("M+030", "M-030", "M+000", "LFE1", "M+110", "M-110"),
            _FL | _FR | _FC | _LFE | _BL | _BR, (30.0, -30.0, 0.0, None, 110.0, -110.0),
        ),
        *(_ambix(order) for order in (1, 2, 3)),
    )
}  # fmt: skip
"""Loudspeakers stand where ITU-R BS.2051-3 puts them: 0+2+0 and 0+5+0."""

ALIASES = {"0+2+0": "stereo", "0+5+0": "5.1"}


def find_layout(name: str) -> Layout:
    """A layout by its name or its ITU-R BS.2051 name. Error: `layout-unknown`."""
    name = ALIASES.get(name, name)
    if name not in LAYOUTS:
        raise See2SoundError("layout-unknown", f"There is no layout {name!r}.", f"Use one of {', '.join(LAYOUTS)}.")
    return LAYOUTS[name]
