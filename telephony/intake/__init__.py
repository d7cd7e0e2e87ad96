"""Where a PBX's request comes in: read, stored, understood, applied, answered; and read again later."""
