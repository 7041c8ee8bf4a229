"""The document, and the parts that single commands have."""

from runner.runs.documents.causes import Diagnosis, Foreseen
from runner.runs.documents.parts import Number, Part, told
from runner.runs.documents.sweeps import Best, Paths, Sweep

SCHEMA = 1


class Reproduced(Part):
    """A run that was trained again."""

    run_id: str = told("its id in MLflow")
    name: str = told("its name")
    outcome: str = told("how it ended the first time")
    identical: bool | None = told("whether every bit is the same; null where there were no numbers to compare")
    arrays: list[str] = told("the first that differ")
    step: int | None = told("from which step on")
    relative: Number = told("by how much there, of the largest value")
    units: Number = told("in units in the last place")
    weights: Number = told("by how much weights differ at the end")


class Reproduction(Part):
    """What came out when runs were trained again."""

    runs: list[Reproduced] = told("each run")
    causes: dict[str, int] = told("what a run key covers and has changed, with the number of runs")
    changed_files: dict[str, list[str]] = told("digests that files in the store no longer have, by run id")
    environment: dict[str, tuple[str, str]] = told("what is different: there, and here")


class Array(Part):
    """The gradient of one array."""

    name: str = told("`W1`, `b1`, ...")
    shape: list[int] = told("of the array")
    right: bool | None = told("null where it could not be checked")
    verdict: str = told("in words")
    norm: Number = told("by back-propagation")
    difference_norm: Number = told("of the central difference")


class Gradient(Part):
    """Whether the gradient is right."""

    where: str = told("what was checked")
    arrays: list[Array] = told("each array")
    notes: list[str] = told("what else there is to know")


class Prediction(Part):
    """What a network says of the rows of a file."""

    target: str = told("the column that was predicted")
    rows: int = told("how many")
    score: str = told("on the rows that have the target; empty without any")


class Planned(Part):
    """What `dry_run=true` would do."""

    runs: int = told("how many")
    stacks: int = told("in how many stacks")
    workers: int = told("on how many workers")
    seconds: Number = told("about")
    memory: int = told("bytes, about")
    disk: int = told("bytes, about")


class NamedSweep(Part):
    """A named sweep."""

    name: str = told("`sweep=NAME`")
    question: str = told("what it asks")
    runs: int = told("how many")
    duration: str = told("about, on two cores")
    command: str = told("what runs it")


class Deletion(Part):
    """What `runner.forget` deletes."""

    title: str = told("what it is")
    sweep: str = told("the sweep")
    run_ids: list[str] = told("of MLflow")
    deleted: bool = told("whether it is gone")


class Pictures(Part):
    """What `runner.picture` has drawn."""

    added: int = told("how many pictures")
    lost: dict[str, int] = told("why there are none of others, with the number of runs")


class Document(Part):
    """The document. A part that a command does not have is null."""

    schema_: int = told(f"{SCHEMA}; another number where a field is gone or means something else", alias="schema")
    version: str = told("of this program")
    command: str = told("what was typed, without `--json`")
    exit_code: int = told("see [exit codes](#exit-codes)")
    error: str | None = told("the sentence that a failed command prints; null where it came to its end")
    resume: str | None = told("the command that trains what is missing; null where nothing is")
    sweep: Sweep | None = told("what a sweep or run has found")
    paths: Paths | None = told("where a sweep or run is kept")
    written: list[str] | None = told("files that the command has written, beside this one")
    best: list[Best] | None = told("`runner.best`: on each data set")
    diagnosis: Diagnosis | None = told("why runs do not learn, as in `diagnosis.json` of a sweep")
    foreseen: Foreseen | None = told("`runner.diagnose --config`: what shows before training")
    planned: Planned | None = told("`dry_run=true`")
    reproduction: Reproduction | None = told("`runner.reproduce`")
    gradient: Gradient | None = told("`runner.gradcheck`")
    prediction: Prediction | None = told("`runner.predict`")
    named_sweeps: list[NamedSweep] | None = told("`runner.sweeps`")
    deletion: Deletion | None = told("`runner.forget`")
    pictures: Pictures | None = told("`runner.picture`")
    listed: int | None = told("`runner.settings`: how many settings MLflow lists now")
