"""Outgoing webhooks: what other systems are told of calls, and how that reaches them."""
