"""Sound: from a prompt to a mono clip."""
