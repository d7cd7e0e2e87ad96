"""Two people who edit the same row: nothing that one of them changed is overwritten silently.

A form carries what it showed ([shown.py](shown.py)). When it comes back, its row is read anew under a lock
([locking.py](locking.py)), and each field is settled by itself ([forms.py](forms.py)): what only one side changed is
taken from that side, lists of things are put together, and of what both changed otherwise somebody is asked.
"""
