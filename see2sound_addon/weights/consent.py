"""Consent to downloads: what is said of one before it begins."""

from __future__ import annotations

from ..errors import See2SoundError
from .cards import Card


def terms(card: Card) -> str:
    """What the licence of a model allows, and what its download needs."""
    allowed = card.licence + ("" if card.commercial else ", NOT for commercial work")
    return allowed + (", requires a login" if card.gated else "")


def ask_first(what: str) -> See2SoundError:
    """The error of a shell command that must be told to download. `what`: what is downloaded, from where, and its licence."""
    return See2SoundError("consent", what, "Add --yes to download.")


def check_online(online: bool, what: str) -> None:
    """Error `offline` if the user has not agreed to use the network. `what`: a sentence on what lies there."""
    if not online:
        raise See2SoundError("offline", what, "Allow online access in Blender's preferences.")
