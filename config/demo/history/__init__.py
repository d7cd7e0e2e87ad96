"""The weeks before the demo began: what clients and employees did, told by the PBXs, through the same inbox."""
