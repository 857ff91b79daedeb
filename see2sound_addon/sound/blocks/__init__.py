"""Building blocks of the procedural models: shapes of spectra, grains, modes, voices, engines, friction."""
