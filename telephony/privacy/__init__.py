"""What keeps secrets secret: masks for everything that is logged or shown, and hashes of machines' passwords."""
