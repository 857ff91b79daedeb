"""One soundtrack becomes a stem for each source, and a bed with all the rest."""
