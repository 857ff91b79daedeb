"""The library for scripts: load a picture, look at its sources, change them, generate sounds and mix.

    from see2sound_addon import api

    scene = api.load_picture("harbour.png", max_sources=4)
    for source in scene.sources:
        print(source.label, source.position)
    scene.generate("clips")
    scene.mix("harbour.wav", "5.1")

In Blender, `api.current_scene()` has the same methods for the scene that is open, and `listen`, which finds what sounds in it.
Without Blender, `api.listen` does the same for an `Observed` scene of plain data, and `api.trace` finds what the meshes of a
`Geometry` do to the sounds of a plan.

Other add-ons bring backends with `register_backend`; `add_plugin` names the file that does so. The data classes and Protocols
that they need are here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .acoustics.geometry import Body, Geometry, Surface
from .backends import Backends, find_backend, register_backend, unregister_backend
from .delivery.formats import Delivery, Format, Output, Signal, Wanted, Writer
from .errors import Cancelled, See2SoundError
from .listening.listen import ListenSettings
from .listening.observed import Crowd, Effect, Foot, Observed, SceneObject, Surfaces, Track
from .listening.proposal import Proposal
from .pipeline import listen, trace
from .plugins import add_plugin, remove_plugin
from .projection import Camera, Orthographic, Perspective, Projection
from .scripting.picture import PictureScene, load_picture
from .scripting.scene import MixResult, Scene, Source
from .separation.separator import Separation, Separator, WantedStem
from .sound.generator import GeneratedClip, SoundGenerator
from .vision.depth import DepthEstimator, Measured
from .vision.detectors import Detection, Detector
from .vision.labeller import Guess, Labeller
from .vision.regions import Region, make_region
from .vision.segmenter import Segmenter
from .vision.view import View

if TYPE_CHECKING:
    from .blender.scripting import BlenderScene

__all__ = [
    "Backends",
    "Body",
    "Camera",
    "Cancelled",
    "Crowd",
    "Delivery",
    "DepthEstimator",
    "Detection",
    "Detector",
    "Effect",
    "Foot",
    "Format",
    "GeneratedClip",
    "Geometry",
    "Guess",
    "Labeller",
    "ListenSettings",
    "Measured",
    "MixResult",
    "Observed",
    "Orthographic",
    "Output",
    "Perspective",
    "PictureScene",
    "Projection",
    "Proposal",
    "Region",
    "Scene",
    "SceneObject",
    "See2SoundError",
    "Segmenter",
    "Separation",
    "Separator",
    "Signal",
    "SoundGenerator",
    "Source",
    "Surface",
    "Surfaces",
    "Track",
    "View",
    "Wanted",
    "WantedStem",
    "Writer",
    "add_plugin",
    "current_scene",
    "find_backend",
    "listen",
    "load_picture",
    "make_region",
    "register_backend",
    "remove_plugin",
    "trace",
    "unregister_backend",
]


def current_scene() -> BlenderScene:
    """The scene that is open in Blender. Error: `blender-missing`."""
    try:
        from .blender import session
        from .blender.scripting import BlenderScene
    except ImportError as error:
        raise See2SoundError(
            "blender-missing", f"This Python has no Blender: {error}.", "Run the script in Blender, or use load_picture."
        ) from error
    session.make_ready()
    return BlenderScene(session.scene().name)
