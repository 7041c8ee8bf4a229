"""One sweep, conducted: planned, trained, kept on disk, published, resumed."""
