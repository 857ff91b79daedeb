"""Many shots: a list, a queue on this machine, and job descriptions for farms."""
