"""Rooms: reflections and reverberation."""
