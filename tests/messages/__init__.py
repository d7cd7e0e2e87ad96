"""What real life sends: samples of messages that went wrong, and every documented message with one field spoiled."""
