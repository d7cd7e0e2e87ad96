"""Pieces that all pages share: the shell, words, numbers and badges as people read them."""
