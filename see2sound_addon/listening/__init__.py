"""Listen to a 3D scene: from its names, tracks and contacts to sources, their parameters over time and their events."""
