"""What sounds without being an object: particles, hair, oceans, cloth, fluids, fire, wind, and the world's own names.

The values of an effect, by kind, each (n,) over the frames or (1,):

particles: `rate` (emitted a second), `until` (seconds at which they end), `falls` (m/s downwards), `area` (square metres)
ocean: `wind` (m/s), `waves` (metres)
fire, smoke, liquid, cloth, hair: none
wind: `strength` (Blender's)
"""

from __future__ import annotations

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from ..lexicon.lookup import explain
from .motion import curve, gate
from .naming import Named, name_of
from .observed import Effect, FindSurfaces, Observed
from .proposal import Proposal, measures_of

FALLING = 2.0
"""Metres a second: particles that fall faster could be rain, where their names do not say what they are."""
RAIN_CLASSES = ("rain", "rain on leaves", "rain on a roof", "rain on water")
LARGE_FIRE, HIGH_WAVES = 3.0, 0.3
"""Metres."""
GUESS = 0.6
"""Score of what only the physics says, not a name."""


def wind_speed(strength: np.ndarray) -> np.ndarray:
    """Metres a second of a wind field: an estimate, since Blender's strength has no unit. 1 is a breeze, 1000 a storm."""
    return np.asarray(np.clip(2.0 + 2.8 * np.log2(1.0 + np.abs(strength)), 0.0, 30.0))


def rain_intensity(rate: float, area: float) -> float:
    """Millimetres an hour of a shower of drops: an estimate, since a system shows a few drops for many.

    One drop a second on a square metre counts as 5 mm/h; tenfold drops as four times the rain.
    """
    return float(np.clip(5.0 * (rate / max(area, 1e-6)) ** 0.6, 0.5, 100.0))


def propose_effects(observed: Observed, find: FindSurfaces) -> list[Proposal]:
    """A proposal for each effect of a scene."""
    makers = {
        "particles": _particles, "hair": _hair, "ocean": _ocean, "cloth": _cloth, "liquid": _liquid, "fire": _fire,
        "smoke": _smoke, "wind": _wind, "world": _world,
    }  # fmt: skip
    found = [makers[effect.kind](effect, observed, find) for effect in observed.effects]
    return [proposal for proposal in found if proposal is not None]


def wind_of(observed: Observed) -> np.ndarray | None:
    """(n,) m/s of the strongest wind of a scene over its frames, or None without wind."""
    winds = [_over_frames(wind_speed(one.values["strength"]), observed) for one in observed.effects if one.kind == "wind"]
    return np.max(winds, axis=0) if winds else None


def _over_frames(values: np.ndarray, observed: Observed) -> np.ndarray:
    return np.broadcast_to(values, observed.frames) if len(values) == 1 else values


def _proposal(effect: Effect, named: Named, why: str = "", name: str = "", wanted: bool = True) -> Proposal:
    """`name`: the class where the names do not say it."""
    chosen = name or named.name
    known = CLASSES.get(chosen)
    label = effect.owner or (effect.names[0][1] if effect.names else effect.kind)
    return Proposal(
        key=f"{effect.owner}:{effect.kind}:{effect.names[0][1] if effect.names else ''}",
        object=effect.owner,
        label=label,
        name=chosen,
        prompt="" if known is None else known.prompt,
        score=named.score if not name else GUESS,
        why=why or f"{effect.kind}: {named.why}",
        wanted=wanted and known is not None,
        position=effect.position,
        extent="point" if known is None else known.extent,
        radius=0.5 * float(effect.size.max()) if known is not None and known.extent == "area" else 0.0,
        measures=measures_of(effect.size),
    )


def _particles(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal | None:
    named = name_of(effect.names)
    falls, rate = float(effect.values["falls"][0]), float(effect.values["rate"][0])
    if not named.name and falls > FALLING and rate > 10.0:
        named = Named("rain", GUESS, f"particles that fall at {falls:.0f} m/s")
    proposal = _proposal(effect, named)
    if named.name not in RAIN_CLASSES:
        if named.name in ("", SILENT):
            proposal.why = f"particles, {named.why}"
        return proposal
    met = find(effect.position[None], np.array([[0.0, 0.0, -1.0]]), np.zeros(1, int), frozenset({effect.owner}))
    if np.isfinite(met.distances[0]):  # rain sounds where it falls
        proposal.position = effect.position - np.array([0.0, 0.0, met.distances[0]])
        on = next((found for _, text in met.names[0] if (found := explain(f"rain on {text}").name) in RAIN_CLASSES[1:]), "")
        if named.name == "rain" and on:
            proposal.name, proposal.prompt = on, CLASSES[on].prompt
    area = float(effect.values["area"][0])
    proposal.radius = float(np.sqrt(area / np.pi))
    proposal.values = {"intensity": [(0.0, rain_intensity(rate, area))]}
    begin, end = float(effect.values["from"][0]), float(effect.values["until"][0])
    times = observed.times
    proposal.level = gate((times >= begin) & (times < end), observed.rate)
    proposal.why = f"particles: {named.why}, {rate:.0f} a second"
    return proposal


def _hair(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal | None:
    named = name_of(effect.names)
    return _proposal(effect, named) if named.name and named.name != SILENT else None


def _ocean(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal:
    named = name_of(effect.names)
    waves = float(effect.values["waves"][0])
    fits = named.name in ("waves on sand", "waves on rocks", "calm water")
    name = "" if fits else ("waves on sand" if waves > HIGH_WAVES else "calm water")
    proposal = _proposal(effect, named, f"an Ocean modifier, waves of {waves:.1f} m", name)
    proposal.measures["height"] = waves
    return proposal


def _cloth(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal:
    named = name_of(effect.names)
    blows = any(one.kind == "wind" for one in observed.effects)
    if named.name in ("flag", "sail") or (blows and named.name in ("", SILENT)):
        name = named.name if named.name in ("flag", "sail") else "flag"
        return _proposal(effect, named, "a Cloth modifier" + (" in the wind" if blows else ""), name, wanted=blows)
    return _proposal(effect, named, "a Cloth modifier, which moves little", "cloth", wanted=False)


def _liquid(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal:
    named = name_of(effect.names)
    wet = CLASSES.get(named.name) is not None and named.name in WATERS
    return _proposal(effect, named, "a liquid of a Fluid modifier", "" if wet else "stream")


WATERS = (
    "stream", "river", "waterfall", "fountain", "calm water", "tap water", "splash", "lava", "waves on sand", "waves on rocks",
    "dripping", "bubbling",
)  # fmt: skip


def _fire(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal:
    named = name_of(effect.names)
    size = float(effect.size.max())
    fits = named.name in ("small fire", "large fire", "explosion")
    return _proposal(
        effect, named, f"a fire of {size:.1f} m", "" if fits else ("large fire" if size > LARGE_FIRE else "small fire")
    )


def _smoke(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal:
    named = name_of(effect.names)
    return _proposal(effect, named if named.name == "steam" else Named(SILENT, 0.8, "smoke makes no sound"))


def _wind(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal:
    blows = _over_frames(wind_speed(effect.values["strength"]), observed)
    proposal = _proposal(effect, Named("wind", 0.8, ""), f"a wind field, about {blows.max():.0f} m/s")
    proposal.name, proposal.prompt, proposal.extent = "wind", CLASSES["wind"].prompt, "ambient"
    proposal.values = {"wind": curve(blows, observed.rate, 0.2)}
    still = _over_frames(np.abs(effect.values["strength"]), observed) < 1e-6
    proposal.level, proposal.wanted = gate(~still, observed.rate), not still.all()
    return proposal


def _world(effect: Effect, observed: Observed, find: FindSurfaces) -> Proposal | None:
    named = name_of(effect.names)
    known = CLASSES.get(named.name)
    if known is None or known.extent != "ambient":
        return None
    return _proposal(effect, named)
