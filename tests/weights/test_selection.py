"""Which files of a repository are taken: each weight once, as safetensors, and nothing beside."""

import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.weights.selection import Offered, choose_files

GIGABYTE = 10**9
LANGUAGE = ["transformers", "T5EncoderModel"]
STABLE_AUDIO = {
    "_class_name": "StableAudioPipeline",
    "_diffusers_version": "0.30.0",
    "projection_model": ["stable_audio", "StableAudioProjectionModel"],
    "scheduler": ["diffusers", "CosineDPMSolverMultistepScheduler"],
    "text_encoder": LANGUAGE,
    "tokenizer": ["transformers", "T5TokenizerFast"],
    "transformer": ["diffusers", "StableAudioDiTModel"],
    "vae": ["diffusers", "AutoencoderOobleck"],
}


def names(files, index=None, repository="somebody/model"):
    offered = [Offered(name, files[name] if isinstance(files, dict) else 1) for name in files]
    return {file.name for file in choose_files(repository, offered, index)}


def test_pickles_other_frameworks_code_and_pictures_stay_away():
    taken = [
        "config.json", "preprocessor_config.json", "tokenizer.json", "vocab.txt", "spiece.model", "model.safetensors",
        "README.md", "LICENSE",
    ]  # fmt: skip
    left = [
        "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "modeling.py", "teaser.png", ".gitattributes",
        "onnx/model.onnx", "onnx/config.json", "checkpoint-10/model.safetensors", "pytorch_model.bin.index.json",
    ]  # fmt: skip
    assert names(taken + left) == set(taken)


def test_a_pipeline_s_parts_are_taken_and_not_the_whole_model_beside_them():
    """stabilityai/stable-audio-open-1.0 has the same weights as model.safetensors and model.ckpt, 4.9 GB each, at its top."""
    parts = {
        "projection_model/config.json": 400, "projection_model/diffusion_pytorch_model.safetensors": GIGABYTE // 100,
        "scheduler/scheduler_config.json": 500, "text_encoder/config.json": 700,
        "text_encoder/model.safetensors": GIGABYTE // 2,
        "tokenizer/tokenizer.json": 2000, "tokenizer/spiece.model": 2000, "transformer/config.json": 800,
        "transformer/diffusion_pytorch_model.safetensors": 4 * GIGABYTE, "vae/config.json": 400,
        "vae/diffusion_pytorch_model.safetensors": GIGABYTE // 2,
    }  # fmt: skip
    beside = {"model.safetensors": 49 * GIGABYTE // 10, "model.ckpt": 49 * GIGABYTE // 10, "model_config.json": 4000}
    top = {"model_index.json": 600, "LICENSE.md": 9000, "README.md": 9000}
    assert names({**parts, **beside, **top}, STABLE_AUDIO) == {*parts, *top}


@pytest.mark.parametrize("missing", ["vae/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"])
def test_a_part_without_weights_is_named_before_anything_is_taken(missing):
    files = {f"{part}/config.json": 1 for part in STABLE_AUDIO if part[0] != "_"}
    files |= {f"{part}/diffusion_pytorch_model.safetensors": 1 for part in ("projection_model", "transformer", "vae")}
    files["text_encoder/model.safetensors"] = 1
    files["text_encoder/pytorch_model.bin"] = files["vae/diffusion_pytorch_model.bin"] = 1
    del files[missing]
    with pytest.raises(See2SoundError) as caught:
        names(files, STABLE_AUDIO, "stabilityai/stable-audio-open-1.0")
    assert caught.value.code == "weights-missing" and missing.split("/")[0] in str(caught.value) and ".bin" in str(caught.value)


def test_pickles_alone_are_refused_by_name():
    with pytest.raises(See2SoundError) as caught:
        names(["config.json", "pytorch_model.bin", "generation_config.json"], repository="suno/bark-small")
    assert caught.value.code == "weights-missing"
    assert "suno/bark-small" in str(caught.value) and "pytorch_model.bin" in str(caught.value)


def test_one_piece_is_enough():
    files = ["config.json", "model.safetensors", "model.fp16.safetensors", "model-00001-of-00002.safetensors",
             "model-00002-of-00002.safetensors", "model.safetensors.index.json", "sam2.1_hiera_tiny.safetensors"]  # fmt: skip
    assert names(files) == {"config.json", "model.safetensors"}


def test_pieces_with_their_index():
    files = [
        "config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    assert names(files) == set(files)
    for lost in files[1:]:
        with pytest.raises(See2SoundError, match="no whole weights"):
            names([name for name in files if name != lost])


def test_half_precision_alone_is_not_what_the_loader_reads():
    with pytest.raises(See2SoundError, match="no whole weights"):
        names(["config.json", "model.fp16.safetensors"])


def test_parts_that_lead_elsewhere_bring_nothing():
    """What such an index names is refused by `checks` after that; nothing outside of folders is taken for it."""
    index = {"_class_name": "StableAudioPipeline", "vae": ["diffusers", "AutoencoderOobleck"], "x": [None, None], "y": "../z"}
    files = {
        "vae/diffusion_pytorch_model.safetensors": 1,
        "vae/config.json": 1,
        "../z/model.safetensors": 1,
        "x/model.safetensors": 1,
    }
    assert names(files, index) == {"vae/diffusion_pytorch_model.safetensors", "vae/config.json"}
