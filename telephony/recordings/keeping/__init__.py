"""How long recordings and raw messages stay, who holds them beyond that, and the journal of what went."""
