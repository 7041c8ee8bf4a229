"""The parts of the document that say what a sweep or run has found, and where it is."""

from runner.runs.documents.parts import Number, Part, told


class Score(Part):
    """Over the finished runs of a setting."""

    mean: Number = told("mean")
    std: Number = told("standard deviation")
    median: Number = told("median")
    low: Number = told("10th percentile")
    high: Number = told("90th percentile")


class Setting(Part):
    """A setting of a sweep; a single run is one too."""

    rank: int = told("its place, 1 for the best")
    name: str = told("what it is called")
    values: dict[str, str] = told("each swept key and what was typed for it, without seed and fold")
    runs: int = told("how many runs it has")
    finished: int = told("how many of them finished; only these are in the scores")
    seeds: list[int] = told("their seeds")
    scores: dict[str, Score] = told(
        "by name: the one that ranks first, the cost last; `validation rmse` and `test rmse` where both are there"
    )
    success: Number = told("share of the runs that are better than what needs no network")
    solved: Number = told("share of the runs that solve the data set, where that is known")
    no_better_than: str | None = told("what needs no network and is not beaten")


class Baseline(Part):
    """What needs no network."""

    name: str = told("`constant`, `linear`, `logistic` or `bayes`")
    score: str = told("the metric")
    part: str = told("the samples that it is measured on")
    value: Number = told("mean")
    std: Number = told("over runs that trained on other rows")


class Confirmed(Part):
    """The best setting on seeds that took no part in choosing it."""

    setting: str = told("its name")
    score: str = told("the metric")
    over: str = told("what counts of its seeds: `mean`, `median` or `worst`")
    value: Number = told("on fresh seeds")
    low: Number = told("of its 95 % interval")
    high: Number = told("of its 95 % interval")
    seeds: list[int] = told("the fresh seeds")
    searched: Number = told("the score that it was chosen for")
    default: Number = told("what the default setting reaches on the same seeds")
    is_default: bool = told("whether it is the default setting")
    p: Number = told("of the difference to the default setting")
    beats_default: bool = told("whether it is better, and chance does not explain that")


class Best(Part):
    """The best run of the best setting on a data set."""

    data: str = told("the data set; empty where there is one")
    setting: str = told("the setting")
    run: int = told("index of the run")
    run_id: str = told("its id in MLflow; empty without one")
    command: str = told("what trains it")


class OnData(Part):
    """What was found on one data set."""

    data: str = told("the data set; empty where there is one")
    score: str = told("the metric that ranks; empty where no run was trained")
    better: str = told("`higher` or `lower`")
    baselines: list[Baseline] = told("what needs no network")
    settings: list[Setting] = told("all settings, best first")
    best: Best | None = told("null where no run finished")
    confirmed: Confirmed | None = told("after a search or `runner.confirm`")


class Run(Part):
    """A run."""

    index: int = told("its number in the sweep")
    name: str = told("what differs")
    run_id: str = told("its id in MLflow; empty without one")
    run_key: str = told("equal keys, equal results")
    overrides: list[str] = told("what was typed for it")
    data: str = told("the data set")
    seed: int = told("its seed")
    role: str = told("`search`, or on fresh seeds `choose`, `confirm` or `default`")
    outcome: str = told("`stopped`, `converged`, `diverged`, `pruned`, `failed` or `killed`")
    last_step: int = told("updates that its numbers come from")
    seconds: Number = told("of training")
    finals: dict[str, Number] = told("final values by name: `test/cost`, `baseline/constant_accuracy`, ...")
    error: str | None = told("the first line of a failed run's error")


class Cause(Part):
    """Runs with one cause, as the sweep says it when it ends."""

    runs: list[int] = told("their indices")
    cause: str = told("with its certainty and code; `confirmed` where a fix helped on fresh seeds")
    settings: str = told("which settings explain it")
    evidence: list[str] = told("what was measured")
    tried: list[str] = told("what fixes did where they were trained")
    to_try: list[str] = told("commands")
    to_do: str = told("what to look at where no command would help")
    page: str = told("where more is written")
    is_flaw: bool = told("whether the runs do as well as their data allow all the same")


class Verdict(Part):
    """An expectation."""

    sentence: str = told("what was expected")
    inequality: str = told("the same as an inequality")
    holds: bool | None = told("null where it cannot be judged")
    found: str = told("what came out")


class Sweep(Part):
    """A sweep, or a run that stands alone."""

    name: str = told("its name")
    id: str = told("its name in `outputs/`")
    question: str = told("of a named sweep")
    command: str = told("what started it")
    keys: list[str] = told("the settings that differ, fold and seed last")
    mlflow_id: str = told("of the parent run, or of the run itself; empty without one")
    outcomes: dict[str, int] = told("how many runs came to which end")
    answer: list[str] = told("what came out, in sentences")
    on: list[OnData] = told("what was found on each data set")
    runs: list[Run] = told("all runs, those on fresh seeds last")
    causes: list[Cause] = told("why runs do not learn, where that was looked at")
    verdicts: list[Verdict] = told("of `expect`")


class Paths(Part):
    """Where it is kept."""

    folder: str = told("in `outputs/`")
    store: str = told("the store, without its password")
    page: str = told("the address of its page in MLflow; `mlflow ui` opens a local store there")
    report: str | None = told("the report as a file, if on this machine")
    explorer: str | None = told("the page that shows it learning, if on this machine")
