"""The catalogue of supported models, with sizes and licences."""

from __future__ import annotations

from dataclasses import dataclass

PICTURE_TASKS = ("regions", "detection", "depth", "names", "captions")
TASKS = (*PICTURE_TASKS, "voice", "ranking")


@dataclass(frozen=True)
class Card:
    """`repository`: at huggingface.co. `size`: GB to download, `memory`: GB that it takes at half precision, both roughly.

    `commercial`: whether its licence allows commercial use as it stands; `gated`: whether its download requires an account.
    `revision`: of the repository: a commit, or a branch such as the pull request that brings safetensors.
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
    revision: str = "main"


CARDS: dict[str, Card] = {
    card.id: card
    for card in (
        Card(
            "sam2-tiny", "regions", "sam2", "facebook/sam2.1-hiera-tiny", 0.16, 1.0, "Apache-2.0", True,
            revision="de431c4043854a71d8101e17995dfe596bf101a5",
        ),
        Card(
            "sam2-large", "regions", "sam2", "facebook/sam2.1-hiera-large", 0.9, 2.5, "Apache-2.0", True,
            revision="665f8e2ad61cf5f53d65644ff27c8ee525124610",
        ),
        Card(
            "sam-base", "regions", "sam", "facebook/sam-vit-base", 0.38, 2.0, "Apache-2.0", True,
            revision="70c1a07f894ebb5b307fd9eaaee97b9dfc16068f",
        ),
        Card(
            "grounding-dino-tiny", "detection", "grounding-dino", "IDEA-Research/grounding-dino-tiny", 0.69, 1.5, "Apache-2.0",
            True, revision="a2bb814dd30d776dcf7e30523b00659f4f141c71",
        ),
        Card(
            "owlv2-base", "detection", "owlv2", "google/owlv2-base-patch16-ensemble", 0.62, 1.5, "Apache-2.0", True,
            revision="cfd3195ba4ea9592eec887ded089f4c08eff231d",
        ),
        Card(
            "depth-anything-small", "depth", "depth_anything", "depth-anything/Depth-Anything-V2-Small-hf", 0.1, 0.5,
            "Apache-2.0", True, revision="5426e4f0f36572d16453bbda7a8389317b1bef99",
        ),
        Card(
            "depth-anything-outdoor", "depth", "depth_anything", "depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf",
            0.1, 0.5, "Apache-2.0", True, revision="fd2c22027eaf20374204f14099b8341e1925ad39",
        ),
        Card(
            "depth-anything-indoor", "depth", "depth_anything", "depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf",
            0.1, 0.5, "Apache-2.0", True, revision="8078d68a9c75a972131914f6afd0c1723be0da7f",
        ),
        Card(
            "depth-pro", "depth", "depth_pro", "apple/DepthPro-hf", 1.9, 4.5, "Apple ML Research", False,
            revision="3a8b51229207764e5215b31f47fac0d1a049d563",
        ),
        # The main revisions of CLIP, BLIP, Bark and CLAP have pickles only; these are the conversions that the hub offers.
        Card(
            "clip-base", "names", "clip", "openai/clip-vit-base-patch32", 0.61, 0.6, "MIT", True,
            revision="c237dc49a33fc61debc9276459120b7eac67e7ef",
        ),
        Card(
            "siglip-base", "names", "siglip", "google/siglip-base-patch16-224", 0.82, 0.8, "Apache-2.0", True,
            revision="7fd15f0689c79d79e38b1c2e2e2370a7bf2761ed",
        ),
        Card(
            "blip-base", "captions", "blip", "Salesforce/blip-image-captioning-base", 0.99, 1.0, "BSD-3-Clause", True,
            revision="9cfcdbcaccbcadb2b53b36d4b50042c4eeaa0c25",
        ),
        Card(
            "florence-2-base", "captions", "florence2", "florence-community/Florence-2-base", 0.46, 0.8, "MIT", True,
            revision="00921df66db728a9ceb750f5eca43e5c203a2051",
        ),
        Card(
            "audioldm2", "voice", "audioldm2", "cvssp/audioldm2", 4.5, 6.0, "CC-BY-NC-SA-4.0", False,
            revision="c8e7e189d324425c05c4c2f81214041ef4107983",
        ),
        Card(
            "stable-audio-open", "voice", "stable_audio", "stabilityai/stable-audio-open-1.0", 5.3, 7.0,
            "Stability AI Community", True, gated=True, revision="67351841772475731424cf358c9fb785716ac78f",
        ),
        Card(
            "musicgen-small", "voice", "musicgen", "facebook/musicgen-small", 2.4, 3.0, "CC-BY-NC-4.0", False,
            revision="4c8334b02c6ec4e8664a91979669a501ec497792",
        ),
        Card("bark-small", "voice", "bark", "suno/bark-small", 1.7, 2.5, "MIT", True, revision="refs/pr/5"),
        Card(
            "clap", "ranking", "clap", "laion/larger_clap_general", 0.78, 1.0, "Apache-2.0", True,
            revision="16c8cc3159a3c8a31e8ff5ef1f66b0d9ab3667db",
        ),
    )
}  # fmt: skip
