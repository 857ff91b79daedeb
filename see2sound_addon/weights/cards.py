"""The catalogue of supported models, with sizes and licences."""

from __future__ import annotations

from dataclasses import dataclass

PICTURE_TASKS = ("regions", "detection", "depth", "names", "captions")
TASKS = (*PICTURE_TASKS, "voice", "ranking")


@dataclass(frozen=True)
class Card:
    """`repository`: at huggingface.co. `size`: GB to download; `memory`: GB that it takes at half precision, roughly.

    `commercial`: whether its licence allows commercial use as it stands; `gated`: whether its download requires an account.
    """

    id: str
    task: str
    family: str
    repository: str
    size: float
    memory: float
    licence: str
    commercial: bool
    gated: bool = False


CARDS: dict[str, Card] = {
    card.id: card
    for card in (
        Card("sam2-tiny", "regions", "sam2", "facebook/sam2.1-hiera-tiny", 0.16, 1.0, "Apache-2.0", True),
        Card("sam2-large", "regions", "sam2", "facebook/sam2.1-hiera-large", 0.9, 2.5, "Apache-2.0", True),
        Card("sam-base", "regions", "sam", "facebook/sam-vit-base", 0.38, 2.0, "Apache-2.0", True),
        Card(
            "grounding-dino-tiny",
            "detection",
            "grounding-dino",
            "IDEA-Research/grounding-dino-tiny",
            0.69,
            1.5,
            "Apache-2.0",
            True,
        ),
        Card("owlv2-base", "detection", "owlv2", "google/owlv2-base-patch16-ensemble", 0.62, 1.5, "Apache-2.0", True),
        Card(
            "depth-anything-small",
            "depth",
            "depth_anything",
            "depth-anything/Depth-Anything-V2-Small-hf",
            0.1,
            0.5,
            "Apache-2.0",
            True,
        ),
        Card(
            "depth-anything-outdoor",
            "depth",
            "depth_anything",
            "depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf",
            0.1,
            0.5,
            "Apache-2.0",
            True,
        ),
        Card(
            "depth-anything-indoor",
            "depth",
            "depth_anything",
            "depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf",
            0.1,
            0.5,
            "Apache-2.0",
            True,
        ),
        Card("depth-pro", "depth", "depth_pro", "apple/DepthPro-hf", 1.9, 3.0, "Apple ML Research", False),
        Card("clip-base", "names", "clip", "openai/clip-vit-base-patch32", 0.61, 0.6, "MIT", True),
        Card("siglip-base", "names", "siglip", "google/siglip-base-patch16-224", 0.82, 0.8, "Apache-2.0", True),
        Card("blip-base", "captions", "blip", "Salesforce/blip-image-captioning-base", 0.99, 1.0, "BSD-3-Clause", True),
        Card("florence-2-base", "captions", "florence2", "florence-community/Florence-2-base", 0.46, 0.8, "MIT", True),
        Card("audioldm2", "voice", "audioldm2", "cvssp/audioldm2", 4.5, 6.0, "CC-BY-NC-SA-4.0", False),
        Card(
            "stable-audio-open",
            "voice",
            "stable_audio",
            "stabilityai/stable-audio-open-1.0",
            4.9,
            7.0,
            "Stability AI Community",
            True,
            gated=True,
        ),
        Card(
            "stable-audio-3",
            "voice",
            "stable_audio_3",
            "stabilityai/stable-audio-3-small",
            2.0,
            4.0,
            "Stability AI Community",
            True,
            gated=True,
        ),
        Card("musicgen-small", "voice", "musicgen", "facebook/musicgen-small", 2.4, 3.0, "CC-BY-NC-4.0", False),
        Card("bark-small", "voice", "bark", "suno/bark-small", 1.7, 2.5, "MIT", True),
        Card("clap", "ranking", "clap", "laion/larger_clap_general", 0.78, 1.0, "Apache-2.0", True),
    )
}
