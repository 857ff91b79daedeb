"""Write to the scene: cameras, Speakers and their clips."""
