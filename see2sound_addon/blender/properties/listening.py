"""Property groups of listening to a scene: events, and the proposals."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from .choices import HIDDEN, OVERRIDABLE

EVENT_LINES = 6
"""Rows of a list of events."""


def go_to_event(events: bpy.types.bpy_prop_collection, row: int) -> None:
    """Set the scene's frame to that of an event."""
    scene = bpy.context.scene
    if 0 <= row < len(events) and scene is not None:
        frame = float(events[row].frame)
        scene.frame_set(int(frame // 1), subframe=frame % 1.0)


class EventProperties(bpy.types.PropertyGroup):
    """One event of a sound, such as a step."""

    frame: FloatProperty(
        override=OVERRIDABLE,
        name="Frame",
        description="Frame of the event; events can lie between frames",
        precision=2,
        step=100,
    )
    strength: FloatProperty(
        override=OVERRIDABLE,
        name="Strength",
        description="Strength of the event",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )


def _accept_changed(self: ProposalProperties, context: bpy.types.Context) -> None:
    from ..writing import proposals

    proposals.decided(self)


def _event_chosen(self: ProposalProperties, context: bpy.types.Context) -> None:
    go_to_event(self.events, self.event_index)


class ProposalProperties(bpy.types.PropertyGroup):
    """What is proposed to sound in the scene, or is silent."""

    name: StringProperty(name="Name", description="Name of the object")
    key: StringProperty(options=HIDDEN, name="Key", description="Identifies the proposal from one run to the next")
    target: PointerProperty(type=bpy.types.Object, name="Object", description="The object that sounds")
    accept: BoolProperty(
        name="Accept",
        description="Make a Speaker for this with Make Speakers. A second run keeps what you choose here",
        update=_accept_changed,
    )
    decided: BoolProperty(options=HIDDEN, name="Decided", description="Accept was set by hand")
    sound_class: StringProperty(name="Class", description="Class of sounds")
    why: StringProperty(name="Why", description="The names and movements that led to this class")
    score: FloatProperty(name="Score", description="How certain the class is", min=0.0, max=1.0, subtype="FACTOR")
    silent: BoolProperty(options=HIDDEN, name="Silent", description="The object makes no sound")
    made: BoolProperty(options=HIDDEN, name="Made", description="A Speaker was made of this proposal")
    facts: StringProperty(options=HIDDEN, name="Facts", description="The proposal as JSON")
    events: CollectionProperty(type=EventProperties, name="Events", description="Events of the sound")
    event_index: IntProperty(name="Event", description="Go to the frame of the event", update=_event_chosen)
