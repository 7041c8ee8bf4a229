"""What the overrides of runs say of a sweep."""

import random

from hypothesis import given
from hypothesis import strategies as st

from runner.runs.overrides import REPLICATES, Configs, config_of, settings_of, swept_keys
from runner.runs.planned import with_seed
from tests.runner.building import plan_of, spec_of

TEXTS = [
    "seed=0",
    "seed=1",
    "+new=2",
    "new=3",
    "data.fold=1",
    "data.fold=",
    "case=",
    "case=c1",
    "~training.l2",
    "hydra.x=1",
]


@given(st.lists(st.lists(st.sampled_from(TEXTS), unique=True), max_size=5))
def test_a_key_is_swept_where_its_value_is_not_the_same_in_all_jobs_and_a_missing_one_counts_as_empty(
    jobs: list[list[str]],
) -> None:
    settings = [settings_of(job) for job in jobs]
    keys = dict.fromkeys(key for one in settings for key in one)
    varying = [key for key in keys if len({one.get(key, "") for one in settings}) > 1]
    first = [key for key in varying if key not in REPLICATES]
    assert swept_keys(jobs) == first + [key for key in REPLICATES if key in varying]


def test_the_values_of_a_key_are_those_in_the_configs_of_the_runs() -> None:
    plan = plan_of(("optimizer=adam",), ("optimizer=sgd", "seed=3"), ("seed=4",), ("data=xor",))
    runs = [(run.spec, run.overrides) for run in plan.runs]
    runs += [(with_seed(spec, 9), ("seed=9", "named=too")) for spec, _ in runs] + [(spec_of("seed=5"), ())]
    random.Random(0).shuffle(runs)
    configs, expected = Configs(iter(runs)), [config_of(*run) for run in runs]
    assert len(configs) == len(runs)
    assert set(configs.keys) == {key for one in expected for key in one}
    for key in [*configs.keys, "no.such.key"]:
        assert configs.column(key) == {place: one[key] for place, one in enumerate(expected) if key in one}
