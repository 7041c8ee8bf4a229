"""The first result: one run by the command line, beside the import of Hydra, NumPy and MLflow's client."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.markdown import markdown
from benchmarks.programs import timed

IMPORTS = "import hydra, numpy; from mlflow.tracking import MlflowClient"
OPEN = f"{IMPORTS}; MlflowClient('sqlite:///mlflow.db').search_experiments()"
PROGRAMS = (
    ("import Hydra, NumPy and MLflow's client", ("-c", IMPORTS)),
    ("the same, and open an existing store: the floor", ("-c", OPEN)),
    ("python -m runner, existing store", ("-m", "runner")),
    ("python -m runner --help", ("-m", "runner", "--help")),
    ("python -m runner --cfg job", ("-m", "runner", "--cfg", "job")),
)


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time."""
    repeats, programs = (1, PROGRAMS[1:2]) if quick else (5, PROGRAMS)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fresh = timed(("-m", "runner"), folder).seconds
        times: dict[str, list[float]] = {name: [] for name, _ in programs}
        for _ in range(repeats):
            for name, arguments in programs:
                times[name].append(timed(arguments, folder).seconds)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    medians["python -m runner, new folder (MLflow makes its tables)"] = fresh
    floor = medians[PROGRAMS[1][0]]
    rows = [[name, f"{seconds:.2f}", f"{seconds / floor:.2f}"] for name, seconds in medians.items()]
    yield f"First result:\n\n{markdown(['program', 'seconds', 'of the floor'], rows)}\n"
