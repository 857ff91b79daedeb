"""Which neural model does what. Light: requests carry it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """Which model does what: an id of a card (in the folder `models`), a folder, or "" for the embedded way.

    `regions` outlines whatever there is, `detection` looks for classes (and `regions` then outlines those); `names` or
    `captions` say what a region is. `steps`, `guidance` (None: the model's own), `negative`, `takes`: of diffusion; `ranking`
    chooses among takes.
    """

    models: str = ""
    regions: str = ""
    detection: str = ""
    depth: str = ""
    names: str = ""
    captions: str = ""
    voice: str = ""
    ranking: str = ""
    steps: int = 50
    guidance: float | None = None
    negative: str = "low quality, music"
    takes: int = 1

    @property
    def any(self) -> bool:
        """Whether there is anything neural to do."""
        steps = (self.regions, self.detection, self.depth, self.names, self.captions, self.voice)
        return self.ranks_others or any(steps)

    @property
    def maker(self) -> str:
        """What of it shapes a sound: two choices with the same make the same sounds. "" if none does."""
        if not self.voice and not self.ranks_others:
            return ""
        takes = (self.ranking, self.takes) if self.ranking else ()
        diffusion = (self.models, self.voice, self.steps, self.guidance, self.negative) if self.voice else ()
        return repr((*diffusion, *takes))

    @property
    def ranks_others(self) -> bool:
        """Whether it chooses among takes that no model of this choice has made."""
        return bool(self.ranking) and self.takes > 1 and not self.voice
