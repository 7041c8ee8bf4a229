"""Results of runs that nobody had to train."""

from runner.runs.origin import DataUsed
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import spec_of

SPEC = spec_of("data=xor")


def data_of(history: dict[str, list], n_test: int = 0) -> DataUsed | None:
    """What a run with these series has used; nothing where it has none that tells a task."""
    names = {name.rpartition("/")[2] for name in history}
    task = "classification" if "accuracy" in names else "regression" if "rmse" in names else ""
    return DataUsed(task, (4, n_test), "digest") if task else None


def run(index: int, text: str, outcome: str = "stopped", tested: bool = False, **finals: float | list) -> RunResult:
    """A result with overrides in one text, and final values (or whole series) of cost, accuracy or rmse."""
    series = {name: values if isinstance(values, list) else [9.0, values] for name, values in finals.items()}
    history = {f"{part}/{name}": values for part in ("train", *["test"] * tested) for name, values in series.items()}
    if history:
        history["step"] = [float(step) for step in range(len(next(iter(history.values()))))]
    data = data_of(history, n_test=2 if tested else 0)
    return RunResult(index, f"key{index}", SPEC, Outcome(outcome), tuple(text.split()), data=data, history=history)


CLASSES = [
    run(0, "activation=tanh seed=0", cost=0.2, accuracy=0.5),
    run(1, "activation=tanh seed=1", cost=0.4, accuracy=1.0),
    run(2, "activation=tanh seed=2", "diverged", cost=1e300, accuracy=0.0),
    run(3, "activation=relu seed=0", cost=0.1, accuracy=1.0),
    run(4, "activation=relu seed=1", "converged", cost=0.3, accuracy=0.75),
    run(5, "activation=relu seed=2", "failed"),
    run(6, "activation=gelu seed=0", "failed"),
    run(7, "activation=gelu seed=1", "killed"),
    run(8, "activation=gelu seed=2", "diverged", cost=0.0, accuracy=1.0),
]
