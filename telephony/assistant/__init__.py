"""Connecting a PBX as a walk: from its choice to a call on the administrator's own screen.

Nothing is kept of the walk itself: where somebody stands is read off what the connection has by now, so that it can be
left at any step and gone on with by anybody.
"""
