"""Reads the CRM's rows. Who may see which is crm.access's matter: give it these querysets."""
