"""The project: settings, addresses, servers."""

import gc

# What is loaded stays. Looking for garbage in it after every 700 new objects, as Python does unasked, takes a fifth of
# the time that a command needs to start.
gc.set_threshold(50_000, 10, 10)
