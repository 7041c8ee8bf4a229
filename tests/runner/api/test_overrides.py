"""Keywords of a call become the overrides that a person would type, and Hydra reads the same values back."""

from pathlib import Path

import numpy as np
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from runner.api.overrides import overrides_of
from runner.base.errors import UserError


@pytest.mark.parametrize(
    ("settings", "texts", "swept"),
    [
        ({"data": "xor"}, ["data=xor"], []),
        ({"seed": {10, 9}}, ["seed=9,10"], ["seed"]),
        ({"seed": {"a", 2.5, None, 1}}, ["seed=1,2.5,null,a"], ["seed"]),
        ({"activation": ["sigmoid", "tanh"]}, ["activation=sigmoid,tanh"], ["activation"]),
        ({"activation": ("sigmoid", "tanh")}, ["activation=sigmoid,tanh"], ["activation"]),
        ({"activation": ["tanh"]}, ["activation=tanh"], ["activation"]),
        ({"seed": range(20)}, ["seed=range(20)"], ["seed"]),
        ({"seed": range(2, 8, 3)}, ["seed=range(2,8,3)"], ["seed"]),
        ({"learning_rate": np.array([0.1, 1.0])}, ["learning_rate=0.1,1.0"], ["learning_rate"]),
        ({"learning_rate": np.float64(0.5)}, ["learning_rate=0.5"], []),
        ({"network": {"hidden": [2, 4]}}, ["network.hidden=[2,4]"], []),
        ({"network": {"hidden": [[2], [4]]}}, ["network.hidden=[2],[4]"], ["network.hidden"]),
        ({"network": {"hidden": [[], [4]]}}, ["network.hidden=[],[4]"], ["network.hidden"]),
        ({"network": {"hidden": np.array([[2, 2], [4, 4]])}}, ["network.hidden=[2,2],[4,4]"], ["network.hidden"]),
        (
            {"network": {"target_range": ["auto", [0, 1]]}},
            ["network.target_range=auto,[0,1]"],
            ["network.target_range"],
        ),
        ({"network": {"target_range": [0, 1]}}, ["network.target_range=[0,1]"], []),
        ({"network.hidden": [[2], [4]]}, ["network.hidden=[2],[4]"], ["network.hidden"]),
        ({"test": {"probes": [[0.0], [1.0]]}}, ["test.probes=[[0.0],[1.0]]"], []),
        ({"fault": ["missing_factor", "none"]}, ["fault=[missing_factor,none]"], []),
        ({"fault": [["missing_factor"], ["none"]]}, ["fault=[missing_factor],[none]"], ["fault"]),
        ({"data": {"name": "sine", "domain": [-1, 1]}}, ["data=sine", "data.domain=[-1,1]"], []),
        ({"data": {"name": "sine", "noise": [0, 0.1]}}, ["data=sine", "data.noise=0,0.1"], ["data.noise"]),
        ({"optimizer": {"beta1": 0.8, "name": "adam"}}, ["optimizer=adam", "optimizer.beta1=0.8"], []),
        ({"modules": ["my_parts", "more"]}, ["modules=[my_parts,more]"], []),
        ({"training": {"patience": None}}, ["training.patience=null"], []),
        ({"training": {"restore_best": True}}, ["training.restore_best=true"], []),
        ({"data.path": Path("a b.csv")}, ["data.path='a b.csv'"], []),
        ({"warm_start": [{"samples": 5}]}, ["warm_start=[{samples:5}]"], []),
        ({"search": {"name": "random", "runs": 40}}, ["search=random", "search.runs=40"], []),
    ],
)  # fmt: skip
def test_keywords_become_what_a_person_would_type(settings, texts, swept):
    assert overrides_of(settings) == (texts, swept)


NEEDS = "needs a number, a text, true or false, None, or lists of these, got a"
APART = "optimizer has a dictionary among its values; sweep over names, and over their settings separately"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"activation": []}, "activation has no values to sweep over"),
        ({"seed": range(0)}, "seed has no values to sweep over"),
        ({"activation": lambda z: z}, f"activation {NEEDS} function"),
        ({"learning_rate": [1j]}, f"learning_rate {NEEDS} complex"),
        ({"optimizer": [{"name": "adam"}, "sgd"]}, APART),
    ],
)
def test_what_no_setting_can_be_is_refused_in_a_sentence(settings, sentence):
    with pytest.raises(UserError) as raised:
        overrides_of(settings)
    assert str(raised.value) == sentence


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())


@given(st.one_of(VALUES, st.lists(VALUES, max_size=3)))
def test_hydra_reads_back_every_value_of_a_key_that_holds_lists(value):
    (text,), swept = overrides_of({"fault": value})
    assert (OverridesParser.create().parse_override(text).value(), swept) == (value, [])


@given(st.lists(VALUES, min_size=2, max_size=4))
def test_hydra_reads_back_every_value_of_a_sweep(values):
    (text,), _ = overrides_of({"learning_rate": values})
    jobs = OverridesParser.create().parse_override(text).sweep_string_iterator()
    assert [OverridesParser.create().parse_override(f"learning_rate={job}").value() for job in jobs] == values
