"""One run as plain data: its settings and spec, its data, its key, its result."""
