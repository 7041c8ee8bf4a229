"""The version of this program, which runs and experiments record."""

__version__ = "1.0.0"
