"""The agent that stands beside an Asterisk: a program of its own, which nothing else of telephony knows."""
