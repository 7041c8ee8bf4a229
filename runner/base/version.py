"""The version of this program, which runs and experiments carry."""

__version__ = "0.1.0"
