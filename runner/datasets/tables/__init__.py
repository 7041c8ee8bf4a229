"""Tables of a person: found, read, understood column by column, and turned into numbers."""
