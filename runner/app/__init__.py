"""The Hydra application: from what is typed to the jobs of a sweep."""
