"""Neural models for pictures: outlines, detection, depth, labels and captions. Runs where torch is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image

from ..progress import Progress
from .loading import FROM_FOLDER, STORE, device, memory_errors, precision, watched
from .requests import (
    DepthEstimated,
    DescribePictures,
    DetectObjects,
    EstimateDepth,
    LabelPictures,
    ObjectsFound,
    OutlineBoxes,
    OutlineRegions,
    PicturesDescribed,
    PicturesLabelled,
    RegionsFound,
)  # fmt: skip

POINTS_A_SIDE = 16
"""Of the grid that automatic masks begin with."""
AT_ONCE = 32
MOST_MASKS = 64
SAME, SAME_OBJECT = 0.7, 0.5
"""Two masks, or two detections, whose boxes overlap by more than this are one."""
LEAST_FILL = 0.1
"""Share of a box that an outline must fill."""
SMALLEST, LARGEST = 0.002, 0.6
"""Share of the picture that a region may have."""
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, for SAM 2's own preparation, which else would need torchvision."""
CAPTION_TOKENS = 30


def _open(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def _eval(model: Any) -> Any:
    return model.to(device(), precision()).eval()


def non_maximum_suppression(boxes: np.ndarray, scores: np.ndarray, overlap: float) -> list[int]:
    """Which of boxes (n, 4) to keep, best first: none shares more than `overlap`, of their union, with a better one."""
    order, kept = list(np.argsort(-scores, kind="stable")), []
    area = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0), axis=1)
    while order:
        best = order.pop(0)
        kept.append(int(best))
        low, high = np.maximum(boxes[best, :2], boxes[order, :2]), np.minimum(boxes[best, 2:], boxes[order, 2:])
        shared = np.prod(np.maximum(high - low, 0.0), axis=1)
        union = area[best] + area[order] - shared
        order = [other for other, s, u in zip(order, shared, union, strict=True) if s <= overlap * max(u, 1e-9)]
    return kept


class _Segmenter:
    """SAM or SAM 2, asked with points or boxes in pixels of the picture."""

    def __init__(self, folder: Path, family: str) -> None:
        kind = transformers.SamModel if family == "sam" else transformers.Sam2Model
        self.model, self.family = _eval(kind.from_pretrained(folder, **FROM_FOLDER)), family
        size = (
            self.model.config.vision_config.image_size
            if family == "sam"
            else self.model.config.prompt_encoder_config.image_size
        )
        self.size = int(size if isinstance(size, int) else size[0])

    def see(self, picture: Image.Image) -> tuple[Any, np.ndarray]:
        """The picture's features, and what its pixels are multiplied by (x, y)."""
        # SAM keeps the aspect and fills up below and right; SAM 2 stretches.
        scale = np.array([self.size / picture.width, self.size / picture.height])
        if self.family == "sam":
            scale[:] = self.size / max(picture.size)
        width, height = np.maximum(1, np.rint(np.array(picture.size) * scale)).astype(int)
        pixels = np.zeros((self.size, self.size, 3), np.float32)
        resized = np.asarray(picture.resize((int(width), int(height)), Image.Resampling.BILINEAR), np.float32) / 255.0
        pixels[:height, :width] = (resized - MEAN) / SPREAD
        tensor = torch.from_numpy(pixels.transpose(2, 0, 1))[None].to(device(), precision())
        return self.model.get_image_embeddings(tensor), scale

    def masks(
        self, features: Any, scale: np.ndarray, size: tuple[int, int], points: np.ndarray | None, boxes: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best mask (n, height, width) bool for every point (n, 2) or box (n, 4), and its score (n,)."""
        asked: dict[str, Any] = {}
        if points is not None:
            tensor = torch.from_numpy((points * scale).astype(np.float32))[None, :, None].to(device(), precision())
            asked = {"input_points": tensor, "input_labels": torch.ones(tensor.shape[:3], dtype=torch.int32, device=device())}
        if boxes is not None:
            tensor = torch.from_numpy((boxes * np.tile(scale, 2)).astype(np.float32))[None].to(device(), precision())
            asked = {"input_boxes": tensor}
        out = self.model(image_embeddings=features, multimask_output=True, **asked)
        scores = out.iou_scores[0].float()
        best = scores.argmax(dim=1)
        low = out.pred_masks[0][torch.arange(len(best)), best].float()
        large = torch.nn.functional.interpolate(low[None], (self.size, self.size), mode="bilinear", align_corners=False)
        width, height = size
        used = large[:, :, : max(1, round(height * scale[1])), : max(1, round(width * scale[0]))]
        fitted = torch.nn.functional.interpolate(used, (height, width), mode="bilinear", align_corners=False)
        return (fitted[0] > 0.0).cpu().numpy(), scores[torch.arange(len(best)), best].cpu().numpy()


def _boxes_of(masks: np.ndarray) -> np.ndarray:
    """(n, 4) of masks (n, height, width), none of them empty."""
    rows, columns = masks.any(axis=2), masks.any(axis=1)
    first = np.stack([columns.argmax(axis=1), rows.argmax(axis=1)], axis=1)
    last = np.stack([columns.shape[1] - columns[:, ::-1].argmax(axis=1), rows.shape[1] - rows[:, ::-1].argmax(axis=1)], axis=1)
    return np.concatenate([first, last], axis=1).astype(float)


def outline_regions(request: OutlineRegions, progress: Progress) -> RegionsFound:
    """Masks of whatever stands out in a picture."""
    picture = _open(request.picture)
    with memory_errors("the picture's size"), torch.inference_mode():
        segmenter, _ = STORE.get(request.model, "regions", _Segmenter)
        with watched(segmenter.model, progress, "Looking for regions"):
            features, scale = segmenter.see(picture)
            x, y = (np.arange(POINTS_A_SIDE) + 0.5) / POINTS_A_SIDE * np.array(picture.size)[:, None]
            points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
            found, scores = [], []
            for begin in range(0, len(points), AT_ONCE):
                progress("Looking for regions", begin, len(points))
                masks, score = segmenter.masks(features, scale, picture.size, points[begin : begin + AT_ONCE], None)
                share = masks.mean(axis=(1, 2))
                good = (share >= SMALLEST) & (share <= LARGEST)
                found.append(masks[good])
                scores.append(score[good])
    masks, score = np.concatenate(found), np.concatenate(scores)
    kept = non_maximum_suppression(_boxes_of(masks), score, SAME)[:MOST_MASKS] if len(masks) else []
    np.savez_compressed(request.out, masks=masks[kept], scores=score[kept].astype(np.float32))
    return RegionsFound(len(kept))


def _load_detector(folder: Path, family: str) -> tuple[Any, Any]:
    kinds: dict[str, tuple[Any, Any]] = {
        "grounding-dino": (transformers.GroundingDinoForObjectDetection, transformers.GroundingDinoProcessor),
        "owlv2": (transformers.Owlv2ForObjectDetection, transformers.Owlv2Processor),
    }
    model, processor = kinds[family]
    return _eval(model.from_pretrained(folder, **FROM_FOLDER)), processor.from_pretrained(folder, local_files_only=True)


def detect_objects(request: DetectObjects, progress: Progress) -> ObjectsFound:
    """Objects of the classes that are asked for."""
    picture, classes = _open(request.picture), request.classes
    with memory_errors("the number of classes"), torch.inference_mode():
        (model, processor), family = STORE.get(request.model, "detection", _load_detector)
        with watched(model, progress, "Detecting objects"):
            boxes, scores, numbers = _detect(model, processor, family, picture, classes, request.least)
    boxes = np.clip(boxes, 0.0, [picture.width, picture.height] * 2)
    there = (boxes[:, 2:] - boxes[:, :2] >= 1.0).all(axis=1) if len(boxes) else np.zeros(0, bool)
    boxes, scores, numbers = boxes[there], scores[there], numbers[there]
    kept = non_maximum_suppression(boxes, scores, SAME_OBJECT)[:MOST_MASKS] if len(boxes) else []
    return ObjectsFound(boxes[kept].tolist(), scores[kept].tolist(), [int(number) for number in numbers[kept]])


def outline_boxes(request: OutlineBoxes, progress: Progress) -> RegionsFound:
    """What fills each box. An outline stays in its box, and counts only where it fills a good part of it."""
    picture, boxes = _open(request.picture), np.array(request.boxes, float).reshape(-1, 4)
    inside = np.zeros((len(boxes), picture.height, picture.width), bool)
    for mask, (x0, y0, x1, y1) in zip(inside, np.rint(boxes).astype(int), strict=True):
        mask[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = True
    masks = inside & False
    if len(boxes):
        with memory_errors("the picture's size"), torch.inference_mode():
            segmenter, _ = STORE.get(request.model, "regions", _Segmenter)
            with watched(segmenter.model, progress, "Outlining objects"):
                features, scale = segmenter.see(picture)
                masks = segmenter.masks(features, scale, picture.size, None, boxes)[0] & inside
    masks[masks.sum(axis=(1, 2)) <= LEAST_FILL * inside.sum(axis=(1, 2))] = False
    np.savez_compressed(request.out, masks=masks)
    return RegionsFound(int(masks.any(axis=(1, 2)).sum()))


def _detect(
    model: Any, processor: Any, family: str, picture: Image.Image, classes: list[str], least: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes (n, 4) in pixels, scores (n,), and numbers of classes (n,)."""
    size = torch.tensor([[picture.height, picture.width]])
    text: Any = (
        " ".join(f"{name}." for name in classes)
        if family == "grounding-dino"
        else [[f"a photo of a {name}" for name in classes]]
    )
    inputs = processor(images=picture, text=text, return_tensors="pt", truncation=True).to(device())
    inputs["pixel_values"] = inputs["pixel_values"].to(precision())
    out = model(**inputs)
    if family == "grounding-dino":
        probability = out.logits[0].float().sigmoid()
        scores, names = probability.max(dim=1).values, _named(probability, inputs["input_ids"][0], processor.tokenizer, classes)
        centre = out.pred_boxes[0].float() * torch.tensor([picture.width, picture.height] * 2, device=device())
        boxes = torch.cat([centre[:, :2] - centre[:, 2:] / 2, centre[:, :2] + centre[:, 2:] / 2], dim=1)
        good = (scores > least) & (torch.tensor(names, device=device()) >= 0)
        return boxes[good].cpu().numpy(), scores[good].cpu().numpy(), np.array(names)[good.cpu().numpy()]
    (result,) = processor.image_processor.post_process_object_detection(out, threshold=least, target_sizes=size)
    boxes, scores, labels = (result[key].float().cpu().numpy() for key in ("boxes", "scores", "labels"))
    return boxes, scores, labels.astype(int)


def _named(probability: torch.Tensor, tokens: torch.Tensor, tokenizer: Any, classes: list[str]) -> list[int]:
    """Which class each box's likeliest words belong to, -1 for none: each class is the tokens between two full stops."""
    stop = tokenizer.convert_tokens_to_ids(".")
    owner, current = [], 0
    for token in tokens.tolist():
        special = token in tokenizer.all_special_ids
        owner.append(-1 if special or token == stop else current)
        current += token == stop
    owners = torch.tensor(owner, device=probability.device)
    best = torch.zeros(len(probability), len(classes), device=probability.device)
    for number in range(len(classes)):
        if (owners == number).any():
            best[:, number] = probability[:, : len(owner)][:, owners == number].amax(dim=1)
    values, numbers = best.max(dim=1)
    return [int(number) if value > 0 else -1 for value, number in zip(values, numbers, strict=True)]


def _load_depth(folder: Path, family: str) -> tuple[Any, Any]:
    if family == "depth_pro":
        return _eval(transformers.DepthProForDepthEstimation.from_pretrained(folder, **FROM_FOLDER)), None
    model = _eval(transformers.DepthAnythingForDepthEstimation.from_pretrained(folder, **FROM_FOLDER))
    return model, transformers.DPTImageProcessorPil.from_pretrained(folder, local_files_only=True)


def estimate_depth(request: EstimateDepth, progress: Progress) -> DepthEstimated:
    """How far everything in a picture is."""
    picture = _open(request.picture)
    view = None
    with memory_errors("the picture's size"), torch.inference_mode():
        (model, processor), family = STORE.get(request.model, "depth", _load_depth)
        with watched(model, progress, "Measuring distances"):
            if family == "depth_pro":
                size = model.config.patch_size * 4
                pixels = np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR), np.float32) / 127.5 - 1.0
                out = model(torch.from_numpy(pixels.transpose(2, 0, 1))[None].to(device(), precision()))
                if out.field_of_view is not None:
                    view = float(np.radians(np.clip(float(out.field_of_view.float().mean()), 5.0, 170.0)))
                kind, predicted = "metres", _metres(out.predicted_depth.float(), view)
            else:
                inputs = processor(images=picture, return_tensors="pt")
                predicted = model(inputs["pixel_values"].to(device(), precision())).predicted_depth.float()
                kind = "metres" if model.config.depth_estimation_type == "metric" else "relative"
    fitted = torch.nn.functional.interpolate(
        predicted[None], (picture.height, picture.width), mode="bicubic", align_corners=False
    )
    np.save(request.out, fitted[0, 0].clamp(min=0.0).cpu().numpy().astype(np.float32))
    return DepthEstimated(kind, view)


def _metres(canonical: torch.Tensor, view: float | None) -> torch.Tensor:
    """Depth Pro gives 1 / distance for a focal length of one picture width (Bochkovskii et al., arXiv 2410.02073)."""
    focal = 1.0 if view is None else 0.5 / np.tan(view / 2.0)
    return focal / canonical.clamp(min=1e-4, max=1e4)


def _load_names(folder: Path, family: str) -> tuple[Any, Any, Any]:
    kinds: dict[str, tuple[Any, Any]] = {
        "clip": (transformers.CLIPModel, transformers.CLIPImageProcessorPil),
        "siglip": (transformers.SiglipModel, transformers.SiglipImageProcessorPil),
    }
    model, processor = kinds[family]
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return (
        _eval(model.from_pretrained(folder, **FROM_FOLDER)),
        processor.from_pretrained(folder, local_files_only=True),
        tokenizer,
    )


def label_pictures(request: LabelPictures, progress: Progress) -> PicturesLabelled:
    """How likely each class is, for each picture."""
    with memory_errors("the number of sources"), torch.inference_mode():
        (model, processor, tokenizer), family = STORE.get(request.model, "names", _load_names)
        with watched(model, progress, "Labelling objects"):
            text = [f"a photo of a {name}" for name in request.classes]
            padding = "max_length" if family == "siglip" else True
            tokens = tokenizer(text, padding=padding, truncation=True, return_tensors="pt").to(device())
            tokens = {
                key: tokens[key]
                for key in ("input_ids", "attention_mask")
                if key in tokens and not (family == "siglip" and key == "attention_mask")
            }
            rows = []
            for number, path in enumerate(request.pictures):
                progress("Labelling objects", number, len(request.pictures))
                pixels = processor(images=_open(path), return_tensors="pt")["pixel_values"].to(device(), precision())
                logits = model(pixel_values=pixels, **tokens).logits_per_image[0].float()
                rows.append(logits.softmax(dim=0).cpu().tolist())
    return PicturesLabelled(rows)


def _load_captions(folder: Path, family: str) -> tuple[Any, Any]:
    if family == "florence2":
        model = transformers.Florence2ForConditionalGeneration.from_pretrained(folder, **FROM_FOLDER)
        return _eval(model), transformers.AutoProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    processor = transformers.BlipProcessor(
        transformers.BlipImageProcessorPil.from_pretrained(folder, local_files_only=True),
        transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False),
    )
    return _eval(transformers.BlipForConditionalGeneration.from_pretrained(folder, **FROM_FOLDER)), processor


def describe_pictures(request: DescribePictures, progress: Progress) -> PicturesDescribed:
    """One sentence for each picture."""
    with memory_errors("the number of sources"), torch.inference_mode():
        (model, processor), family = STORE.get(request.model, "captions", _load_captions)
        found = []
        with watched(model, progress, "Describing objects"):
            for number, path in enumerate(request.pictures):
                progress("Describing objects", number, len(request.pictures))
                asked = {"text": "<CAPTION>"} if family == "florence2" else {}
                inputs = processor(images=_open(path), return_tensors="pt", **asked).to(device())
                inputs["pixel_values"] = inputs["pixel_values"].to(precision())
                tokens = model.generate(**inputs, max_new_tokens=CAPTION_TOKENS, do_sample=False, num_beams=1)
                found.append(processor.batch_decode(tokens, skip_special_tokens=True)[0].strip())
    return PicturesDescribed(found)
