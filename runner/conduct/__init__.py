"""One sweep from start to end: planned, trained, kept on disk, published, resumed."""
