"""Worker processes: start them, talk to them, end them."""
