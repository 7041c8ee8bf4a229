"""The document, and the parts of individual commands."""

from runner.runs.documents.causes import Diagnosis, Foreseen
from runner.runs.documents.parts import Number, Part, told
from runner.runs.documents.sweeps import Best, Paths, Sweep

SCHEMA = 1


class Reproduced(Part):
    """A retrained run."""

    run_id: str = told("its id in MLflow")
    name: str = told("its name")
    outcome: str = told("how it ended the first time")
    identical: bool | None = told("whether it is bit-identical; null if there were no numbers to compare")
    arrays: list[str] = told("the first arrays that differ")
    step: int | None = told("the step from which on they differ")
    relative: Number = told("the difference there, relative to the largest value")
    units: Number = told("the same in units in the last place")
    weights: Number = told("how much the final weights differ")


class Reproduction(Part):
    """The result of retraining runs."""

    runs: list[Reproduced] = told("each run")
    causes: dict[str, int] = told("what a run key covers and has changed: number of runs by cause")
    changed_files: dict[str, list[str]] = told("digests that no longer match files in the store, by run id")
    environment: dict[str, tuple[str, str]] = told("what differs on this machine: the value there, the value here")


class Array(Part):
    """The gradient of one array."""

    name: str = told("`W1`, `b1`, ...")
    shape: list[int] = told("its shape")
    right: bool | None = told("null if it could not be checked")
    verdict: str = told("in words")
    norm: Number = told("norm of the gradient by back-propagation")
    difference_norm: Number = told("norm of the central difference")


class Gradient(Part):
    """Whether the gradient is right."""

    where: str = told("what was checked")
    arrays: list[Array] = told("each array")
    notes: list[str] = told("further notes")


class Prediction(Part):
    """Predictions for the rows of a file."""

    target: str = told("the predicted column")
    rows: int = told("number of rows")
    score: str = told("the score on rows that have the target; empty without any")


class Planned(Part):
    """What `dry_run=true` would do."""

    runs: int = told("number of runs")
    stacks: int = told("number of stacks")
    workers: int = told("number of workers")
    seconds: Number = told("about how long it takes")
    memory: int = told("about how much memory, in bytes")
    disk: int = told("about how much disk space, in bytes")


class NamedSweep(Part):
    """A named sweep."""

    name: str = told("`sweep=NAME`")
    question: str = told("its question")
    runs: int = told("number of runs")
    duration: str = told("about how long it takes on two cores")
    command: str = told("the command that runs it")
    group: str = told("its group; `own` without one")


class Deletion(Part):
    """What `runner.forget` deletes."""

    title: str = told("what is deleted")
    sweep: str = told("the sweep")
    run_ids: list[str] = told("its MLflow run ids")
    deleted: bool = told("whether it was deleted")


class Pictures(Part):
    """What `runner.picture` drew."""

    added: int = told("number of pictures")
    lost: dict[str, int] = told("number of runs without a picture, by reason")


class Document(Part):
    """The document. Parts that a command does not have are null."""

    schema_: int = told(f"{SCHEMA}; changes if a field is removed or changes its meaning", alias="schema")
    version: str = told("version of this program")
    command: str = told("what was typed, without `--json`")
    exit_code: int = told("see [exit codes](#exit-codes)")
    error: str | None = told("the message of a failed command; null on success")
    resume: str | None = told("the command that trains the missing runs; null if none are missing")
    sweep: Sweep | None = told("the results of a sweep or run")
    paths: Paths | None = told("where a sweep or run is kept")
    written: list[str] | None = told("other files that the command wrote")
    best: list[Best] | None = told("`runner.best`: the best run on each data set")
    diagnosis: Diagnosis | None = told("why runs do not learn, as in `diagnosis.json` of a sweep")
    foreseen: Foreseen | None = told("`runner.diagnose --config`: what can be foreseen before training")
    planned: Planned | None = told("`dry_run=true`: what would be done")
    reproduction: Reproduction | None = told("`runner.reproduce`: which runs are bit-identical")
    gradient: Gradient | None = told("`runner.gradcheck`: whether the gradient is right")
    prediction: Prediction | None = told("`runner.predict`: what was predicted")
    named_sweeps: list[NamedSweep] | None = told("`runner.sweeps`: the named sweeps")
    deletion: Deletion | None = told("`runner.forget`: what was deleted")
    pictures: Pictures | None = told("`runner.picture`: what was drawn")
    listed: int | None = told("`runner.settings`: how many settings MLflow lists now")
