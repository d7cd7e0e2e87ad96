"""The CRM's part of the HTTP API: contacts, companies, notes and tasks, under the rights of crm/access.py."""
