"""The application around `nn`: configs to specs, specs to stacks, stacks to MLflow and to pictures."""

__version__ = "0.1.0"
