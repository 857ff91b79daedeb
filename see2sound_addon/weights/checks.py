"""Check a model folder before loading: weights that are only numbers, no code, and matching hashes.

No torch here: both ends of a job look before they load.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import See2SoundError
from ..paths import is_folder
from .records import LARGEST_JSON, check_record, load_json, read_json

PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz", ".h5", ".msgpack", ".joblib"}
CODE = {".py", ".pyc", ".so", ".dll", ".dylib", ".pyd"}
ASK_FOR_CODE = {"auto_map", "custom_pipeline", "custom_pipelines"}
ATTENTION = ("attn_implementation", "_attn_implementation")
"""Keys by which a configuration may send its loader for code elsewhere."""

FAMILIES: dict[str, tuple[str, str]] = {
    "sam": ("regions", "sam"),
    "sam2": ("regions", "sam2"),
    "sam2_video": ("regions", "sam2"),
    "grounding-dino": ("detection", "grounding-dino"),
    "owlv2": ("detection", "owlv2"),
    "depth_anything": ("depth", "depth_anything"),
    "depth_pro": ("depth", "depth_pro"),
    "clip": ("names", "clip"),
    "siglip": ("names", "siglip"),
    "blip": ("captions", "blip"),
    "florence2": ("captions", "florence2"),
    "musicgen": ("voice", "musicgen"),
    "bark": ("voice", "bark"),
    "clap": ("ranking", "clap"),
    "AudioLDM2Pipeline": ("voice", "audioldm2"),
    "StableAudioPipeline": ("voice", "stable_audio"),
    "StableAudio3Pipeline": ("voice", "stable_audio_3"),
}
"""Task and family, by `model_type` of a config.json or the class of a model_index.json."""

COMPONENTS = (
    {
        ("transformers", name)
        for name in (
            "ClapModel",
            "ClapFeatureExtractor",
            "GPT2Model",
            "GPT2LMHeadModel",
            "RobertaTokenizer",
            "RobertaTokenizerFast",
            "SpeechT5HifiGan",
            "T5EncoderModel",
            "T5Tokenizer",
            "T5TokenizerFast",
            "T5GemmaEncoderModel",
            "GemmaTokenizer",
            "GemmaTokenizerFast",
        )
    }
    | {
        ("diffusers", name)
        for name in (
            "AudioLDM2UNet2DConditionModel",
            "AutoencoderKL",
            "AutoencoderOobleck",
            "AutoencoderSAME",
            "DDIMScheduler",
            "CosineDPMSolverMultistepScheduler",
            "DPMSolverMultistepScheduler",
            "EDMDPMSolverMultistepScheduler",
            "FlowMatchEulerDiscreteScheduler",
            "StableAudio3DiTModel",
            "StableAudioDiTModel",
        )
    }
    | {
        (module, name)
        for module in ("audioldm2", "stable_audio", "stable_audio_3", "diffusers")
        for name in (
            "AudioLDM2ProjectionModel",
            "AudioLDM2UNet2DConditionModel",
            "StableAudioProjectionModel",
            "StableAudio3DurationEmbedder",
        )
    }
)
"""Everything that a pipeline of ours may be made of: (library, class)."""


def check_model(folder: Path, task: str) -> str:
    """The family of the model in a folder. Errors: `model-missing`, `model-unsafe`, `model-incomplete`, `model-wrong`."""
    if not is_folder(folder):
        raise See2SoundError(
            "model-missing", f"There is no model folder at {str(folder)[:300]}.", "Download it, or choose another folder."
        )
    _refuse_code(folder)
    index, config = read_json(folder / "model_index.json"), read_json(folder / "config.json")
    if index is not None:
        kind = index.get("_class_name")
        _check_components(folder, index)
    elif config is not None:
        kind = config.get("model_type")
    else:
        raise See2SoundError(
            "model-incomplete", f"{folder.name} has neither config.json nor model_index.json.", "Download the model again."
        )
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise See2SoundError("model-wrong", f"{folder.name} is a model of the unknown kind {str(kind)[:60]!r}.", _known(task))
    found, family = FAMILIES[kind]
    if found != task:
        raise See2SoundError("model-wrong", f"{folder.name} is a model for {found}, not for {task}.", _known(task))
    _check_weights(folder)
    check_record(folder)
    return family


def weights_size(folder: Path) -> int:
    """Bytes of all weights in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors"))


def _known(task: str) -> str:
    return f"For {task} there are: {', '.join(sorted({family for found, family in FAMILIES.values() if found == task}))}."


def _refuse_code(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_symlink() and not _stays_inside(path, folder):
            raise _unsafe(folder, f"{path.name} leads out of the folder")
        if path.suffix.lower() in CODE:
            raise _unsafe(folder, f"it brings code ({path.name})")
        if path.name == "adapter_config.json":
            raise _unsafe(folder, "it is an adapter, which names another model")
        if path.suffix.lower() == ".json" and path.is_file():
            asked = _code_asked_for(path)
            if asked:
                raise _unsafe(folder, f"{path.name} asks for code of its own ({asked})")


def _code_asked_for(path: Path) -> str:
    """The key of a JSON file's object that asks for code, or ""; a vocabulary may be a list and has none."""
    return next(_keys_that_ask_for_code(load_json(path)), "")


def _keys_that_ask_for_code(value: Any) -> Iterator[str]:
    """At any depth: configurations hold others, such as those of a model's parts."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, list | dict):
                yield from _keys_that_ask_for_code(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ASK_FOR_CODE or (key in ATTENTION and "/" in str(item)):  # a kernel from a repository
                yield key
            yield from _keys_that_ask_for_code(item)


def _stays_inside(link: Path, folder: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link in a circle, or to nothing
        return False


def _unsafe(folder: Path, why: str) -> See2SoundError:
    return See2SoundError(
        "model-unsafe", f"{folder.name} is not loaded: {why}.", "Use a model that is weights and settings only."
    )


def _check_components(folder: Path, index: dict[str, Any]) -> None:
    for name, value in index.items():
        if name.startswith("_") or value is None or not isinstance(value, list):
            if name == "_class_name" and not isinstance(value, str):
                raise _unsafe(folder, "its model_index.json names a class of its own")
            continue
        plain = len(value) == 2 and all(part is None or isinstance(part, str) for part in value)
        if not plain or (tuple(value) != (None, None) and tuple(value) not in COMPONENTS):
            raise _unsafe(folder, f"its model_index.json names {'.'.join(str(part)[:40] for part in value[:2])} for {name!r}")
        if ".." in name or "/" in name or "\\" in name:
            raise _unsafe(folder, f"its model_index.json has a part called {name[:40]!r}")


def _check_weights(folder: Path) -> None:
    weights = [path for path in folder.rglob("*.safetensors") if path.is_file()]
    if not weights:
        pickles = [path.name for path in folder.rglob("*") if path.suffix.lower() in PICKLES]
        if pickles:
            raise _unsafe(folder, f"its weights are a pickle ({pickles[0]}), which can run code; only safetensors are read")
        raise See2SoundError("model-incomplete", f"{folder.name} has no weights.", "Download the model again.")
    for path in weights:
        try:
            size, needed = path.stat().st_size, _promised_size(path)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            RecursionError,
            OverflowError,
            struct.error,
        ) as error:
            message = f"{path.name} of {folder.name} is broken."
            raise See2SoundError("model-incomplete", message, "Download the model again.") from error
        if size < needed:
            message = f"{path.name} of {folder.name} is only half there."
            raise See2SoundError("model-incomplete", message, "Download the model again; it goes on where it stopped.")


def _promised_size(path: Path) -> int:
    """Bytes that a safetensors file must have by its own header."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if not 2 <= length <= min(LARGEST_JSON, path.stat().st_size):
            raise ValueError("its header is no header")
        tensors = json.loads(file.read(length))
    end = 0
    for name, entry in tensors.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            if type(first) is not int or type(last) is not int or not 0 <= first <= last:
                raise ValueError("its offsets are no offsets")
            end = max(end, last)
    return 8 + int(length) + end
