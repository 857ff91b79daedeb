"""The lexicon: which words lead to which class of sound, and what is known of each class. Knows no sound models."""
