"""Read the scene: cameras, and what sounds over its frames."""
