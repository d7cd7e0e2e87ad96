"""Calls: found, folded and saved; who may see them; what else hangs on one that changed."""
