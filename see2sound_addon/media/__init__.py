"""Media: read and write pictures, audio and SOFA files."""
