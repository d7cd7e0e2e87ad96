"""A period in a few figures: on a big screen, and as a report by e-mail."""
