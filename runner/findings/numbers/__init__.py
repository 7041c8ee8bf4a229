"""The numbers of a sweep: scores, tables, curves, effects, the answer and whether chance could have made it."""
