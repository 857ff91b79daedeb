"""The mix as the soundtrack, and whether it is outdated."""
