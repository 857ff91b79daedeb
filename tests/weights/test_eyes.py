"""Detectors as files: which there are, which one is used, getting, adding and removing them; and the shell's verbs."""

import hashlib
import json
from dataclasses import replace

import pytest
from networks import write_network
from server import serving
from test_networks import nanodet

from see2sound_addon import cli
from see2sound_addon.errors import See2SoundError
from see2sound_addon.objects import COCO
from see2sound_addon.weights import eyes


@pytest.fixture
def eye(tmp_path):
    """A tiny detector that always sees a dog."""
    return write_network(tmp_path / "mine.onnx", nanodet(), 416)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "eyes").mkdir()
    return tmp_path / "eyes"


def code_of(call):
    with pytest.raises(See2SoundError) as caught:
        call()
    assert "\n" not in str(caught.value) and caught.value.hint
    return caught.value.code


def test_the_cards_are_those_of_opencv_s_zoo():
    light, sharp = eyes.EYES["light"], eyes.EYES["sharp"]
    assert (light.size, sharp.size) == (3_800_954, 35_858_002)
    assert light.sha256.startswith("4b82da99") and sharp.sha256.startswith("c5c2d13e")
    for card in (light, sharp):
        assert card.licence == "Apache-2.0" and len(card.sha256) == 64
        assert len(card.addresses) >= 2 and all(one.startswith("https://") and card.file in one for one in card.addresses)


def test_the_best_that_is_installed_is_used(folder, eye):
    assert eyes.find_eye(folder, "") is None and eyes.installed(folder) == {}
    mine = eyes.add_eye(folder, eye)
    assert eyes.find_eye(folder, "") == mine
    for name in ("light", "sharp"):
        (folder / eyes.EYES[name].file).write_bytes(b"x")
        assert eyes.find_eye(folder, "") == folder / eyes.EYES[name].file
    assert list(eyes.installed(folder)) == ["sharp", "light", "mine"]
    assert eyes.find_eye(folder, "embedded") is None
    assert eyes.find_eye(folder, "mine") == mine and eyes.find_eye(folder, str(eye)) == eye
    eyes.remove_eye(folder, "sharp")
    assert eyes.find_eye(folder, "") == folder / eyes.EYES["light"].file


def test_names_are_not_mixed_up(folder, tmp_path, eye):
    (folder / "folder.onnx").mkdir()
    assert eyes.installed(folder) == {}
    (folder / "folder.onnx").rmdir()
    (tmp_path / "LOUD.ONNX").write_bytes(eye.read_bytes())
    eyes.add_eye(folder, tmp_path / "LOUD.ONNX")
    assert list(eyes.installed(folder)) == ["LOUD"]
    for name in ("light", "sharp", "embedded"):
        (tmp_path / f"{name}.onnx").write_bytes(eye.read_bytes())
        assert code_of(lambda name=name: eyes.add_eye(folder, tmp_path / f"{name}.onnx")) == "eye-wrong"


def test_a_relative_path_is_where_the_user_is(folder, tmp_path, eye, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert eyes.find_eye(folder, "mine.onnx") == eye and eyes.find_eye(folder, "mine.onnx").is_absolute()


def test_what_is_not_there_is_one_clear_line(folder, tmp_path, eye):
    assert code_of(lambda: eyes.find_eye(folder, "light")) == "eye-missing"
    assert code_of(lambda: eyes.find_eye(folder, "eagle")) == "eye-unknown"
    assert code_of(lambda: eyes.find_eye(folder, str(tmp_path / "none.onnx"))) == "eye-missing"
    assert code_of(lambda: eyes.remove_eye(folder, "light")) == "eye-missing"
    assert code_of(lambda: eyes.remove_eye(folder, "../mine")) == "eye-missing"
    assert code_of(lambda: eyes.get_eye(folder, "eagle", online=True)) == "eye-unknown"
    assert code_of(lambda: eyes.get_eye(folder, "light")) == "offline"
    (tmp_path / "words.txt").write_text("words")
    assert code_of(lambda: eyes.add_eye(folder, tmp_path / "words.txt")) == "eye-wrong"
    assert list(folder.iterdir()) == []


def test_getting_one_checks_its_hash(folder, eye, monkeypatch):
    data = eye.read_bytes()
    with serving({"light.onnx": data}) as (address, _):
        card = eyes.EyeCard(
            "light", "light.onnx", (f"{address}/light.onnx",), len(data), hashlib.sha256(data).hexdigest(), "MIT", 0.3
        )
        monkeypatch.setitem(eyes.EYES, "light", card)
        assert eyes.get_eye(folder, "light", online=True).read_bytes() == data
        eyes.remove_eye(folder, "light")
        monkeypatch.setitem(eyes.EYES, "light", replace(card, sha256="0" * 64))
        assert code_of(lambda: eyes.get_eye(folder, "light", online=True)) == "download-wrong"
    assert eyes.installed(folder) == {}


def shell(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_the_verbs_of_the_shell(folder, eye, tmp_path, capsys):
    more = ["--eye-folder", folder]
    code, out, _ = shell(capsys, "eye", "list", *more)
    assert code == 0 and "light" in out and "sharp" in out and "yes" not in out
    code, _, err = shell(capsys, "eye", "get", "light", *more)
    assert code == 1 and "3.8 MB" in err and "Apache-2.0" in err and "--yes" in err
    assert shell(capsys, "eye", "add", eye, *more)[0] == 0
    code, out, _ = shell(capsys, "eye", "list", "--json", *more)
    assert list(json.loads(out)["installed"]) == ["mine"]
    (tmp_path / "broken.onnx").write_text("no network")
    code, _, err = shell(capsys, "eye", "add", tmp_path / "broken.onnx", *more)
    assert code == 1 and err.count("\n") == 1 and "broken.onnx cannot be used" in err
    assert shell(capsys, "eye", "remove", "mine", *more)[0] == 0
    assert shell(capsys, "eye", "remove", "mine", *more)[0] == 1
    assert shell(capsys, "eye", "add", *more)[0] == 1
    assert shell(capsys, "eye", "look", *more)[0] == 2
    assert list(folder.iterdir()) == []
    assert "dog" in COCO
