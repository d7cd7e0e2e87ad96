"""The call log: its page, filters, search, exports."""
