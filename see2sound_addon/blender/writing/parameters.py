"""Keep the parameters of a source in step with its prompt."""

from __future__ import annotations

from typing import Any

import bpy

from ..animation import remove_keys

_filling: list[bool] = []
"""Not empty while values are set by us, not by hand."""


def settle(obj: bpy.types.Object) -> None:
    """Give a source the parameters of the class that its prompt names; values that were set by hand stay."""
    from ...lexicon.lookup import explain
    from ...sound.generator import parameters_of
    from ...sound.models import MODELS

    facts = obj.see2sound
    name = explain(facts.prompt).name
    known = MODELS.get(name)
    _filling.append(True)
    try:
        if known is None or facts.sound_class != name:
            for item in facts.parameters:  # its curve would drive another parameter
                for field in ("value", "follow"):
                    remove_keys(obj, item.path_from_id(field))
            facts.parameters.clear()
            facts.sound_class, facts.events = ("", "") if known is None else (name, known.events)
        if known is None:
            return
        values = parameters_of(facts.prompt)
        for key, one in known.parameters.items():
            item = facts.parameters.get(key) or facts.parameters.add()
            item.name, item.low, item.high, item.unit, item.meaning = key, one.low, one.high, one.unit, one.meaning
            if not item.edited:
                item.value = values[key]
    finally:
        _filling.pop()


def value_changed(item: Any) -> None:
    """A value was set: keep it within its range, and from now on."""
    if _filling or item.low >= item.high:
        return
    item.edited = True
    bounded = min(max(item.value, item.low), item.high)
    if bounded != item.value:
        item.value = bounded
