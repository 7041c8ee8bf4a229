"""The user's tables: finding and reading them, interpreting their columns, and encoding them as numbers."""
