"""Commands that a person can paste."""

import shlex

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from runner.base.commands import command_with, written
from runner.base.typed import set_typed

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(lambda text: "${" not in text)


def read_back(text):
    return OverridesParser.create().parse_override(f"data.x={text}").value()


@given(TEXT)
def test_hydra_reads_a_text_back_as_it_is(text):
    assert str(read_back(written(text))) == text


@given(st.lists(TEXT, max_size=4))
def test_hydra_reads_a_list_of_texts_back_as_it_is(texts):
    assert [str(one) for one in read_back(written(texts))] == texts


@pytest.mark.parametrize("value", [None, True, False, 3, -999, 0.25, [1, "a"], [], "null", "1e5", "007", "inf", "True"])
def test_hydra_reads_a_value_back_with_its_type(value):
    assert read_back(written(value)) == value or str(read_back(written(value))) == value


def test_a_command_keeps_what_was_typed_but_for_what_changes():
    set_typed(["-m", "data=table", "data.path=a b.csv", "+data.drop=[x]", "seed=range(3)"])
    command = command_with({"data.drop": ["id", "a name"], "data.header": True})
    assert shlex.split(command) == [
        "python", "-m", "runner", "-m", "data=table", "data.path=a b.csv", "seed=range(3)",
        "data.drop=[id,'a name']", "data.header=true",
    ]  # fmt: skip
