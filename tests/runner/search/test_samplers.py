"""What samplers ask: distinct settings, evenly where nothing is known, the same ones wherever and whenever they ask."""

import json
import math
import os
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from runner.base.errors import UserError
from runner.runs.search_settings import RandomSearch, TpeSearch
from runner.search.samplers import Sampler, sampler_of
from tests.runner.search.spaces import LOG_RATE, MOMENTUM, RATE, numbers_of, space_of

MIXED = (LOG_RATE, "activation=tanh,relu,elu", "network.hidden=[2],[4],[8],[16]", "optimizer=sgd,momentum", MOMENTUM)
FINITE = (
    "activation=tanh,relu,elu",
    "training.epochs=int(interval(1,4))",
    "optimizer=sgd,momentum",
    "optimizer.momentum=0.5,0.9",
)
SEARCHES = {"random": RandomSearch(), "tpe": TpeSearch(generation=10)}
PROGRAM = """
import json
from tests.runner.search.test_samplers import MIXED, SEARCHES, replayed, sampler_of, space_of

print(json.dumps({name: replayed(sampler_of(one, space_of(*MIXED)), 5) for name, one in SEARCHES.items()}))
"""


def sampler(name: str, *typed: str) -> Sampler:
    return sampler_of(SEARCHES[name], space_of(*typed))


def score(setting: tuple[str, ...]) -> float:
    """Best for tanh at a learning rate of 0.03."""
    values = dict(one.split("=") for one in setting)
    return abs(math.log10(float(values.get("learning_rate", 1)) / 0.03)) + (values.get("activation") != "tanh")


def replayed(one: Sampler, generations: int) -> list[list[list[str]]]:
    """What a sampler asks, given the scores of each generation."""
    asked = []
    for _ in range(generations):
        asked.append(one.ask(10))
        one.tell([(setting, score(setting)) for setting in asked[-1]])
    return [[list(setting) for setting in generation] for generation in asked]


@pytest.mark.parametrize("name", SEARCHES)
def test_settings_are_distinct_and_as_many_as_asked(name):
    generations = replayed(sampler(name, *MIXED), 8)
    asked = [tuple(setting) for generation in generations for setting in generation]
    assert len(asked) == len(set(asked)) == 80


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_a_finite_space_is_asked_to_its_end_and_no_further(name, at_once):
    one, asked = sampler(name, *FINITE), []
    while found := one.ask(at_once):
        asked += found
        one.tell([(setting, score(setting)) for setting in found])
    assert len(asked) == len(set(asked)) == 3 * 4 * (1 + 2)
    assert one.ask(1) == []


@pytest.mark.parametrize("name", SEARCHES)
def test_numbers_that_are_few_after_rounding_are_all_asked(name):
    space = space_of("learning_rate=interval(0.1,0.9)", digits=1)
    asked = sampler_of(SEARCHES[name], space).ask(100)
    assert sorted(asked) == [(f"learning_rate=0.{digit}",) for digit in range(1, 10)]


@pytest.mark.parametrize("name", SEARCHES)
def test_whole_numbers_without_end_are_no_reason_to_list_them(name):
    one = sampler(name, "training.steps=int(interval(1,1e15))", "training.epochs=tag(log,int(interval(1,1e15)))")
    assert sum(len(generation) for generation in replayed(one, 3)) == 30


@pytest.mark.parametrize("name", SEARCHES)
def test_a_key_of_an_option_is_in_exactly_the_settings_that_have_this_option(name):
    for generation in replayed(sampler(name, *MIXED), 5):
        for setting in generation:
            has_key = any(one.startswith("optimizer.momentum=") for one in setting)
            assert has_key == ("optimizer=momentum" in setting)


@pytest.mark.parametrize("name", SEARCHES)
def test_another_process_with_other_hashes_asks_the_same(name):
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)[name] == replayed(sampler(name, *MIXED), 5)


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_that_is_played_again_continues_as_it_would_have(name):
    whole = replayed(sampler(name, *MIXED), 5)
    again = sampler(name, *MIXED)
    assert replayed(again, 3) == whole[:3]
    assert replayed(again, 2) == whole[3:]


@pytest.mark.parametrize("name", SEARCHES)
def test_another_seed_asks_for_other_settings(name):
    other = SEARCHES[name].model_copy(update={"seed": 1})
    assert set(sampler_of(other, space_of(*MIXED)).ask(10)).isdisjoint(sampler(name, *MIXED).ask(10))


def test_random_settings_do_not_depend_on_how_many_are_asked_at_once_or_on_scores():
    one, other = sampler("random", *MIXED), sampler("random", *MIXED)
    found = [setting for _ in range(30) for setting in one.ask(1)]
    one.tell([(found[0], 0.0)])
    assert found + one.ask(10) == other.ask(40)


def test_the_first_generation_of_tpe_is_that_of_random():
    assert sampler("tpe", *MIXED).ask(10) == sampler("random", *MIXED).ask(10)


@given(n=st.integers(1, 200), seed=st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_each_choice_comes_as_often_as_its_others_up_to_one(n, seed):
    asked = sampler_of(RandomSearch(seed=seed), space_of(LOG_RATE, *MIXED[1:3], digits=15)).ask(n)
    counts = Counter(one for setting in asked for one in setting if not one.startswith("learning_rate"))
    for key, options in (("activation", 3), ("network.hidden", 4)):
        of_key = [count for text, count in counts.items() if text.startswith(key)] + [0] * max(0, options - n)
        assert max(of_key) - min(of_key) <= 1 and len(of_key) == options


@given(n=st.integers(1, 64), seed=st.integers(0, 2**31))
@settings(max_examples=50, deadline=None)
def test_choices_alone_come_nearly_equally_often(n, seed):
    space = space_of("activation=tanh,relu,elu,gelu", "training.epochs=range(1,5)", "network.hidden=[1],[2],[3],[4]")
    asked = sampler_of(RandomSearch(seed=seed), space).ask(n)
    assert len(set(asked)) == n
    for counts in (Counter(setting[place] for setting in asked) for place in range(3)):
        assert max(counts.values()) - min([*counts.values(), *[0] * (4 - len(counts))]) <= 3


def test_random_numbers_are_even_and_those_of_a_logarithm_even_in_it():
    asked = sampler_of(RandomSearch(), space_of(LOG_RATE, "training.l2=interval(2,6)", digits=15)).ask(256)
    shares = [(math.log10(number) + 3) / 3 for number in numbers_of(asked, "learning_rate")]
    others = [(number - 2) / 4 for number in numbers_of(asked, "training.l2")]
    for found in (shares, others):
        assert kstest(found, "uniform").statistic < 0.01  # independent numbers would have about 0.05
        assert sorted(int(256 * share) for share in found) == list(range(256))


def test_tpe_finds_what_is_good_in_what_it_is_told():
    generations = replayed(sampler("tpe", *MIXED), 12)
    means = [sum(map(score, map(tuple, generation))) / 10 for generation in generations]
    assert max(means[6:]) < 0.6 * means[0]


def test_tpe_is_told_no_score_that_is_not_finite():
    one = sampler("tpe", RATE)
    (setting,) = one.ask(1)
    with pytest.raises(ValueError, match="a score must be finite, got inf for learning_rate="):
        one.tell([(setting, math.inf)])


def test_tpe_without_optuna_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.delitem(sys.modules, "runner.search.tpe", raising=False)
    with pytest.raises(UserError) as caught:
        sampler("tpe", RATE)
    told = "search=tpe needs Optuna: pip install 'small-network-runner[search]', or use search=random"
    assert str(caught.value) == told


def test_a_random_search_imports_no_optuna():
    program = "import sys; from tests.runner.search.test_samplers import *; sampler('random', RATE).ask(5); " + (
        "sys.exit('optuna' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=300).returncode == 0
