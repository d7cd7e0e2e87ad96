"""How calls go, in figures: counted of one narrow row for each call, which the call's own transaction keeps."""
