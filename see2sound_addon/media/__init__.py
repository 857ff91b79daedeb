"""Pictures and audio files, in and out."""
