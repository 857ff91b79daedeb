"""Delivery: write mixes and overviews to files."""
