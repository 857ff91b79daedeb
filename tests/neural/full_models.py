"""Models of full size with random weights, in the layout of their repositories: `python full_models.py FOLDER CARD...`.

The shapes are the published ones: the defaults of transformers and diffusers, and what papers and model cards say. How well
they are met shows in the size of the files, which is compared with that of the real ones. The tokenizers are those of the tiny
models: only the vocabulary is small, not the tables of its vectors. Runs in the neural environment.
"""

import json
import sys
from pathlib import Path

import diffusers as d
import tiny_models as tiny
import torch
import transformers as t

torch.set_num_threads(2)
BERT, CLIP_WORDS, ROBERTA, T5 = 30522, 49408, 50265, 32128
"""Entries of the vocabularies."""


def save(model, folder, half=False):
    (model.half() if half else model).save_pretrained(folder, safe_serialization=True)


def sam_base(folder):
    save(t.SamModel(t.SamConfig()), folder)


def sam2(folder, **backbone):
    stages = backbone.get("embed_dim_per_stage", [96, 192, 384, 768])
    vision = t.Sam2VisionConfig(backbone_config=t.Sam2HieraDetConfig(**backbone), backbone_channel_list=stages[::-1])
    save(t.Sam2VideoModel(t.Sam2VideoConfig(vision_config=vision)), folder)


def sam2_large(folder):
    stages = [144, 288, 576, 1152]
    sam2(
        folder, hidden_size=144, num_attention_heads=2, blocks_per_stage=[2, 6, 36, 4], embed_dim_per_stage=stages,
        num_attention_heads_per_stage=[2, 4, 8, 16], window_size_per_stage=[8, 4, 16, 8], global_attention_blocks=[23, 33, 43],
    )  # fmt: skip


def grounding_dino_tiny(folder):
    backbone = t.SwinConfig(out_features=["stage2", "stage3", "stage4"])
    text = t.BertConfig(vocab_size=BERT)
    config = t.GroundingDinoConfig(backbone_config=backbone, text_config=text, disable_custom_kernels=True)
    save(t.GroundingDinoForObjectDetection(config), folder)
    t.GroundingDinoProcessor(t.GroundingDinoImageProcessorPil(), tiny.bert_words()).save_pretrained(folder)


def owlv2_base(folder):
    words = tiny.clip_words(16)
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id}
    config = t.Owlv2Config(text_config={"vocab_size": CLIP_WORDS, **ids}, vision_config={"image_size": 960})
    save(t.Owlv2ForObjectDetection(config), folder)
    t.Owlv2Processor(t.Owlv2ImageProcessorPil(), words).save_pretrained(folder)


def depth_anything(folder, **more):
    backbone = t.Dinov2Config(
        hidden_size=384, num_attention_heads=6, image_size=518, out_indices=[3, 6, 9, 12], reshape_hidden_states=False
    )
    save(t.DepthAnythingForDepthEstimation(t.DepthAnythingConfig(backbone_config=backbone, **more)), folder)
    size = {"height": 518, "width": 518}
    t.DPTImageProcessorPil(size=size, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3).save_pretrained(folder)


def depth_pro(folder):
    large = {"model_type": "dinov2", "image_size": 384, "patch_size": 16, "hidden_size": 1024, "num_hidden_layers": 24,
             "num_attention_heads": 16}  # fmt: skip
    parts = {f"{part}_model_config": dict(large) for part in ("image", "patch", "fov")}
    save(t.DepthProForDepthEstimation(t.DepthProConfig(use_fov_model=True, **parts)), folder, half=True)


def clip_base(folder):
    words = tiny.clip_words()
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    save(t.CLIPModel(t.CLIPConfig(text_config=ids)), folder)
    t.CLIPImageProcessorPil().save_pretrained(folder)
    words.save_pretrained(folder)


def siglip_base(folder):
    ids = {"bos_token_id": 0, "eos_token_id": 1}
    save(t.SiglipModel(t.SiglipConfig(text_config=ids)), folder)
    t.SiglipImageProcessorPil(size={"height": 224, "width": 224}).save_pretrained(folder)
    tiny.siglip_words().save_pretrained(folder)


def blip_base(folder):
    words = tiny.bert_words("a", "dog", "photo")
    ids = {"bos_token_id": words.convert_tokens_to_ids("[DEC]"), "sep_token_id": words.sep_token_id}
    text = {**ids, "eos_token_id": words.sep_token_id, "pad_token_id": words.pad_token_id, "num_attention_heads": 12}
    save(t.BlipForConditionalGeneration(t.BlipConfig(text_config=text)), folder)
    t.BlipProcessor(t.BlipImageProcessorPil(), words).save_pretrained(folder)


def florence_2_base(folder):
    words = tiny.roberta_words(extra_special_tokens={"image_token": "<image>"})
    layers = {f"{part}_{name}": value for part in ("encoder", "decoder")
              for name, value in (("layers", 6), ("attention_heads", 12), ("ffn_dim", 3072))}  # fmt: skip
    text = {"d_model": 768, "vocab_size": 51289, "max_position_embeddings": 4096, "model_type": "bart", **layers}
    ids = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}
    config = t.Florence2Config(
        text_config={**text, **ids}, vision_config={"projection_dim": 768}, image_token_id=words.image_token_id
    )
    save(t.Florence2ForConditionalGeneration(config), folder, half=True)
    images = t.CLIPImageProcessorPil(size={"height": 768, "width": 768}, do_center_crop=False, resample=3, image_seq_length=577)
    t.Florence2Processor(images, words, num_additional_image_tokens=0).save_pretrained(folder)


def clap_model(**audio):
    return t.ClapModel(t.ClapConfig(text_config={"vocab_size": ROBERTA}, audio_config=audio))


def clap_features():
    return t.ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")


def clap(folder):
    save(clap_model(patch_embeds_hidden_size=128, hidden_size=1024, depths=[2, 2, 12, 2]), folder)
    t.ClapProcessor(clap_features(), tiny.roberta_words()).save_pretrained(folder)


def musicgen_small(folder):
    text = t.T5Config(vocab_size=T5, d_model=768, d_ff=3072, num_layers=12, num_heads=12, is_encoder_decoder=False)
    codec = t.EncodecConfig(
        sampling_rate=32000, target_bandwidths=[2.2], num_filters=64, codebook_size=2048, upsampling_ratios=[8, 5, 4, 4],
        use_causal_conv=False, use_conv_shortcut=False,
    )  # fmt: skip
    decoder = t.MusicgenDecoderConfig(eos_token_id=None)
    config = t.MusicgenConfig(text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict())
    model = t.MusicgenForConditionalGeneration(config)
    for key in ("decoder_start_token_id", "pad_token_id", "bos_token_id"):
        setattr(model.generation_config, key, 2048)
    model.generation_config.guidance_scale = 3.0
    save(model, folder)
    features = t.EncodecFeatureExtractor(feature_size=1, sampling_rate=32000)
    t.MusicgenProcessor(features, tiny.t5_words()).save_pretrained(folder)


def bark_small(folder):
    from transformers.models.bark import generation_configuration_bark as b

    words = tiny.bert_words("dog", "barking")
    part = {"num_layers": 12, "num_heads": 12, "hidden_size": 768, "block_size": 1024, "bias": False}
    config = t.BarkConfig(
        semantic_config={**part, "input_vocab_size": 129600, "output_vocab_size": 10048},
        coarse_acoustics_config={**part, "input_vocab_size": 12096, "output_vocab_size": 12096},
        fine_acoustics_config={**part, "input_vocab_size": 1056, "output_vocab_size": 1056},
        codec_config=t.EncodecConfig().to_dict(),
    )
    model = t.BarkModel(config)
    model.generation_config = t.GenerationConfig()
    save(model, folder)
    # Random weights never say that the speech ends: it is cut after a second.
    generation = b.BarkGenerationConfig.from_sub_model_configs(
        b.BarkSemanticGenerationConfig(max_new_tokens=50, eos_token_id=10000),
        b.BarkCoarseGenerationConfig(),
        b.BarkFineGenerationConfig(),
    )
    (folder / "generation_config.json").write_text(json.dumps(generation.to_dict()))
    words.save_pretrained(folder)


def audioldm2(folder):
    words = tiny.t5_words()
    cross = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D"
    unet = d.AudioLDM2UNet2DConditionModel(
        sample_size=64, in_channels=8, out_channels=8, block_out_channels=(128, 256, 384, 640), layers_per_block=2,
        down_block_types=("DownBlock2D", *[cross[0]] * 3), up_block_types=(*[cross[1]] * 3, "UpBlock2D"),
        cross_attention_dim=[[None, 768, 1024]] * 4, transformer_layers_per_block=1,
    )  # fmt: skip
    scheduler = d.DDIMScheduler(
        beta_start=0.0015, beta_end=0.0195, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1,
    )  # fmt: skip
    vae = d.AutoencoderKL(
        block_out_channels=[128, 256, 512], in_channels=1, out_channels=1, layers_per_block=2, latent_channels=8,
        down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3,
    )  # fmt: skip
    language = t.GPT2Config()
    language.max_new_tokens = 8
    vocoder = t.SpeechT5HifiGan(t.SpeechT5HifiGanConfig(
        model_in_dim=64, upsample_initial_channel=1024, upsample_rates=[5, 4, 2, 2, 2],
        upsample_kernel_sizes=[16, 16, 8, 4, 4], normalize_before=False,
    ))  # fmt: skip
    with torch.no_grad():
        vocoder.conv_post.weight *= 1e6  # else random weights are hardly heard
    large = t.T5Config(vocab_size=T5, d_model=1024, d_ff=2816, num_layers=24, num_heads=16, feed_forward_proj="gated-gelu",
                       is_encoder_decoder=False)  # fmt: skip
    d.AudioLDM2Pipeline(
        vae=vae, text_encoder=clap_model(), text_encoder_2=t.T5EncoderModel(large), tokenizer=tiny.roberta_words(),
        tokenizer_2=words, feature_extractor=clap_features(), unet=unet, scheduler=scheduler, vocoder=vocoder,
        projection_model=d.AudioLDM2ProjectionModel(text_encoder_dim=512, text_encoder_1_dim=1024, langauge_model_dim=768),
        language_model=t.GPT2Model(language),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip


def stable_audio_open(folder):
    base = t.T5Config(vocab_size=T5, d_model=768, d_ff=3072, num_layers=12, num_heads=12, is_encoder_decoder=False)
    d.StableAudioPipeline(
        vae=d.AutoencoderOobleck(), text_encoder=t.T5EncoderModel(base), tokenizer=tiny.t5_words(),
        transformer=d.StableAudioDiTModel(),
        projection_model=d.StableAudioProjectionModel(text_encoder_dim=768, conditioning_dim=768, min_value=0, max_value=512),
        scheduler=d.EDMDPMSolverMultistepScheduler(
            sigma_min=0.3, sigma_max=500, solver_order=2, prediction_type="v_prediction", sigma_data=1.0,
            sigma_schedule="exponential",
        ),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip


MAKERS = {
    "sam2-tiny": sam2,
    "sam2-large": sam2_large,
    "sam-base": sam_base,
    "grounding-dino-tiny": grounding_dino_tiny,
    "owlv2-base": owlv2_base,
    "depth-anything-small": depth_anything,
    "depth-anything-outdoor": lambda folder: depth_anything(folder, depth_estimation_type="metric", max_depth=80),
    "depth-anything-indoor": lambda folder: depth_anything(folder, depth_estimation_type="metric", max_depth=20),
    "depth-pro": depth_pro,
    "clip-base": clip_base,
    "siglip-base": siglip_base,
    "blip-base": blip_base,
    "florence-2-base": florence_2_base,
    "audioldm2": audioldm2,
    "stable-audio-open": stable_audio_open,
    "musicgen-small": musicgen_small,
    "bark-small": bark_small,
    "clap": clap,
}
"""One for each card."""


def main():
    torch.manual_seed(0)
    for name in sys.argv[2:] or MAKERS:
        folder = Path(sys.argv[1]) / name
        folder.mkdir(parents=True, exist_ok=True)
        MAKERS[name](folder)


if __name__ == "__main__":
    main()
