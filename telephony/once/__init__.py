"""What is sent twice is done once: a second press, a form that is sent again, a program that lost the answer.

Each form has a key of its own ([middleware.py](middleware.py) puts it there), each program names one
(`Idempotency-Key`). [claims.py](claims.py) keeps the answer with what was written, in one transaction.
"""
