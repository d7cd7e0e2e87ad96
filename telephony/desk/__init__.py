"""Pages of our own, for those who work with calls all day, and what they are made of."""
