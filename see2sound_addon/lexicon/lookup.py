"""From words to classes of sounds: prompts, labels, names of objects.

The table is words.tsv. A name such as "SM_TowTruck_02.001" is split into its words; phrases of up to four words are looked
up, the longest first. The last word of a compound decides, as in English: a door handle is a handle, a truck door a door.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path

from ..errors import See2SoundError
from .classes import CLASSES, SILENT

OWN_WORDS = "SEE2SOUND_WORDS"
"""The environment variable that names a user's own table of words."""
LONGEST_TEXT, LARGEST_FILE = 2000, 4 << 20
"""Characters of a text, bytes of a table."""
LONGEST_PHRASE = 4
"""Words."""
MODERATE = 60.0
"""DB SPL at one metre."""
PEOPLE = ("speech", "crowd", "children playing")
"""Classes of people: a verb behind them says what they do."""
HINT, GENERAL, CONTEXT = 0.6, 0.8, 0.9
"""What a word counts that only hints, one that gives way to any other, and what a word behind a preposition keeps."""


def _grammar() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_name("grammar.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {part: frozenset(words.split()) for part, words in rows}


GRAMMAR = _grammar()
"""Words that are not names of objects: articles, prepositions, separators of layers, what artists put into "names" beside
them, words "kept" though they end in s, and "irregular" plurals."""
IRREGULAR = dict(pair.split("=") for pair in GRAMMAR["irregular"])


@dataclass(frozen=True)
class Meaning:
    """What words lead to.

    `name`: the class, or SILENT, or "" where no word is known. `score`: 0 to 1, how sure. `layers`: (class, gain) of all that
    sounds. `shares`: what adjectives say, parameter to share of its range. `words`: the words that decided.
    """

    name: str
    score: float
    layers: tuple[tuple[str, float], ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """`phrases`: words to (class, strength). `pairs`: by a first word, phrases that are all there, and their class.

    `groups`: words for which a name with an @ stands in pairs.
    """

    phrases: dict[tuple[str, ...], tuple[str, float]] = field(default_factory=dict)
    pairs: dict[str, list[tuple[tuple[tuple[str, ...], ...], str]]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Match:
    name: str
    strength: float
    place: int
    words: tuple[str, ...]


def explain(text: str) -> Meaning:
    """The classes that a text names. A text without a known word has an empty name and no layers. Error: `words-wrong`."""
    if text.strip().lower() == SILENT:
        return Meaning(SILENT, 1.0, words=(SILENT,))
    table = _table()
    parts = [_part(words, table) for words in _parts(text)]
    found = [match for match in parts if match is not None]
    sounding: dict[str, _Match] = {}
    for match in found:
        if match.name != SILENT and match.name not in sounding:
            sounding[match.name] = match
    shares = _shares(split_words(text))
    if not sounding:
        silent = [match for match in found if match.name == SILENT]
        return Meaning(SILENT, silent[0].strength, words=silent[0].words) if silent else Meaning("", 0.0, shares=shares)
    first = next(iter(sounding.values()))
    layers = tuple((name, 1.0 if name == first.name else 0.7) for name in sounding)
    return Meaning(first.name, min(1.0, first.strength), layers, shares, first.words)


@dataclass(frozen=True)
class Sound:
    """How an object sounds. `name`: its class, "" if unknown. `prompt`: words, SILENT, or "" if unknown.

    `level`: dB SPL at one metre, 0 if silent or unknown.
    """

    name: str
    prompt: str
    extent: str
    level: float


def sound_of(label: str) -> Sound:
    """How an object with a label or a name sounds; a word that only hints at a sound is not enough.

    A class in its own words keeps them as the prompt of one layer; several layers keep the label itself.
    """
    meaning = explain(label)
    if not meaning.name:
        return Sound("", "", "point", 0.0)
    if meaning.name == SILENT or meaning.score <= HINT:
        return Sound(SILENT, SILENT, "point", 0.0)
    known = CLASSES[meaning.name]
    return Sound(known.name, known.prompt if len(meaning.layers) == 1 else label, known.extent, known.level)


def level_of(prompt: str) -> float:
    """The level in dB SPL at one metre of what a prompt describes; a moderate one if no word is known."""
    return max((CLASSES[name].level for name, _ in explain(prompt).layers), default=MODERATE)


def words_in(text: str) -> list[str]:
    """The words of a text by which recordings are found: without number, verbs' endings and small words."""
    words = [
        word for word in split_words(text) if word.isalpha() and word not in GRAMMAR["prepositions"] | GRAMMAR["separators"]
    ]
    return [_stem(word) for word in words]


def known_words() -> int:
    """How many words and phrases the table has."""
    table = _table()
    return len(table.phrases) + sum(map(len, table.pairs.values()))


def words_of(name: str) -> list[str]:
    """The strongest words of a class, for lists."""
    table = _table()
    phrases = [" ".join(phrase) for phrase, (own, strength) in table.phrases.items() if own == name and strength >= 1.0]
    pairs = (needed for rows in table.pairs.values() for needed, own in rows if own == name)
    return phrases or list(dict.fromkeys(" & ".join(" ".join(phrase) for phrase in needed) for needed in pairs))


def split_words(text: str) -> list[str]:
    """Words, numbers and separators of a text in small letters, without articles: split at capitals, digits and signs."""
    text = re.sub(r"([a-zà-ÿ])([A-Z])", r"\1 \2", text[:LONGEST_TEXT])
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text).lower()
    text = text.replace("'s ", " ").replace("'", "").replace("’", "")
    return [word for word in re.findall(r"[a-zà-ÿ]+|,|\+|;|\d+", text) if word not in GRAMMAR["articles"]]


def _parts(text: str) -> list[list[str]]:
    """The words between "and", "with" and commas: each can be a layer."""
    parts: list[list[str]] = [[]]
    for word in split_words(text):
        if word in GRAMMAR["separators"] or word in (",", "+", ";"):
            parts.append([])
        else:
            parts[-1].append(word)
    if len(parts) > 1 and tuple(_singular(word) for word in split_words(text) if not word.isdigit()) in _table().phrases:
        return [split_words(text)]  # "pots and pans"
    return [part for part in parts if part]


def _part(words: Sequence[str], table: _Table) -> _Match | None:
    """What one part means: pairs of words first, then the head of what stands before a preposition, then what stands after."""
    stem = [_singular(word) for word in words if word not in GRAMMAR["names"] and not word.isdigit()]
    pair = _pair(stem, table)
    if pair is not None:
        return pair
    numbered = _matches([_singular(word) for word in words], table)
    if numbered and any(word.isdigit() for word in numbered[0].words):
        return numbered[0]  # "3d printer", "f16"
    matches = _matches(stem, table)
    inside = {place for match in matches for place in range(match.place, match.place + len(match.words))}
    cut = next((place for place, word in enumerate(stem) if word in GRAMMAR["prepositions"] and place not in inside), len(stem))
    best = _head([match for match in matches if match.place < cut])
    behind = _head([match for match in matches if match.place > cut])
    if behind is not None and (best is None or (best.strength <= HINT and best.name == SILENT and behind.name != SILENT)):
        best = _Match(behind.name, behind.strength * CONTEXT, behind.place, behind.words)
    if best is None and words and all(word in GRAMMAR["names"] or word.isdigit() for word in words):
        return _Match(SILENT, 0.5, 0, tuple(words))
    return best


def _matches(words: Sequence[str], table: _Table) -> list[_Match]:
    """Known phrases from left to right, the longest first."""
    out, place = [], 0
    while place < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
            phrase = tuple(words[place : place + length])
            known = table.phrases.get(phrase) or table.phrases.get(("".join(phrase),))
            if known is None and length == 1:
                known = _compound(phrase[0], table)
            if known is not None:
                out.append(_Match(known[0], known[1], place, phrase))
                place += length - 1
                break
        place += 1
    return out


def _compound(word: str, table: _Table) -> tuple[str, float] | None:
    """A word written together, as in "oldwoodendoor" or "towtruck": two known halves, of which the second decides."""
    if len(word) < 7:
        return None
    for cut in range(3, len(word) - 2):
        first, second = word[:cut], word[cut:]
        both = table.phrases.get((first, second))
        if both is not None:
            return both
    for cut in range(3, len(word) - 2):
        last = table.phrases.get((word[cut:],))
        if last is not None and ((word[:cut],) in table.phrases or word[:cut] in _adjectives()):
            return last[0], 0.9 * last[1]
    return None


def _head(matches: Sequence[_Match]) -> _Match | None:
    """Of several matches the last strong one; a verb or a hint behind a noun does not displace it."""
    strong = [match for match in matches if match.strength > GENERAL] or [match for match in matches if match.strength > HINT]
    nouns = [match for match in strong if len(match.words) > 1 or not match.words[0].endswith("ing")]
    verbs = [match for match in strong if match not in nouns and match.name not in PEOPLE]
    if nouns and verbs and nouns[-1].name in PEOPLE:
        return verbs[-1]  # a man is snoring
    if strong:
        return (nouns or strong)[-1]
    return matches[-1] if matches else None


def _pair(words: Sequence[str], table: _Table) -> _Match | None:
    """The pair of phrases that are both there; the one with the most words, then the one that stands first in the table."""
    text = tuple(_stem(word) for word in words)
    best: tuple[int, _Match] | None = None
    for word in dict.fromkeys(text):
        for needed, name in table.pairs.get(word, ()):
            if all(_contains(text, phrase) for phrase in needed):
                size = sum(map(len, needed))
                if best is None or size > best[0]:
                    best = (size, _Match(name, 1.0, 0, tuple(w for phrase in needed for w in phrase)))
    return None if best is None else best[1]


def _contains(text: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(text[place : place + len(phrase)] == phrase for place in range(len(text) - len(phrase) + 1))


def _shares(words: Iterable[str]) -> dict[str, float]:
    """What the adjectives say; the last one wins."""
    shares: dict[str, float] = {}
    for word in words:
        shares.update(_adjectives().get(word, {}))
    return shares


@lru_cache(20000)
def _singular(word: str) -> str:
    """The singular of a noun, or the word as it is."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4 or word in GRAMMAR["kept"] or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]


@lru_cache(20000)
def _stem(word: str) -> str:
    """A word without number and the endings of verbs, so that "walking", "walks" and "walked" agree."""
    word = _singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _table() -> _Table:
    own = os.environ.get(OWN_WORDS, "")
    path = Path(own) if own else None
    try:
        stamp = (0, 0) if path is None else (path.stat().st_mtime_ns, path.stat().st_size)
    except OSError as error:
        raise See2SoundError(
            "words-wrong", f"The table of words {own} cannot be read: {error.strerror}.", f"Correct {OWN_WORDS}."
        ) from error
    return _read(path, stamp)


@lru_cache(4)
def _read(path: Path | None, stamp: tuple[int, int]) -> _Table:
    """The table, and a user's own on top of it. Error: `words-wrong`."""
    table = _Table()
    _add(table, Path(__file__).with_name("words.tsv").read_text(encoding="utf-8"), "words.tsv")
    if path is not None:
        if stamp[1] > LARGEST_FILE:
            raise See2SoundError("words-wrong", f"{path.name} has more than {LARGEST_FILE >> 20} MiB.", "Use a smaller table.")
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise See2SoundError("words-wrong", f"{path.name} is not text in UTF-8.", "Save it as UTF-8.") from error
        _add(table, text, path.name)
    return table


def _add(table: _Table, text: str, name: str) -> None:
    """Enter lines "class, tab, words | hints | general words"; a later entry wins. Error: `words-wrong`."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        own, tab, words = line.partition("\t")
        if tab and own.startswith("@"):
            table.groups[own.strip()] = [word.strip() for word in words.split(",")]
            continue
        if not tab or own.strip() not in (*CLASSES, SILENT):
            raise See2SoundError(
                "words-wrong",
                f"Line {number} of {name} does not begin with a class and a tab.",
                "`see2sound sounds` lists them.",
            )
        for part, strength in zip(words.split("|"), (1.0, HINT, GENERAL), strict=False):
            for entry in part.split(","):
                _enter(table, own.strip(), entry, strength)


def _enter(table: _Table, own: str, entry: str, strength: float) -> None:
    parts = [part.strip() for part in entry.split("&") if part.strip()]
    if len(parts) == 1:
        table.phrases[tuple(_singular(word) for word in split_words(parts[0]))] = (own, strength)
    elif parts:
        for choice in product(*(table.groups.get(part, [part]) for part in parts)):
            phrases = tuple(tuple(_stem(word) for word in split_words(part)) for part in choice)
            table.pairs.setdefault(phrases[0][0], []).append((phrases, own))


@lru_cache(1)
def _adjectives() -> dict[str, dict[str, float]]:
    text = Path(__file__).with_name("adjectives.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {word: {key: float(share) for key, share in (pair.split("=") for pair in pairs.split())} for word, pairs in rows}
