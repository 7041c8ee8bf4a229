"""The jobs of a grid: combinations of keys, of zips, and of grids one after another."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode

from runner.app.grids import dimensions, jobs_of
from runner.base.errors import UserError
from tests.runner.app.test_zipped import PAIRED, ROWS
from tests.runner.building import loader, master

TWO = "hydra.sweeper.grids=[{optimizer: sgd, learning_rate: '0.1,1'}, {optimizer: adam}]"
OF_TWO = [("optimizer=sgd", "learning_rate=0.1"), ("optimizer=sgd", "learning_rate=1"), ("optimizer=adam",)]


def jobs(*texts: str) -> list[tuple[str, ...]]:
    """The jobs of a command line."""
    of_hydra = [text for text in texts if text.startswith("hydra")]
    config = loader().load_configuration("config", of_hydra, RunMode.MULTIRUN)
    parser = OverridesParser.create(config_loader=loader())
    parsed = parser.parse_overrides([text for text in texts if text not in of_hydra])
    return [tuple(job) for job in jobs_of(parsed, loader(), config)]


def test_every_combination_is_a_job_in_the_order_of_hydra():
    assert jobs("seed=range(2)", "data=xor", "activation=tanh,relu") == [
        ("seed=0", "data=xor", "activation=tanh"),
        ("seed=0", "data=xor", "activation=relu"),
        ("seed=1", "data=xor", "activation=tanh"),
        ("seed=1", "data=xor", "activation=relu"),
    ]
    assert jobs("seed=0,1", "seed=7") == [("seed=7",)]


def test_a_zip_is_one_dimension_and_its_name_is_no_override():
    assert jobs(PAIRED, "seed=range(3)") == [(*row, f"seed={seed}") for row in ROWS for seed in range(3)]
    assert len(jobs(PAIRED, "other=zip(data=[xor,sine],activation=[tanh,relu])", "seed=range(2)")) == 8


def test_a_zip_that_is_typed_replaces_that_of_a_sweep_file_with_its_name():
    written = "zip(a=[1,2],b=[1,2])"
    config = loader().load_configuration("config", [], RunMode.MULTIRUN)
    config.hydra.sweeper.params = {"pair": written}
    parsed = OverridesParser.create(config_loader=loader()).parse_overrides([f"pair={written}", PAIRED])
    assert dimensions(parsed, loader(), config) == [[*ROWS]]


def test_the_dimensions_of_a_sweep_are_rows_of_overrides():
    parsed = OverridesParser.create(config_loader=loader()).parse_overrides([PAIRED, "seed=1,2", "data=xor"])
    assert dimensions(parsed, loader(), master()) == [[*ROWS], [("seed=1",), ("seed=2",)], [("data=xor",)]]


def test_grids_come_one_after_another_each_with_all_else():
    assert jobs(TWO, "seed=range(2)") == [(*row, f"seed={seed}") for row in OF_TWO for seed in range(2)]
    zipped = f'hydra.sweeper.grids=[{{pair: "{PAIRED.partition("=")[2]}"}}, {{optimizer: rmsprop}}]'
    assert jobs(zipped) == [*ROWS, ("optimizer=rmsprop",)]
    assert jobs("hydra.sweeper.grids=[{}, {optimizer: adam}]") == [(), ("optimizer=adam",)]
    assert jobs("hydra.sweeper.grids=[]", "seed=1") == [("seed=1",)]


def test_a_grid_may_have_numbers_and_lists_that_are_no_text_as_params_may():
    found = jobs("hydra.sweeper.grids=[{learning_rate: 0.5, training.restore_best: true}, {network.hidden: [8, 8]}]")
    assert found == [("learning_rate=0.5", "training.restore_best=True"), ("network.hidden=[8,8]",)]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ((PAIRED, "learning_rate=1"), f"learning_rate is set by {PAIRED}, so learning_rate=1 cannot set it too"),
        (("optimizer=sgd,adam", PAIRED), f"optimizer is set by {PAIRED}, so optimizer=sgd,adam cannot set it too"),
        ((PAIRED, "++optimizer=sgd"), f"optimizer is set by {PAIRED}, so ++optimizer=sgd cannot set it too"),
        ((PAIRED, f"b{PAIRED}"), f"is set by b{PAIRED}, so {PAIRED} cannot set it too"),
        ((TWO, "optimizer=sgd"), "optimizer is set by hydra.sweeper.grids, so optimizer=sgd cannot set it too"),
        ((TWO, PAIRED), f"is set by hydra.sweeper.grids, so {PAIRED} cannot set it too"),
        ((PAIRED.replace("pair", "seed"),), "seed is a setting, so it cannot be the name of a zip: seed=zip("),
        ((PAIRED.replace("pair", "case"),), "case is a setting, so it cannot be the name of a zip: case=zip("),
        ((PAIRED, "pair=zip(a=[1,2],b=[1,2])"), "pair is the name of two zips; give each its own"),
        (("hydra.sweeper.grids=[{seed: '1,2'}]",), "in hydra.sweeper.grids, seed crosses with every setting, as"),
        (("hydra.sweeper.grids=[{sweep: depth}]",), "in hydra.sweeper.grids, sweep is the same for all jobs"),
        (("seed=range(2000)", "learning_rate=range(2000)"), "this sweep would have more than 1,000,000 runs"),
        (("seed=range(2000000)",), "this sweep would have more than 1,000,000 runs"),
        (("seed=range(0)",), "the override seed=range(0) has no values to sweep over"),
        (("sweep=depth,as_given",), "names several; run one at a time"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_together_is_refused_with_the_key_and_what_sets_it(texts, told):
    with pytest.raises(UserError) as caught:
        jobs(*texts)
    assert told in str(caught.value)
