"""Fuzzing: parsers of what strangers send, given bytes that are made to reach as much of their code as possible."""
