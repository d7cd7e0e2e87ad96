"""The log of changes: who changed which setting, right or person, when, and from what to what.

django-auditlog writes it, in the transaction of the change; `kept` says of what, `asking` who it was, `admin` shows it.
"""
