"""Neural sound models: a mono sound for a prompt, by diffusion or audio language models. Runs where torch is."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from ..errors import See2SoundError
from ..progress import Progress
from .loading import FROM_FOLDER, STORE, device, memory_errors, precision, watched
from .requests import GenerateSound, RankTakes, SoundGenerated, TakesRanked

INAUDIBLE, CLIPPED = -50.0, 0.001
"""A take is redone whose peak is below this many dB, or of which more than this share is at full scale."""
TRIES = 3
LOWER = "the steps, the number of takes or the length"


def generate_sound(request: GenerateSound, progress: Progress) -> SoundGenerated:
    """The best of several takes. Error: `voice-silent` if none can be heard."""
    with memory_errors(LOWER), torch.inference_mode():
        model, family = STORE.get(request.model, "voice", _load)
        takes = []
        for number in range(request.takes):
            take = _good_take(model, family, request, number, progress)
            if take is not None:
                takes.append(take)
        if not takes:
            raise See2SoundError(
                "voice-silent",
                f"Nothing that can be heard came out for {request.prompt!r}.",
                "Change the prompt, the seed or the steps.",
            )
        rate = takes[0][1]
        best, scores = 0, None
        if request.ranking is not None and len(takes) > 1:
            scores = _rank(request.ranking, request.prompt, [samples for samples, _ in takes], rate, progress)
            best = int(np.argmax(scores))
    np.save(request.out, takes[best][0])
    return SoundGenerated(rate, best, scores)


def _good_take(
    model: Any, family: str, request: GenerateSound, number: int, progress: Progress
) -> tuple[np.ndarray, int] | None:
    for attempt in range(TRIES):
        seed = (request.seed + 1000003 * number + 7919 * attempt) % 2**31
        samples, rate = _MAKERS[family](model, request, seed, progress)
        samples = np.asarray(samples, np.float32)
        samples = samples.reshape(-1, samples.shape[-1]).mean(axis=0)
        peak = float(np.abs(samples).max(initial=0.0))
        silent = not np.isfinite(samples).all() or 20.0 * np.log10(peak + 1e-12) < INAUDIBLE
        if not silent and float((np.abs(samples) >= 0.9999).mean()) <= CLIPPED:
            return samples, rate
    return None if silent else (samples, rate)


def rank_takes(request: RankTakes, progress: Progress) -> TakesRanked:
    """How well takes of any origin fit a prompt."""
    with memory_errors("the number of takes"), torch.inference_mode(), np.load(request.takes) as takes:
        heard = [takes[name] for name in sorted(takes.files, key=int)]
        return TakesRanked(_rank(request.model, request.prompt, heard, request.rate, progress))


def _rank(folder: Path, prompt: str, takes: list[np.ndarray], rate: int, progress: Progress) -> list[float]:
    """How well each take fits the prompt, by CLAP (Wu et al., ICASSP 2023)."""
    (model, processor), _ = STORE.get(folder, "ranking", _load_clap)
    wanted, longest = processor.feature_extractor.sampling_rate, processor.feature_extractor.nb_max_samples
    scores = []
    with watched(model, progress, "Choosing a take"):
        for take in takes:
            resampled = np.interp(np.arange(0, len(take), rate / wanted), np.arange(len(take)), take).astype(np.float32)
            # Of what is longer than the model hears at once, the processor would take a part at random.
            count = -(-len(resampled) // longest)
            begins = np.linspace(0, max(0, len(resampled) - longest), count).astype(int)
            parts = [resampled[begin : begin + longest] for begin in begins]
            inputs = processor(text=[prompt], audio=parts, sampling_rate=wanted, return_tensors="pt", padding=True).to(device())
            inputs["input_features"] = inputs["input_features"].to(precision())
            scores.append(float(model(**inputs).logits_per_audio[:, 0].float().mean()))
    return scores


def _load_clap(folder: Path, family: str) -> tuple[Any, Any]:
    model = transformers.ClapModel.from_pretrained(folder, **FROM_FOLDER).to(device(), precision()).eval()
    return model, transformers.ClapProcessor.from_pretrained(folder, local_files_only=True)


class _Bar:
    """What a pipeline of diffusers takes for its progress bar."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def update(self, steps: int = 1) -> None:
        self.done += steps
        self.progress("Diffusing", self.done, self.total)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _load_diffusion(folder: Path, family: str) -> Any:
    import diffusers

    more: dict[str, Any] = {"torch_dtype": precision()}
    if family == "audioldm2":
        # The repository says GPT2Model, which can no longer generate in transformers 5; the weights are the same.
        more["language_model"] = transformers.GPT2LMHeadModel.from_pretrained(
            folder, subfolder="language_model", dtype=precision(), **FROM_FOLDER
        )
    elif family == "stable_audio":
        more["scheduler"] = None
    kinds = {"audioldm2": "AudioLDM2Pipeline", "stable_audio": "StableAudioPipeline", "stable_audio_3": "StableAudio3Pipeline"}
    pipeline = getattr(diffusers, kinds[family]).from_pretrained(folder, trust_remote_code=False, **more, **FROM_FOLDER)
    if family == "stable_audio":
        # Its own scheduler wants torchsde; this one has the same levels of noise, once it tells the model of them as that does.
        scheduler = diffusers.EDMDPMSolverMultistepScheduler.from_pretrained(
            folder, subfolder="scheduler", local_files_only=True
        )
        scheduler.precondition_noise = cosine_noise
        pipeline.register_modules(scheduler=scheduler)
    return pipeline.to(device())


def cosine_noise(sigma: torch.Tensor | float) -> torch.Tensor:
    """What a model of the cosine schedule is told of the noise of a step: 0 for none, 1 for noise alone."""
    return torch.atan(torch.as_tensor(sigma)) * (2.0 / math.pi)


def _diffuse(pipeline: Any, progress: Progress, steps: int, seed: int, more: dict[str, Any]) -> np.ndarray:
    pipeline.progress_bar = lambda iterable=None, total=None: _Bar(progress, total or steps)
    generator = torch.Generator("cpu").manual_seed(seed)
    parts = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    with watched(torch.nn.ModuleList(parts), progress, "Diffusing"):
        audio = pipeline(num_inference_steps=steps, generator=generator, **more).audios
    audio = audio[0]
    return np.asarray(audio.float().cpu().numpy() if isinstance(audio, torch.Tensor) else audio, np.float32)


def _guided(request: GenerateSound) -> dict[str, Any]:
    asked: dict[str, Any] = {"prompt": request.prompt}
    if request.negative:
        asked["negative_prompt"] = request.negative
    if request.guidance is not None:
        asked["guidance_scale"] = request.guidance
    return asked


def _audioldm2(pipeline: Any, request: GenerateSound, seed: int, progress: Progress) -> tuple[np.ndarray, int]:
    seconds = min(request.seconds, 10.24)
    torch.manual_seed(seed)  # its language model samples by the global state
    asked = {**_guided(request), "audio_length_in_s": seconds}
    return _diffuse(pipeline, progress, request.steps, seed, asked), int(pipeline.vocoder.config.sampling_rate)


def _stable_audio(pipeline: Any, request: GenerateSound, seed: int, progress: Progress) -> tuple[np.ndarray, int]:
    rate = int(pipeline.vae.config.sampling_rate)
    longest = pipeline.transformer.config.sample_size * pipeline.vae.hop_length / rate
    asked = {**_guided(request), "audio_end_in_s": min(request.seconds, longest)}
    return _diffuse(pipeline, progress, request.steps, seed, asked), rate


def _stable_audio_3(pipeline: Any, request: GenerateSound, seed: int, progress: Progress) -> tuple[np.ndarray, int]:
    asked = {**_guided(request), "duration": min(request.seconds, 120.0)}
    return _diffuse(pipeline, progress, request.steps, seed, asked), int(pipeline.vae.config.sampling_rate)


class _Tokens(transformers.StoppingCriteria):  # type: ignore[misc]
    """Asked after every token of a language model."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> torch.Tensor:
        self.done += 1
        self.progress("Composing", min(self.done, self.total), self.total)
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


def _load_language_model(folder: Path, family: str) -> tuple[Any, Any]:
    kind = transformers.MusicgenForConditionalGeneration if family == "musicgen" else transformers.BarkModel
    model = kind.from_pretrained(folder, **FROM_FOLDER).to(device(), precision()).eval()
    return model, transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def _musicgen(loaded: tuple[Any, Any], request: GenerateSound, seed: int, progress: Progress) -> tuple[np.ndarray, int]:
    model, tokenizer = loaded
    torch.manual_seed(seed)
    rate, frames = int(model.config.audio_encoder.sampling_rate), int(model.config.audio_encoder.frame_rate)
    longest = model.config.decoder.max_position_embeddings - 8
    count = max(8, min(round(request.seconds * frames), longest))
    tokens = tokenizer([request.prompt], return_tensors="pt").to(device())
    asked = {} if request.guidance is None else {"guidance_scale": request.guidance}
    with watched(model, progress, "Composing"):
        audio = model.generate(
            **tokens, do_sample=True, max_new_tokens=count,
            stopping_criteria=transformers.StoppingCriteriaList([_Tokens(progress, count)]), **asked,
        )  # fmt: skip
    return audio[0].float().cpu().numpy(), rate


def _bark(loaded: tuple[Any, Any], request: GenerateSound, seed: int, progress: Progress) -> tuple[np.ndarray, int]:
    model, tokenizer = loaded
    torch.manual_seed(seed)
    processor = transformers.BarkProcessor(tokenizer)
    inputs = processor(request.prompt, return_tensors="pt").to(device())
    with watched(model, progress, "Speaking"):
        audio = model.generate(**inputs, do_sample=True)
    return audio.float().cpu().numpy().reshape(1, -1), int(model.generation_config.sample_rate)


def _load(folder: Path, family: str) -> Any:
    return _load_language_model(folder, family) if family in ("musicgen", "bark") else _load_diffusion(folder, family)


_MAKERS: dict[str, Callable[[Any, GenerateSound, int, Progress], tuple[np.ndarray, int]]] = {
    "audioldm2": _audioldm2,
    "stable_audio": _stable_audio,
    "stable_audio_3": _stable_audio_3,
    "musicgen": _musicgen,
    "bark": _bark,
}
