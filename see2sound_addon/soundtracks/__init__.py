"""What is made of a soundtrack that is there: stems, clips for Speakers, and a page about them."""
