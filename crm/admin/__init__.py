"""The CRM's rows as data: lists, filters, forms. What staff look at all day are the desk's pages (crm/views)."""

from crm.admin.companies import CompanyAdmin
from crm.admin.contacts import ContactAdmin
from crm.admin.tags import TagAdmin

__all__ = ["CompanyAdmin", "ContactAdmin", "TagAdmin"]
