"""What a call is, in plain values: no database, no request, no clock, no Django."""
