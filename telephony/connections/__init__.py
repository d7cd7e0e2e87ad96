"""Connections and whose phone is which: made, changed, given a new address."""
