"""Employees: their page, what each may give to whom, and the link to set a password."""
