"""Jobs: long work in other processes."""
