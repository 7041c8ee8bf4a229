"""Settings of a search: validated before anything trains, and part of what a plan keeps."""

import pytest

from runner.runs.search_settings import ConfirmSettings, RandomSearch, TpeSearch
from runner.runs.settings import Settings, read_settings
from tests.runner.building import config_of


def read(*typed: str):
    return read_settings(config_of(*typed), typed, typed)


def test_without_a_search_there_are_no_settings_of_one():
    assert read("seed=1").search is None


def test_a_search_is_read_with_what_was_typed():
    found = read("search=random", "search.runs=50", "search.confirm.seeds=20", "search.over_seeds=worst")
    confirm = ConfirmSettings(settings=5, seeds=20)
    assert found.search == RandomSearch(runs=50, over_seeds="worst", confirm=confirm, seed=0, digits=3)
    assert read("search=tpe", "search.generation=7").search == TpeSearch(generation=7)


@pytest.mark.parametrize("name", ["random", "tpe"])
def test_a_plan_keeps_its_search_and_reads_it_again(name):
    found = read(f"search={name}", "search.seed=3")
    assert Settings.model_validate(found.planned()).search == found.search


def test_a_plan_of_before_there_were_searches_has_none():
    kept = read("seed=1").planned()
    del kept["search"]
    assert Settings.model_validate(kept).search is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("search.runs=0", "search.runs must be >= 1, got 0"),
        ("search.runs=1.5", "search.runs must be a whole number, got 1.5"),
        ("search.over_seeds=best", "search.over_seeds must be 'mean', 'median' or 'worst', got 'best'"),
        ("search.confirm.settings=-1", "search.confirm.settings must be >= 0, got -1"),
        ("search.confirm.seeds=5", "search.confirm.seeds must be >= 6, got 5"),
        ("search.seed=-1", "search.seed must be >= 0, got -1"),
        ("search.digits=16", "search.digits must be <= 15, got 16"),
        ("search.generation=1", "search.generation must be >= 2, got 1"),
        ("search.name=grid", "search must be one of random, tpe, got "),
    ],
)
def test_a_wrong_setting_of_a_search_is_a_problem_with_its_override(typed, told):
    (problem,) = read("search=tpe", typed)
    assert str(problem).startswith(told)
    assert problem.origin == f"from the override {typed}"
