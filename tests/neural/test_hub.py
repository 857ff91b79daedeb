"""Downloads from a recorded hub: every family in the layout of its repository, and everything that can go wrong."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hub import REVISION, hub

from see2sound_addon.errors import Cancelled, See2SoundError
from see2sound_addon.neural.environment import Place, fetch_model, offer_model
from see2sound_addon.weights.cards import CARDS, Card
from see2sound_addon.weights.checks import check_model
from see2sound_addon.weights.records import RECORD

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "sam2-tiny": "sam2", "sam2-large": "sam2", "sam-base": "sam", "grounding-dino-tiny": "grounding_dino",
    "owlv2-base": "owlv2",
    "depth-anything-small": "depth_anything", "depth-anything-outdoor": "depth_metric", "depth-anything-indoor": "depth_metric",
    "depth-pro": "depth_pro", "clip-base": "clip", "siglip-base": "siglip", "blip-base": "blip", "florence-2-base": "florence2",
    "audioldm2": "audioldm2", "stable-audio-open": "stable_audio",
    "musicgen-small": "musicgen", "bark-small": "bark", "clap": "clap",
}  # fmt: skip
"""The tiny model that each card's repository is made of."""
LARGE = b"a whole model in one piece" * 100
BESIDE = {
    "pytorch_model.bin": LARGE, "model.ckpt": LARGE, "flax_model.msgpack": LARGE, "modeling.py": b"import os",
    "README.md": b"# A model", ".gitattributes": b"*.bin filter=lfs", "onnx/model.onnx": LARGE,
}  # fmt: skip
"""What repositories also hold."""
CARD = Card("tiny-clip", "names", "clip", "somebody/clip", 0.1, 0.1, "MIT", True)


def layout(folder):
    """The files of a saved model by their names in a repository, with what lies beside them."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    doubles = {"model.safetensors": LARGE} if "model_index.json" in files else {}
    return {**BESIDE, **doubles, **files}


def raises(code, work):
    with pytest.raises(See2SoundError) as caught:
        work()
    assert caught.value.code == code and caught.value.hint and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def clip(models, monkeypatch):
    with hub(monkeypatch, {"somebody/clip": layout(models / "clip")}) as server:
        yield server


def fetch(python, tmp_path, card=CARD, progress=lambda *_: None):
    return fetch_model(Place(tmp_path, python), card, progress, online=True)


def bytes_asked_for(server):
    return [path for command, path in server.asked if command == "GET" and "/resolve/" in path]


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.id)
def test_each_card_is_downloaded_whole_and_once(card, python, models, tmp_path, monkeypatch):
    """From its list of files to a folder that the loader of its family takes."""
    with hub(monkeypatch, {card.repository: layout(models / TINY[card.id])}) as server:
        server.revisions[card.repository] = [card.revision]
        offered = offer_model(Place(tmp_path, python), card, online=True)
        before = set(bytes_asked_for(server))
        folder = fetch(python, tmp_path, card)
    assert {path.rsplit("/", 1)[-1] for path in before} <= {"model_index.json"}, "the list alone is read before the click"
    got = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file() and path.name != RECORD}
    assert set(got) == set(offered.files) and sum(path.stat().st_size for path in got.values()) == offered.size
    assert not set(got) & {*BESIDE} - {"README.md"}
    assert all(path.read_bytes() != LARGE for path in got.values())
    assert check_model(folder, card.task) == card.family
    record = json.loads((folder / RECORD).read_text())
    assert (record["repository"], record["revision"]) == (card.repository, REVISION)
    for name, path in got.items():
        data = path.read_bytes()
        assert record["files"][name] == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_weights_that_are_pickles_are_refused_before_the_first_byte(clip, python, tmp_path):
    del clip.repositories["somebody/clip"]["model.safetensors"]
    message = raises("weights-missing", lambda: fetch(python, tmp_path))
    assert "pytorch_model.bin" in message and bytes_asked_for(clip) == []
    assert not (tmp_path / "models" / "tiny-clip").exists()


def test_a_broken_answer_is_a_clear_error_and_goes_on_later(clip, python, tmp_path):
    clip.ends |= {"model.safetensors"}
    # The hub's own library tries again by itself; whichever of the two it does, the file is whole in the end.
    try:
        folder = fetch(python, tmp_path)
    except See2SoundError as error:
        assert error.code == "download-failed"
        folder = fetch(python, tmp_path)
    assert (folder / "model.safetensors").read_bytes() == clip.repositories["somebody/clip"]["model.safetensors"]


def test_a_cancelled_download_goes_on_where_it_stopped(clip, python, tmp_path):
    def stop(label, done, total):
        if "model.safetensors" in label:
            raise Cancelled

    clip.before["model.safetensors"] = lambda: time.sleep(5)
    with pytest.raises(Cancelled):
        fetch(python, tmp_path, progress=stop)
    brought = {path.name for path in (tmp_path / "models" / "tiny-clip").iterdir()}
    assert "config.json" in brought and RECORD not in brought
    clip.asked.clear()
    fetch(python, tmp_path)
    assert not any(path.endswith("/config.json") for path in bytes_asked_for(clip)), "what was there is not asked for again"


def test_a_file_with_another_hash_is_deleted(clip, python, tmp_path):
    clip.announced["model.safetensors"] = "0" * 64
    message = raises("download-wrong", lambda: fetch(python, tmp_path))
    assert "model.safetensors" in message and not (tmp_path / "models" / "tiny-clip" / "model.safetensors").exists()
    clip.announced.clear()
    fetch(python, tmp_path)


def test_a_file_that_changes_between_two_requests(clip, python, tmp_path):
    """The list is of one commit; what comes must be what it lists."""
    files = clip.repositories["somebody/clip"]
    whole = files["model.safetensors"]
    clip.before["config.json"] = lambda: files.update({"model.safetensors": whole + b"more"})
    raises("download-wrong", lambda: fetch(python, tmp_path))
    files["model.safetensors"] = whole
    assert (fetch(python, tmp_path) / "model.safetensors").read_bytes() == whole


def test_a_small_file_with_other_words_is_deleted_too(clip, python, tmp_path):
    """As long as what was listed; git's own hash of it tells."""
    files = clip.repositories["somebody/clip"]
    config = files["config.json"]
    clip.before["config.json"] = lambda: files.update({"config.json": config.replace(b"clip", b"clop")})
    assert "config.json" in raises("download-wrong", lambda: fetch(python, tmp_path))
    assert not (tmp_path / "models" / "tiny-clip" / "config.json").exists()


def test_a_hub_that_asks_to_wait_in_the_middle(clip, python, tmp_path):
    clip.limits.append(2)
    assert "asks to wait" in raises("download-failed", lambda: fetch(python, tmp_path))
    clip.limits.clear()
    fetch(python, tmp_path)


@pytest.mark.parametrize(
    ("refusal", "code", "words"),
    [
        ((403, "GatedRepo"), "download-gated", ["account"]),
        ((401, "RepoNotFound"), "download-failed", ["not at huggingface.co any more"]),
        ((500, ""), "download-failed", ["could not be downloaded"]),
        ((429, ""), "download-failed", ["asks to wait"]),
    ],
)
def test_refusals_are_one_clear_line(clip, python, tmp_path, refusal, code, words):
    clip.refusals["somebody/clip"] = refusal
    message = raises(code, lambda: fetch(python, tmp_path))
    assert "somebody/clip" in message and all(word in message for word in words)
    assert not (tmp_path / "models" / "tiny-clip").exists()


def test_a_repository_that_has_moved_is_followed(clip, python, tmp_path):
    clip.repositories["else/clip"] = clip.repositories["somebody/clip"]
    clip.moved["somebody/clip"] = "else/clip"
    assert (fetch(python, tmp_path) / "model.safetensors").is_file()


def test_a_revision_that_is_gone(clip, python, tmp_path):
    card = Card("tiny-clip", "names", "clip", "somebody/clip", 0.1, 0.1, "MIT", True, revision="refs/pr/9")
    raises("download-failed", lambda: fetch(python, tmp_path, card))
    clip.revisions["somebody/clip"] = ["refs/pr/9"]
    assert (fetch(python, tmp_path, card) / "model.safetensors").is_file()


def test_a_hub_that_cannot_be_reached(python, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    message = raises("download-failed", lambda: fetch(python, tmp_path))
    assert "somebody/clip" in message


def test_without_leave_nothing_is_asked(clip, python, tmp_path):
    raises("offline", lambda: fetch_model(Place(tmp_path, python), CARD))
    raises("offline", lambda: offer_model(Place(tmp_path, python), CARD))
    assert clip.asked == []


def test_the_shell_says_how_much_it_will_take_and_takes_nothing(python, models, tmp_path, monkeypatch):
    files = layout(models / "siglip")
    card = CARDS["siglip-base"]
    with hub(monkeypatch, {card.repository: files}) as server:
        server.revisions[card.repository] = [card.revision]
        done = subprocess.run(
            [sys.executable, "-m", "see2sound_addon.cli", "neural", "download", "siglip-base", "--neural-python", python,
             "--neural-folder", tmp_path],
            capture_output=True, text=True, cwd=ROOT, env=dict(os.environ), timeout=120,
        )  # fmt: skip
        assert done.returncode == 1 and bytes_asked_for(server) == []
    (line,) = [line for line in done.stderr.splitlines() if line.startswith(("error", "This", "see2sound"))][-1:]
    assert "files of google/siglip-base-patch16-224" in line and "--yes" in line and list(tmp_path.iterdir()) == []
