"""Tiny models with random weights, one of every family, saved as their makers save them: `python tiny_models.py FOLDER`.

Runs in the neural environment.
"""

import io
import json
import os
import string
import sys
import tempfile
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", DIFFUSERS_VERBOSITY="error", TRANSFORMERS_VERBOSITY="error")

import torch
import transformers as t
from tokenizers.pre_tokenizers import ByteLevel

torch.set_num_threads(1)
BYTES = sorted(ByteLevel.alphabet())
WIDE, SMALL = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}, {"num_hidden_layers": 1}


def clip_words(longest=77):
    words = [*BYTES, *(b + "</w>" for b in BYTES), "<|startoftext|>", "<|endoftext|>"]
    return t.CLIPTokenizer(vocab={word: i for i, word in enumerate(words)}, merges=[], model_max_length=longest)


def roberta_words(**more):
    words = ["<s>", "<pad>", "</s>", "<unk>", *BYTES, "<mask>"]
    return t.RobertaTokenizer(vocab={word: i for i, word in enumerate(words)}, merges=[], model_max_length=77, **more)


def t5_words():
    letters = string.ascii_letters + string.digits + ".,;:!?'-()"
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((c, -3.0) for c in letters)]
    return t.T5Tokenizer(vocab=words, extra_ids=0, model_max_length=32)


def bert_words(*more):
    letters = [*string.ascii_lowercase, *string.digits, *".,!?'-"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]", *letters, *("##" + c for c in letters), *more]
    return t.BertTokenizer(vocab={word: i for i, word in enumerate(dict.fromkeys(words))}, model_max_length=256)


def clip_sizes(words):
    ids = {"vocab_size": len(words), "bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id}
    return {**WIDE, **SMALL, **ids}


def sam(folder):
    config = t.SamConfig(
        vision_config=t.SamVisionConfig(
            hidden_size=16,
            output_channels=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=64,
            patch_size=8,
            window_size=4,
            global_attn_indexes=[1],
            mlp_dim=32,
            num_pos_feats=8,
        ).to_dict(),
        prompt_encoder_config=t.SamPromptEncoderConfig(
            hidden_size=16, image_size=64, patch_size=8, mask_input_channels=4
        ).to_dict(),
        mask_decoder_config=t.SamMaskDecoderConfig(
            hidden_size=16, mlp_dim=32, num_hidden_layers=2, num_attention_heads=2, iou_head_depth=2, iou_head_hidden_dim=32
        ).to_dict(),
    )
    t.SamModel(config).save_pretrained(folder)


def sam2(folder):
    backbone = t.Sam2HieraDetConfig(
        hidden_size=8,
        num_attention_heads=1,
        image_size=[64, 64],
        patch_kernel_size=[7, 7],
        patch_stride=[4, 4],
        window_positional_embedding_background_size=[4, 4],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[8, 16, 24, 32],
        num_attention_heads_per_stage=[1, 2, 2, 2],
        window_size_per_stage=[8, 4, 8, 4],
        global_attention_blocks=[3],
        num_query_pool_stages=3,
    )
    vision = t.Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=[32, 24, 16, 8],
        backbone_feature_sizes=[[16, 16], [8, 8], [4, 4]],
        fpn_hidden_size=16,
    )
    # The repositories have the model for videos, of which the one for pictures is a part.
    config = t.Sam2VideoConfig(
        vision_config=vision,
        image_size=64,
        memory_attention_hidden_size=16,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=16,
        memory_attention_rope_feat_sizes=[4, 4],
        memory_encoder_hidden_size=16,
        memory_encoder_output_channels=8,
        mask_downsampler_embed_dim=16,
        memory_fuser_embed_dim=16,
        memory_fuser_intermediate_dim=16,
        memory_fuser_num_layers=1,
        prompt_encoder_config=t.Sam2PromptEncoderConfig(hidden_size=16, image_size=64, patch_size=16, mask_input_channels=4),
        mask_decoder_config=t.Sam2MaskDecoderConfig(
            hidden_size=16, mlp_dim=32, num_attention_heads=2, iou_head_depth=2, iou_head_hidden_dim=16
        ),
    )
    t.Sam2VideoModel(config).save_pretrained(folder)


def owlv2(folder):
    words = clip_words(16)
    text = {**clip_sizes(words), "max_position_embeddings": 16, "pad_token_id": 0}
    vision = {**WIDE, **SMALL, "image_size": 32, "patch_size": 8}
    t.Owlv2ForObjectDetection(t.Owlv2Config(text_config=text, vision_config=vision, projection_dim=16)).save_pretrained(folder)
    t.Owlv2Processor(t.Owlv2ImageProcessorPil(size={"height": 32, "width": 32}), words).save_pretrained(folder)


def grounding_dino(folder):
    words = bert_words()
    backbone = t.SwinConfig(
        image_size=64,
        patch_size=4,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    text = t.BertConfig(**WIDE, **SMALL, vocab_size=len(words), max_position_embeddings=256)
    config = t.GroundingDinoConfig(
        backbone_config=backbone,
        text_config=text,
        d_model=32,
        encoder_layers=1,
        encoder_ffn_dim=16,
        encoder_attention_heads=2,
        decoder_layers=2,
        decoder_ffn_dim=16,
        decoder_attention_heads=2,
        num_queries=8,
        num_feature_levels=4,
        encoder_n_points=2,
        decoder_n_points=2,
        max_text_len=256,
        disable_custom_kernels=True,
    )
    t.GroundingDinoForObjectDetection(config).save_pretrained(folder)
    images = t.GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96})
    t.GroundingDinoProcessor(images, words).save_pretrained(folder)


def depth_anything(folder, **more):
    backbone = t.Dinov2Config(
        image_size=56,
        patch_size=14,
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        mlp_ratio=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        reshape_hidden_states=False,
        apply_layernorm=True,
    )
    config = t.DepthAnythingConfig(
        backbone_config=backbone,
        patch_size=14,
        reassemble_hidden_size=16,
        neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=16,
        head_hidden_size=8,
        **more,
    )
    t.DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    size = {"height": 56, "width": 56}
    t.DPTImageProcessorPil(size=size, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3).save_pretrained(folder)


def depth_pro(folder):
    part = {
        "model_type": "dinov2",
        "image_size": 16,
        "patch_size": 4,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "mlp_ratio": 2,
    }
    config = t.DepthProConfig(
        patch_size=16,
        fusion_hidden_size=8,
        intermediate_hook_ids=[1, 0],
        intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.25, 0.5, 1.0],
        scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[16, 16, 8],
        merge_padding_value=1,
        use_fov_model=True,
        num_fov_head_layers=1,
        image_model_config=dict(part),
        patch_model_config=dict(part),
        fov_model_config=dict(part),
    )
    t.DepthProForDepthEstimation(config).save_pretrained(folder)


def clip(folder):
    words = clip_words()
    vision = {**WIDE, **SMALL, "image_size": 32, "patch_size": 8}
    text = {**clip_sizes(words), "max_position_embeddings": 77, "pad_token_id": words.pad_token_id}
    t.CLIPModel(t.CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)).save_pretrained(folder)
    t.CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    words.save_pretrained(folder)


def siglip_words():
    """Pieces of sentences that are learned here, read by sentencepiece as SigLIP's own are."""
    import sentencepiece

    learned, sentences = io.BytesIO(), ["a photo of a dog that barks at the sea", "people walk and birds sing", "a car"]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(5 * sentences), model_writer=learned, vocab_size=40, hard_vocab_limit=False, minloglevel=2,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "spiece.model").write_bytes(learned.getvalue())
        return t.SiglipTokenizer(str(Path(folder) / "spiece.model"), model_max_length=64)


def siglip(folder):
    words = siglip_words()
    vision = {**WIDE, **SMALL, "image_size": 32, "patch_size": 8}
    ids = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    text = {**WIDE, **SMALL, "vocab_size": len(words), "max_position_embeddings": 64, "projection_size": 16, **ids}
    t.SiglipModel(t.SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)
    t.SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    words.save_pretrained(folder)


def blip(folder):
    words = bert_words("a", "dog", "photo", "of", "the", "river")
    text = {
        **WIDE,
        **SMALL,
        "encoder_hidden_size": 16,
        "projection_dim": 16,
        "vocab_size": len(words),
        "max_position_embeddings": 64,
        "bos_token_id": words.convert_tokens_to_ids("[DEC]"),
        "sep_token_id": words.sep_token_id,
        "eos_token_id": words.sep_token_id,
        "pad_token_id": words.pad_token_id,
    }
    vision = {**WIDE, **SMALL, "image_size": 32, "patch_size": 8}
    config = t.BlipConfig(text_config=text, vision_config=vision, projection_dim=16, image_text_hidden_size=16)
    t.BlipForConditionalGeneration(config).save_pretrained(folder)
    t.BlipProcessor(t.BlipImageProcessorPil(size={"height": 32, "width": 32}), words).save_pretrained(folder)


def clap_config(words):
    audio = {
        "spec_size": 64,
        "window_size": 4,
        "num_mel_bins": 16,
        "intermediate_size": 32,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "num_hidden_layers": 2,
        "hidden_size": 32,
        "projection_dim": 16,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "patch_embeds_hidden_size": 16,
        "patch_embed_input_channels": 1,
        "enable_fusion": False,
    }
    text = {
        **WIDE,
        "num_hidden_layers": 2,
        "vocab_size": len(words),
        "max_position_embeddings": 80,
        "pad_token_id": 1,
        "projection_dim": 16,
    }
    return t.ClapConfig(text_config=text, audio_config=audio, projection_dim=16)


def clap_features():
    return t.ClapFeatureExtractor(
        feature_size=16, sampling_rate=48000, hop_length=4800, max_length_s=10, fft_window_size=1024, truncation="rand_trunc"
    )


def clap(folder):
    words = roberta_words()
    t.ClapModel(clap_config(words)).save_pretrained(folder)
    t.ClapProcessor(clap_features(), words).save_pretrained(folder)


def musicgen(folder):
    words = t5_words()
    text = t.T5Config(vocab_size=len(words), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, is_encoder_decoder=False)
    codec = t.EncodecConfig(
        sampling_rate=8000,
        target_bandwidths=[0.6],
        num_filters=4,
        hidden_size=16,
        codebook_size=64,
        codebook_dim=16,
        upsampling_ratios=[8, 5, 4, 2],
        num_lstm_layers=1,
        num_residual_layers=1,
        normalize=False,
    )
    decoder = t.MusicgenDecoderConfig(
        vocab_size=64,
        max_position_embeddings=256,
        num_hidden_layers=2,
        ffn_dim=32,
        num_attention_heads=2,
        hidden_size=16,
        num_codebooks=4,
        pad_token_id=64,
        bos_token_id=64,
        eos_token_id=None,
    )
    config = t.MusicgenConfig(text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict())
    model = t.MusicgenForConditionalGeneration(config)
    for key in ("decoder_start_token_id", "pad_token_id", "bos_token_id"):
        setattr(model.generation_config, key, 64)
    model.generation_config.guidance_scale = 3.0
    model.save_pretrained(folder)
    t.MusicgenProcessor(t.EncodecFeatureExtractor(feature_size=1, sampling_rate=8000), words).save_pretrained(folder)


def bark(folder):
    from transformers.models.bark import generation_configuration_bark as b

    words = bert_words("dog", "barking")
    part = {"num_layers": 1, "num_heads": 2, "hidden_size": 16, "block_size": 512, "bias": False}
    codec = t.EncodecConfig(
        sampling_rate=8000,
        target_bandwidths=[6.0],
        num_filters=4,
        hidden_size=16,
        codebook_size=64,
        codebook_dim=16,
        upsampling_ratios=[8, 5, 4, 2],
        num_lstm_layers=1,
        num_residual_layers=1,
        normalize=False,
    )
    config = t.BarkConfig(
        semantic_config={**part, "input_vocab_size": 400, "output_vocab_size": 120},
        coarse_acoustics_config={**part, "input_vocab_size": 400, "output_vocab_size": 400},
        fine_acoustics_config={**part, "input_vocab_size": 65, "output_vocab_size": 65, "n_codes_total": 8, "n_codes_given": 1},
        codec_config=codec.to_dict(),
    )
    model = t.BarkModel(config)
    generation = b.BarkGenerationConfig.from_sub_model_configs(
        b.BarkSemanticGenerationConfig(
            max_new_tokens=16,
            text_encoding_offset=110,
            text_pad_token=399,
            semantic_infer_token=398,
            semantic_vocab_size=100,
            semantic_pad_token=100,
            eos_token_id=100,
            max_input_semantic_length=32,
        ),
        b.BarkCoarseGenerationConfig(
            coarse_semantic_pad_token=398,
            coarse_infer_token=399,
            semantic_vocab_size=100,
            max_coarse_history=60,
            max_coarse_input_length=32,
            coarse_rate_hz=75,
            n_coarse_codebooks=2,
            sliding_window_len=20,
        ),
        b.BarkFineGenerationConfig(max_fine_history_length=64, max_fine_input_length=128, n_fine_codebooks=8),
        sample_rate=8000,
        codebook_size=64,
    )
    model.generation_config = t.GenerationConfig()
    model.save_pretrained(folder)
    # transformers 5.23 cannot save this configuration by itself; it reads it.
    (folder / "generation_config.json").write_text(json.dumps(generation.to_dict()))
    words.save_pretrained(folder)


def florence2(folder):
    words = roberta_words(extra_special_tokens={"image_token": "<image>"})
    text = {
        "d_model": 16,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32,
        "vocab_size": len(words) + 1100,
        "max_position_embeddings": 200,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "decoder_start_token_id": 2,
        "model_type": "bart",
    }
    vision = {
        "embed_dim": [8, 16],
        "depths": [1, 1],
        "num_heads": [2, 2],
        "num_groups": [2, 2],
        "patch_size": [7, 3],
        "patch_stride": [4, 2],
        "patch_padding": [3, 1],
        "patch_prenorm": [False, True],
        "window_size": 4,
        "projection_dim": 16,
    }
    config = t.Florence2Config(text_config=text, vision_config=vision, image_token_id=words.image_token_id)
    t.Florence2ForConditionalGeneration(config).save_pretrained(folder)
    images = t.CLIPImageProcessorPil(size={"height": 64, "width": 64}, do_center_crop=False, resample=3, image_seq_length=65)
    t.Florence2Processor(images, words, num_additional_image_tokens=0).save_pretrained(folder)


def contrastive_parts():
    return {
        "text_encoder": t.ClapModel(clap_config(roberta_words())),
        "tokenizer": roberta_words(),
        "feature_extractor": clap_features(),
    }


def t5_encoder(words, width):
    return t.T5EncoderModel(
        t.T5Config(vocab_size=len(words), d_model=width, d_ff=37, d_kv=8, num_heads=2, num_layers=2, is_encoder_decoder=False)
    )


def audioldm2(folder):
    import diffusers as d

    words = t5_words()
    unet = d.AudioLDM2UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
        cross_attention_dim=([None, 16, 32], [None, 16, 32]),
    )
    scheduler = d.DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    vae = d.AutoencoderKL(
        block_out_channels=[8, 16],
        norm_num_groups=4,
        in_channels=1,
        out_channels=1,
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
    )
    language = t.GPT2Config(n_embd=16, n_head=2, n_layer=2, vocab_size=64, n_positions=99, bos_token_id=0, eos_token_id=0)
    language.max_new_tokens = 8
    vocoder = t.SpeechT5HifiGan(
        t.SpeechT5HifiGanConfig(
            model_in_dim=16,
            sampling_rate=16000,
            upsample_initial_channel=16,
            upsample_rates=[8, 5, 4],
            upsample_kernel_sizes=[16, 10, 8],
            resblock_kernel_sizes=[3],
            resblock_dilation_sizes=[[1, 3]],
            normalize_before=False,
        )
    )
    with torch.no_grad():
        vocoder.conv_post.weight *= 1e6  # else random weights are hardly heard
    d.AudioLDM2Pipeline(
        vae=vae,
        text_encoder_2=t5_encoder(words, 32),
        tokenizer_2=words,
        unet=unet,
        scheduler=scheduler,
        vocoder=vocoder,
        projection_model=d.AudioLDM2ProjectionModel(text_encoder_dim=16, text_encoder_1_dim=32, langauge_model_dim=16),
        language_model=t.GPT2Model(language),
        **contrastive_parts(),
    ).save_pretrained(folder, safe_serialization=True)


def stable_audio(folder):
    import diffusers as d

    words = t5_words()
    transformer = d.StableAudioDiTModel(
        sample_size=64,
        in_channels=4,
        num_layers=2,
        attention_head_dim=8,
        num_attention_heads=2,
        num_key_value_attention_heads=2,
        out_channels=4,
        cross_attention_dim=16,
        time_proj_dim=16,
        global_states_input_dim=32,
        cross_attention_input_dim=16,
    )
    vae = d.AutoencoderOobleck(
        encoder_hidden_size=8,
        downsampling_ratios=[2, 4, 8],
        decoder_channels=4,
        decoder_input_channels=4,
        audio_channels=2,
        channel_multiples=[1, 2, 4],
        sampling_rate=4000,
    )
    d.StableAudioPipeline(
        vae=vae,
        text_encoder=t5_encoder(words, 16),
        tokenizer=words,
        transformer=transformer,
        projection_model=d.StableAudioProjectionModel(text_encoder_dim=16, conditioning_dim=16, min_value=0, max_value=32),
        scheduler=d.EDMDPMSolverMultistepScheduler(
            solver_order=2, prediction_type="v_prediction", sigma_data=1.0, sigma_schedule="exponential"
        ),
    ).save_pretrained(folder, safe_serialization=True)
    # As on the hub: a scheduler that wants torchsde.
    index = json.loads((folder / "model_index.json").read_text())
    index["scheduler"] = ["diffusers", "CosineDPMSolverMultistepScheduler"]
    (folder / "model_index.json").write_text(json.dumps(index))
    settings = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    settings.update(_class_name="CosineDPMSolverMultistepScheduler", sigma_min=0.3, sigma_max=500)
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(settings))


def stable_audio_3(folder):
    import diffusers as d
    from transformers.models.t5gemma.configuration_t5gemma import T5GemmaModuleConfig

    letters = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *string.ascii_letters, *string.digits, *".,'-"]
    words = t.GemmaTokenizer(vocab={word: i for i, word in enumerate(letters)}, merges=[], model_max_length=64)
    transformer = d.StableAudio3DiTModel(
        io_channels=8,
        patch_size=1,
        embed_dim=32,
        depth=2,
        num_heads=4,
        cond_token_dim=16,
        global_cond_dim=16,
        local_add_cond_dim=9,
        timestep_features_dim=16,
        ff_mult=2,
        num_memory_tokens=3,
        use_differential_attention=False,
    )
    vae = d.AutoencoderSAME(
        audio_channels=2,
        patch_size=16,
        encoder_channels=8,
        encoder_c_mults=(2,),
        encoder_strides=(2,),
        encoder_transformer_depths=(1,),
        latent_dim=8,
        use_differential_attention=False,
        dim_heads=4,
        ff_mult=2,
        sampling_rate=4000,
    )
    part = T5GemmaModuleConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=64,
        sliding_window=64,
        layer_types=["full_attention"] * 2,
    )
    encoder = t.T5GemmaEncoderModel(t.T5GemmaConfig(encoder=part.to_dict(), decoder=part.to_dict(), is_encoder_decoder=False))
    d.StableAudio3Pipeline(
        vae=vae,
        text_encoder=encoder,
        tokenizer=words,
        transformer=transformer,
        duration_embedder=d.StableAudio3DurationEmbedder(output_dim=16, fourier_dim=16),
        scheduler=d.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, stochastic_sampling=True),
    ).save_pretrained(folder, safe_serialization=True)


MAKERS = {
    "sam": sam,
    "sam2": sam2,
    "owlv2": owlv2,
    "grounding_dino": grounding_dino,
    "depth_anything": depth_anything,
    "depth_metric": lambda folder: depth_anything(folder, depth_estimation_type="metric", max_depth=20),
    "depth_pro": depth_pro,
    "clip": clip,
    "siglip": siglip,
    "blip": blip,
    "clap": clap,
    "musicgen": musicgen,
    "bark": bark,
    "florence2": florence2,
    "audioldm2": audioldm2,
    "stable_audio": stable_audio,
    "stable_audio_3": stable_audio_3,
}


def main():
    for name, make in MAKERS.items():
        if sys.argv[2:] and name not in sys.argv[2:]:
            continue
        torch.manual_seed(0)  # one family is not another because of those before it
        folder = Path(sys.argv[1]) / name
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)


if __name__ == "__main__":
    main()
