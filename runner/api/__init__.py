"""The Python API: the calls do what the command line does, and return the result as an object."""
