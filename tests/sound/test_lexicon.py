"""From words to classes: on lists that others have written, on the issue's own examples, with a table of the user's own."""

from pathlib import Path

import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.lexicon.classes import CLASSES, SILENT
from see2sound_addon.lexicon.lookup import OWN_WORDS, explain, known_words, sound_of
from see2sound_addon.sound.generator import parameters_of
from see2sound_addon.sound.models import MODELS
from see2sound_addon.vision.classes import AREAS, POINTS, SILENT_NAMES, SURROUNDINGS

DATA = Path(__file__).resolve().parents[1] / "data"


def names(file):
    rows = [line.split("\t") for line in (DATA / file).read_text().splitlines() if line and not line.startswith("#")]
    return [(name, set(classes.split("|"))) for name, classes in rows]


@pytest.mark.parametrize(("file", "least"), [("names_unseen.tsv", 0.92), ("names_seen.tsv", 0.95)])
def test_names_that_others_have_written(file, least):
    asked = names(file)
    wrong = [(name, wanted, explain(name).name) for name, wanted in asked if explain(name).name not in wanted]
    assert len(asked) > 300 and len(wrong) <= (1.0 - least) * len(asked), wrong


def test_the_table_is_large():
    assert known_words() >= 1500


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tree.001", "wind in trees"), ("SM_Car_02", "car"), ("old_wooden_door", "door"), ("GEO-minivan_blue", "car"),
        ("TowTruck", "truck"), ("House01Mesh", SILENT), ("wall", SILENT), ("sky", SILENT), ("table", SILENT),
        ("dogs", "dog"), ("a flock of sheep", "sheep"), ("leaves", "wind in trees"),
        ("footsteps on gravel", "footsteps on gravel"),
        ("she is walking slowly through the snow", "footsteps on snow"), ("rain drumming on a tin roof", "rain on a roof"),
        ("truck door", "metal door"), ("door handle", SILENT), ("", ""), ("qwrtp zzz", ""), ("!!!", ""), ("\x00", ""),
    ],
)  # fmt: skip
def test_words_lead_to_their_class(text, name):
    assert explain(text).name == name


def test_combinations_are_layers_and_adjectives_are_parameters():
    assert [name for name, _ in explain("waves and gulls").layers] == ["waves on sand", "gull"]
    assert [name for name, _ in explain("rain, thunder and a dog with a cat").layers] == ["rain", "thunder", "dog", "cat"]
    assert [name for name, _ in explain("a wall and a dog").layers] == ["dog"]
    usual = MODELS["rain"].parameters["intensity"].default
    assert parameters_of("heavy rain")["intensity"] > usual > parameters_of("light rain")["intensity"]
    assert parameters_of("small dog")["size"] < parameters_of("dog")["size"] < parameters_of("huge dog")["size"]
    assert parameters_of("distant thunder")["distance"] > 1000.0


def test_labels_of_detectors_and_labellers_have_a_sound_or_are_silent():
    for name in (*POINTS, *AREAS, *SURROUNDINGS):
        assert sound_of(name).name in CLASSES, name
    for name in SILENT_NAMES:
        assert sound_of(name).name == SILENT, name
    assert sound_of("dog").prompt == "dog barking" and sound_of("boat").level > 0.0


def test_the_longest_text_and_the_strangest():
    assert explain("dog " * 100_000).name == "dog"
    assert explain("ÄÖÜ ß 狗 🐕").name == ""


def test_a_table_of_the_user_s_own_wins(tmp_path, monkeypatch):
    own = tmp_path / "words.tsv"
    own.write_text("# mine\nhelicopter\tdog, whirlybird\nbee\tTIE_42 & swarmship\n")
    monkeypatch.setenv(OWN_WORDS, str(own))
    assert (
        explain("dogs").name == "helicopter" and explain("Whirlybird_03").name == "helicopter" and explain("cat").name == "cat"
    )
    own.write_text("helicopter\tcat\n")
    assert explain("cat").name == "helicopter" and explain("dog").name == "dog"  # it is read again when it changes


@pytest.mark.parametrize("text", ["unicorn\tdog\n", "dog without a tab\n", b"\xff\xfe\x00"])
def test_a_broken_table_is_one_clear_line(tmp_path, monkeypatch, text):
    own = tmp_path / "words.tsv"
    own.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv(OWN_WORDS, str(own))
    with pytest.raises(See2SoundError) as caught:
        explain("dog")
    assert caught.value.code == "words-wrong" and "\n" not in str(caught.value)
    monkeypatch.setenv(OWN_WORDS, str(tmp_path / "nowhere.tsv"))
    with pytest.raises(See2SoundError, match="cannot be read"):
        explain("dog")
