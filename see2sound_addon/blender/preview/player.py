"""The live preview: tell the process that plays where all Speakers are, as often as Blender gives time for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy

from ...errors import See2SoundError
from ...live.player import Player
from ..reading.sampling import clip_path
from .hearing import Heard, listen

MOST, MOST_BY_NUMPY = 24, 5
"""Sources at once, by a compiled kernel and without one; the loudest are heard."""
MOST_TAILS = 8
"""Sources that reverberate: the loudest."""


class Preview:
    """Open while it is heard. `notes`: what is missing. `player`: ready to play."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._folder = Path(tempfile.mkdtemp(prefix="preview_", dir=bpy.app.tempdir))  # Blender removes it
        self._unplayable: dict[str, str] = {}
        self.notes: list[str] = []

    def update(self, context: bpy.types.Context) -> None:
        """Bring everything to where it is now. Errors: those of `Player.place`."""
        scene = context.scene
        playing = any(window.screen.is_animation_playing for window in context.window_manager.windows)
        heard, self.notes = listen(context, scene, playing)
        most = MOST if self._player.compiled else MOST_BY_NUMPY
        loudest = sorted(heard, key=lambda one: -one.loudness)[:most]
        if len(heard) > most:
            self.notes.append(f"The {most} loudest of {len(heard)} sources are heard")
        named = {_name(one): one for one in loudest}
        for name, one in named.items():
            if not self._player.has(name) and name not in self._unplayable:
                self._load(name, one, scene)
        said = [one.said for one in loudest[:MOST_TAILS]] + [one.said._replace(tail=0.0) for one in loudest[MOST_TAILS:]]
        self._player.place(dict(zip(named, said, strict=True)), playing)
        broken = {one.sound.name for name, one in named.items() if name in self._player.broken or name in self._unplayable}
        self.notes += [f"{name} cannot be played" for name in sorted(broken)]

    def stop(self) -> None:
        """Silence."""
        self._player.close()

    def _load(self, name: str, one: Heard, scene: bpy.types.Scene) -> None:
        try:
            obj = next(obj for obj in scene.objects if obj.session_uid == one.key)
            self._player.load(name, clip_path(obj, self._folder), one.loop)
        except (See2SoundError, OSError) as error:
            self._unplayable[name] = str(error)


def _name(one: Heard) -> str:
    """What tells a Speaker with its sound apart; nothing of Blender's own is kept from one moment to the next."""
    return f"{one.key} {one.sound.session_uid} {one.loop} {one.sound.filepath}"
