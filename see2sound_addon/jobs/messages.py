"""Convert findings and cameras to and from JSON, for the messages between processes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from ..camera import Camera
from ..neural.client import Choice
from ..pipeline import Findings
from ..placed import Estimate, PlacedSource


def findings_to_json(found: Findings) -> dict[str, Any]:
    """Everything but the masks."""
    sources = []
    for source in found.sources:
        facts = {name: value for name, value in vars(source).items() if name not in ("mask", "from_picture", "distance")}
        facts.update({name: facts[name].tolist() for name in ("position", "points", "outline")})
        facts["from_picture"], facts["distance"] = asdict(source.from_picture), asdict(source.distance)
        sources.append(facts)
    return {"camera": found.camera.to_json(), "size": list(found.size), "sources": sources, "notes": found.notes}


def findings_from_json(data: dict[str, Any]) -> Findings:
    """What `findings_to_json` gave, the masks empty."""
    sources = []
    for facts in data["sources"]:
        more = {
            "box": tuple(facts["box"]), "centre": tuple(facts["centre"]), "mask": np.zeros((0, 0), bool),
            "from_picture": Estimate(**facts["from_picture"]), "distance": Estimate(**facts["distance"]),
            "position": np.array(facts["position"]), "points": np.array(facts["points"], float).reshape(-1, 3),
            "outline": np.array(facts["outline"], float).reshape(-1, 2),
        }  # fmt: skip
        sources.append(PlacedSource(**{**facts, **more}))
    return Findings(Camera.from_json(data["camera"]), (data["size"][0], data["size"][1]), sources, list(data["notes"]))


def choice_from_json(data: dict[str, Any] | None) -> Choice:
    """`dataclasses.asdict` turned back; None is nothing neural."""
    return Choice(**(data or {}))
