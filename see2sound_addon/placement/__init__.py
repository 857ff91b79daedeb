"""Placement: positions in metres from regions, depth and usual sizes."""
