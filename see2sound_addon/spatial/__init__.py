"""Spatial rendering: from a plan to channels."""
