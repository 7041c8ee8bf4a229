"""The parts of the document about the results of a sweep or run, and where they are kept."""

from runner.runs.documents.parts import Number, Part, told


class Score(Part):
    """Statistics over the finished runs of a setting."""

    mean: Number = told("mean")
    std: Number = told("standard deviation")
    median: Number = told("median")
    low: Number = told("10th percentile")
    high: Number = told("90th percentile")


class Setting(Part):
    """A setting of a sweep; a single run is one too."""

    rank: int = told("its rank, 1 for the best")
    name: str = told("its name")
    values: dict[str, str] = told("each swept key, except seed and fold, and its value as typed")
    runs: int = told("number of runs")
    finished: int = told("how many of them finished; only these count in the scores")
    seeds: list[int] = told("their seeds")
    scores: dict[str, Score] = told(
        "by name: first the one that ranks, last the cost; `validation rmse` and `test rmse` if both exist"
    )
    success: Number = told("share of the runs that beat the baselines")
    solved: Number = told("share of the runs that solve the data set, if that is defined")
    no_better_than: str | None = told("the baseline that is not beaten")


class Baseline(Part):
    """A predictor that needs no network."""

    name: str = told("`constant`, `linear`, `logistic` or `bayes`")
    score: str = told("the metric")
    part: str = told("the samples it is measured on")
    value: Number = told("mean")
    std: Number = told("standard deviation over runs with different training rows")


class Confirmed(Part):
    """The best setting on seeds that played no part in choosing it."""

    setting: str = told("its name")
    score: str = told("the metric")
    over: str = told("how its seeds are combined: `mean`, `median` or `worst`")
    value: Number = told("the score on fresh seeds")
    low: Number = told("lower end of its 95 % interval")
    high: Number = told("upper end of its 95 % interval")
    seeds: list[int] = told("the fresh seeds")
    searched: Number = told("the score it was chosen for")
    default: Number = told("the score of the default setting on the same seeds")
    is_default: bool = told("whether it is the default setting")
    p: Number = told("p-value of the difference from the default setting")
    beats_default: bool = told("whether it is significantly better")


class Best(Part):
    """The best run of the best setting on a data set."""

    data: str = told("the data set; empty if there is only one")
    setting: str = told("the setting")
    run: int = told("index of the run")
    run_id: str = told("its id in MLflow; empty without one")
    command: str = told("the command that trains it")


class OnData(Part):
    """The results on one data set."""

    data: str = told("the data set; empty if there is only one")
    score: str = told("the metric that ranks; empty if no run was trained")
    better: str = told("`higher` or `lower`")
    baselines: list[Baseline] = told("the baselines")
    settings: list[Setting] = told("all settings, best first")
    best: Best | None = told("null if no run finished")
    confirmed: Confirmed | None = told("after a search or `runner.confirm`")


class Run(Part):
    """A run."""

    index: int = told("its index in the sweep")
    name: str = told("what differs from the other runs")
    run_id: str = told("its id in MLflow; empty without one")
    run_key: str = told("equal keys, equal results")
    overrides: list[str] = told("its overrides")
    data: str = told("the data set")
    seed: int = told("its seed")
    role: str = told("`search`, or on fresh seeds `choose`, `confirm` or `default`")
    outcome: str = told("`stopped`, `converged`, `diverged`, `pruned`, `failed` or `killed`")
    last_step: int = told("the update after which its numbers were measured")
    seconds: Number = told("training time in seconds")
    finals: dict[str, Number] = told("final values by name: `test/cost`, `baseline/constant_accuracy`, ...")
    error: str | None = told("the first line of a failed run's error")


class Cause(Part):
    """Runs with one cause, as the sweep reports it at its end."""

    runs: list[int] = told("their indices")
    cause: str = told("with its certainty and code; `confirmed` if a fix helped on fresh seeds")
    settings: str = told("which settings explain it")
    evidence: list[str] = told("what was measured")
    tried: list[str] = told("what the trained fixes changed")
    to_try: list[str] = told("commands to try")
    to_do: str = told("what to look at if no command would help")
    page: str = told("where to read more")
    is_flaw: bool = told("whether the runs still do as well as their data allow")


class Verdict(Part):
    """The outcome of an expectation."""

    sentence: str = told("what was expected")
    inequality: str = told("the same as an inequality")
    holds: bool | None = told("null if it cannot be judged")
    found: str = told("what was found")


class Sweep(Part):
    """A sweep, or a single run."""

    name: str = told("its name")
    id: str = told("the name of its folder in `outputs/`")
    question: str = told("the question of a named sweep")
    command: str = told("the command that started it")
    keys: list[str] = told("the settings that differ, fold and seed last")
    mlflow_id: str = told("MLflow id of the parent run, or of the run itself; empty without one")
    outcomes: dict[str, int] = told("number of runs by outcome")
    answer: list[str] = told("the answer, in sentences")
    on: list[OnData] = told("the results on each data set")
    runs: list[Run] = told("all runs, those on fresh seeds last")
    causes: list[Cause] = told("why runs do not learn, if that was diagnosed")
    verdicts: list[Verdict] = told("the outcome of each expectation (`expect`)")


class Paths(Part):
    """Where a sweep or run is kept."""

    folder: str = told("its folder in `outputs/`")
    store: str = told("the store, without a password")
    page: str = told("the address of its page in MLflow; `mlflow ui` opens a local store there")
    report: str | None = told("the report as a file, if on this machine")
    explorer: str | None = told("the explorer page as a file, if on this machine")
