"""Messages that could not be stored, because the database was away: written to files, and stored when it is back.

entry       one message as a line of a file: encrypted, with its length and checksum
files       the files: one writer each, whole lines only, bounded; read back in order
known       which connections had which address, as this process knew it
taking      a message is written down, and its PBX answered as ever
draining    the messages become deliveries, each once, and the files go
"""
