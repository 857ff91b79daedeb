"""What is refused, that none of its code runs, and that nothing reaches for the network."""

import json
import shutil
import subprocess

import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.neural.requests import FreeModels, GenerateSound, LabelPictures
from see2sound_addon.weights.checks import check_model
from see2sound_addon.weights.records import RECORD, record_files


@pytest.fixture
def copy(models, tmp_path):
    def make(family):
        shutil.copytree(models / family, tmp_path / family)
        return tmp_path / family

    return make


def edit(path, **changes):
    data = json.loads(path.read_text())
    data.update(changes)
    path.write_text(json.dumps(data))


def refused(folder, task, code):
    with pytest.raises(See2SoundError) as caught:
        check_model(folder, task)
    assert caught.value.code == code and caught.value.hint, caught.value
    return caught.value.message


@pytest.mark.parametrize(
    ("family", "task"), [("clip", "names"), ("sam2", "regions"), ("stable_audio", "voice"), ("clap", "ranking")]
)
def test_good_models_pass(models, family, task):
    assert check_model(models / family, task) == family


def test_a_pickle_is_refused_and_not_opened(python, copy, tmp_path):
    """A checkpoint that would create a file when it is unpickled."""
    folder = copy("clip")
    (folder / "model.safetensors").unlink()
    evil = f"import torch, os\nclass E:\n  def __reduce__(self): return (os.system, ('touch {tmp_path}/owned',))\n"
    evil += f"torch.save({{'a': E()}}, {str(folder / 'pytorch_model.bin')!r})"
    subprocess.run([python, "-c", evil], check=True)
    assert "pickle" in refused(folder, "names", "model-unsafe")
    assert not (tmp_path / "owned").exists()


def test_code_beside_the_weights_is_refused(worker, copy, picture, tmp_path):
    folder = copy("clip")
    (folder / "modeling.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')")
    assert "code" in refused(folder, "names", "model-unsafe")
    (folder / "modeling.py").unlink()
    edit(folder / "config.json", auto_map={"AutoModel": "modeling.Evil"})
    assert "auto_map" in refused(folder, "names", "model-unsafe")
    worker.start(LabelPictures(folder, [picture], ["dog"]))
    with pytest.raises(See2SoundError, match="auto_map"):
        worker.wait()
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"transformer": ["os", "system"]},
        {"transformer": ["builtins", "eval"]},
        {"transformer": ["my_module", "StableAudioDiTModel"]},
        {"_class_name": ["pipeline", "StableAudioPipeline"]},
        {"../../evil": ["diffusers", "AutoencoderKL"]},
    ],
    ids=lambda change: next(iter(change.items()))[1][0] + "." + next(iter(change)),
)
def test_a_model_index_that_names_anything_else_is_refused(worker, copy, change, tmp_path):
    folder = copy("stable_audio")
    edit(folder / "model_index.json", **change)
    refused(folder, "voice", "model-unsafe")
    worker.start(GenerateSound(folder, "dog", 1.0, tmp_path / "out.npy"))
    with pytest.raises(See2SoundError) as caught:
        worker.wait()
    assert caught.value.code == "model-unsafe"


@pytest.mark.parametrize("wrong", [
    '{"_class_name": "StableAudioPipeline", "x": [["a"], "b"]}', '{"_class_name": "StableAudioPipeline", "x": ["diffusers"]}',
])  # fmt: skip
def test_a_model_index_of_odd_shape_is_refused(copy, wrong):
    folder = copy("stable_audio")
    (folder / "model_index.json").write_text(wrong)
    refused(folder, "voice", "model-unsafe")


def test_more_ways_to_ask_for_code_are_refused(copy):
    folder = copy("clip")
    edit(folder / "config.json", _attn_implementation="somebody/kernel")
    refused(folder, "names", "model-unsafe")
    edit(folder / "config.json", _attn_implementation="sdpa")
    assert check_model(folder, "names") == "clip"
    (folder / "EVIL.PY").write_text("")
    refused(folder, "names", "model-unsafe")
    (folder / "EVIL.PY").unlink()
    (folder / "tokenizer_config.json").write_text('{"auto_map": 1, "x": "' + "x" * (65 * 2**20) + '"}')
    refused(folder, "names", "model-incomplete")


@pytest.mark.parametrize("header", [b"[]", b"[" * 5000, b'{"a": 3}', b'{"a": {"data_offsets": []}}'])
def test_weights_with_a_header_of_odd_shape_are_refused(copy, header):
    folder = copy("clip")
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    assert "broken" in refused(folder, "names", "model-incomplete")


@pytest.mark.parametrize("record", ['{"files": [1]}', '{"files": {"config.json": 3}}', '{"files": {"../../x": {}}}'])
def test_a_record_of_odd_shape_is_refused(copy, record):
    folder = copy("clip")
    (folder / RECORD).write_text(record)
    refused(folder, "names", "model-incomplete")


def test_nested_requests_for_code_are_refused(copy):
    folder = copy("clip")
    edit(folder / "config.json", text_config={"deeper": [{"auto_map": {"AutoModel": "evil.Model"}}]})
    assert "auto_map" in refused(folder, "names", "model-unsafe")


@pytest.mark.parametrize("offsets", ["[0, Infinity]", "[-8, 4]", "[0, NaN]", "[0, 1e400]", "[8, 4]", "[true, 4]", "[0, 4, 8]"])
def test_offsets_that_are_no_offsets_are_refused(copy, offsets):
    folder = copy("clip")
    header = b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": ' + offsets.encode() + b"}}"
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
    assert "broken" in refused(folder, "names", "model-incomplete")


def test_a_record_without_the_weights_counts_for_nothing(copy):
    folder = copy("clip")
    record_files(folder, "somebody/clip", "abc")
    assert check_model(folder, "names") == "clip"
    record = json.loads((folder / RECORD).read_text())
    del record["files"]["model.safetensors"]
    (folder / RECORD).write_text(json.dumps(record))
    assert "model.safetensors" in refused(folder, "names", "model-incomplete")


def test_a_link_in_a_circle_and_names_that_are_too_long(copy):
    folder = copy("clip")
    (folder / "a.json").symlink_to(folder / "b.json")
    (folder / "b.json").symlink_to(folder / "a.json")
    refused(folder, "names", "model-unsafe")
    (folder / "a.json").unlink()
    (folder / "b.json").unlink()
    (folder / RECORD).write_text(json.dumps({"files": {"x" * 5000: {"size": 1, "sha256": ""}}}))
    refused(folder, "names", "model-incomplete")
    refused(folder / ("x" * 5000), "names", "model-missing")


def test_a_link_out_of_the_folder_is_refused(copy, tmp_path):
    folder = copy("clip")
    (tmp_path / "secret.json").write_text("{}")
    (folder / "more.json").symlink_to(tmp_path / "secret.json")
    assert "leads out" in refused(folder, "names", "model-unsafe")


def test_without_weights_half_there_broken_or_another(copy, tmp_path):
    refused(tmp_path / "nowhere", "names", "model-missing")
    folder = copy("clip")
    assert "for names, not for depth" in refused(folder, "depth", "model-wrong")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    assert "only half there" in refused(folder, "names", "model-incomplete")
    weights.write_bytes(b"\xff" * 100)
    assert "broken" in refused(folder, "names", "model-incomplete")
    weights.unlink()
    assert "no weights" in refused(folder, "names", "model-incomplete")
    (folder / "config.json").write_text("{")
    assert "cannot be read" in refused(folder, "names", "model-incomplete")
    (folder / "config.json").write_text('{"model_type": "llama"}')
    assert "unknown kind 'llama'" in refused(folder, "names", "model-wrong")
    (folder / "config.json").unlink()
    assert "neither" in refused(folder, "names", "model-incomplete")


def test_what_changed_since_its_download_is_refused(worker, copy, picture):
    folder = copy("clip")
    record_files(folder, "somebody/clip", "0" * 40)
    asked = LabelPictures(folder, [picture], ["dog", "car"])
    assert worker.ask(asked).scores
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    worker.ask(FreeModels())
    worker.start(asked)
    with pytest.raises(See2SoundError) as caught:
        worker.wait()
    assert caught.value.code == "model-changed"
    (folder / "vocab.json").unlink(missing_ok=True)
    (folder / "tokenizer.json").unlink(missing_ok=True)
    assert "not what was downloaded" in refused(folder, "names", "model-incomplete")


def test_weights_of_another_architecture_are_a_clear_error(worker, copy, models, picture):
    folder = copy("clip")
    shutil.copy(models / "siglip" / "model.safetensors", folder / "model.safetensors")
    worker.start(LabelPictures(folder, [picture], ["dog", "car"]))
    with pytest.raises(See2SoundError) as caught:
        worker.wait()
    assert caught.value.code == "model-wrong"


def test_nothing_tries_the_network(python, models, picture, tmp_path):
    """Every family with sockets that fail loudly: none is ever asked to connect."""
    from see2sound_addon.neural.client import OFFLINE
    from see2sound_addon.workers.process import PACKAGE_ROOT

    code = f"""
import socket, sys
tried = []
def deny(*a, **k):
    tried.append(a)
    raise OSError("no network here")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = deny
from pathlib import Path
from see2sound_addon.jobs.tasks import perform
from see2sound_addon.neural.requests import *
models, picture, out = Path({str(models)!r}), Path({str(picture)!r}), Path({str(tmp_path / "o")!r})
for name in ("sam", "sam2"):
    perform(OutlineRegions(models / name, picture, out))
for name in ("owlv2", "grounding_dino"):
    perform(DetectObjects(models / name, picture, ["dog", "car"], 0.0))
for name in ("clip", "siglip"):
    perform(LabelPictures(models / name, [picture], ["dog", "car"]))
for name in ("depth_anything", "depth_metric", "depth_pro"):
    perform(EstimateDepth(models / name, picture, out))
for name in ("blip", "florence2"):
    perform(DescribePictures(models / name, [picture]))
for name in ("audioldm2", "stable_audio", "stable_audio_3", "musicgen", "bark"):
    perform(GenerateSound(models / name, "dog", 0.6, out, steps=2))
print("tried", tried)
"""
    done = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, cwd=PACKAGE_ROOT, env={**OFFLINE, "OMP_NUM_THREADS": "1"}
    )
    assert done.stdout.strip().splitlines()[-1:] == ["tried []"], done.stderr[-1500:]
