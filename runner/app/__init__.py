"""The Hydra application: from the command line to the jobs of a sweep."""
