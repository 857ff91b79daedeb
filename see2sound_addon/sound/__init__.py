"""From a prompt to a mono clip."""
