"""From pictures to sources: look, then place."""
