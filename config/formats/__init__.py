"""How dates are written: one way a language, on our pages and on those of the admin."""
