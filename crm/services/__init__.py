"""What writes the CRM's rows. Arguments are keyword-only."""

from crm.services.contacts import add_contact

__all__ = ["add_contact"]
