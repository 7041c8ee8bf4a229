"""Where results are kept: the folder of a sweep, and MLflow, which is known only here."""
