"""Working hours: whose hours count for a call, and the calendar of holidays that comes with the product."""
