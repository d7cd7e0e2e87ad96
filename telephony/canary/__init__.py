"""Canary calls: every few minutes the whole way of a call is gone, by a call that nobody made and nobody sees.

And the assistant's test calls, which only one person sees.
"""
