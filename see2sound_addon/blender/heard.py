"""The properties that a mix is made of: sampling reads them, freshness watches them. Light: one table for both."""

from __future__ import annotations

OF_SCENE = (
    "layout", "sofa", "bits", "use_loudness", "loudness", "ceiling", "use_air", "temperature", "humidity", "seed",
)  # fmt: skip
"""Settings of a scene that change its mix, rooms aside."""
OF_SOURCES = {
    "synchronous": "synchronous", "divergence": "divergence", "spread": "spread", "diffuse": "diffuse",
}  # fmt: skip
"""Fields of the plan's `Source` that are a source's property as it is."""
MORE_OF_SOURCES = ("solo", "extent", "radius", "loop", "use_lfe", "lfe")
"""Other properties of a source that are heard; sampling converts them."""
OF_SPEAKERS = {"rolloff": "attenuation", "min_gain": "volume_min", "max_gain": "volume_max"}
"""Fields of the plan's `Source` that are a Speaker's property as it is."""
LENGTHS_OF_SPEAKERS = {"reference_distance": "distance_reference", "max_distance": "distance_max"}
"""The same, in Blender units."""
MORE_OF_SPEAKERS = ("volume", "pitch", "cone_angle_inner", "cone_angle_outer", "cone_volume_outer")
"""Other properties of a Speaker that are heard; sampling converts them."""


def source_properties() -> tuple[str, ...]:
    """All properties of a source that are heard."""
    return (*OF_SOURCES.values(), *MORE_OF_SOURCES)


def speaker_properties() -> tuple[str, ...]:
    """All properties of a Speaker that are heard."""
    return (*OF_SPEAKERS.values(), *LENGTHS_OF_SPEAKERS.values(), *MORE_OF_SPEAKERS)
