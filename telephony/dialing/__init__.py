"""Click-to-call: from the button to the order at the PBX, and from there to the call that came of it."""
