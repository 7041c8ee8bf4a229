"""The module through which models stored in MLflow are loaded: `runner.model`."""

from runner.runs.model import Model, _load_pyfunc, load_model, model_of

__all__ = ["Model", "_load_pyfunc", "load_model", "model_of"]
