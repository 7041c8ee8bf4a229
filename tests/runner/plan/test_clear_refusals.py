"""What random configs have found: refusals that were a traceback, unreadable, or in the words of a library."""

import io
import os
import sys

import numpy as np
import pytest

from nn.activations import ACTIVATIONS, Activation
from runner.base.errors import MAX_MESSAGE, Problem, UserError, one_line
from runner.datasets.tables.sources import kept_input
from runner.runs.components import load_modules
from runner.runs.spec import from_plain, to_plain
from tests.runner.building import keys_of, plan_of, refusal, refusals, spec_of


@pytest.mark.parametrize("activation", ["softmax", "clipped_softmax"])
def test_a_fault_is_not_tried_in_a_network_that_cannot_be_built(activation):
    message = refusal(f"activation={activation}", "fault=missing_factor")
    assert message.startswith(f"activation={activation} is for the output only")


def test_a_misspelt_fault_is_reported_with_what_else_is_wrong():
    assert [message.partition("=")[0].split()[0] for message in refusals("fault=mising", "network.output=tnah")] == [
        "network.output", "fault",
    ]  # fmt: skip


def test_an_endless_value_is_shown_by_its_ends():
    message = refusal(f"training.mode={'x' * 5000}end")
    assert message.startswith("training.mode must be 'online', 'minibatch' or 'full', got 'xxx")
    assert " ... " in message
    assert message.endswith("xend'")
    assert len(message) < MAX_MESSAGE


@pytest.mark.parametrize("letter", ["\n", "\r", "\x1b", "\x00", "\u2028", "\udcff"])
def test_what_would_upset_a_terminal_is_shown_by_its_code(letter):
    assert one_line(f"a{letter}b") == f"a{letter!r}b".replace("'", "")
    assert str(Problem(f"a{letter}", f"b{letter}", f"c{letter}")).isprintable()


def test_text_that_a_terminal_can_show_is_left_as_it_is():
    assert one_line("ünïcödé ☃ 'quoted' \\") == "ünïcödé ☃ 'quoted' \\"


def test_an_override_with_a_line_break_makes_one_line():
    assert len(refusal('cost="two\nlines"').splitlines()) == 1


@pytest.mark.parametrize(
    ("override", "told"),
    [("strict=7", "strict must be true or false, got 7"), ("expect=7", "expect must map names to values")],
)
def test_what_pydantic_says_of_the_wrong_type_is_reported_in_plain_words(override, told):
    with pytest.raises(UserError) as caught:
        plan_of((override,))
    assert f"  - {told}" in str(caught.value)


def test_a_group_in_the_place_of_a_list_is_refused_without_the_names_of_classes():
    assert refusal("data.domain={name:sine}") == (
        "data.domain cannot be set: Cannot merge a group of settings with a list"
    )


def test_a_module_without_a_name_that_python_can_import_is_reported_in_one_line():
    with pytest.raises(UserError, match=r"^modules names 'a\\nb', which cannot be imported: .*$"):
        load_modules(["a\nb"])


def test_a_file_in_the_place_of_a_module_is_answered_with_the_module():
    with pytest.raises(UserError, match=r"^modules names './parts.py', a file; give the name of its module, parts$"):
        load_modules(["./parts.py"])


@pytest.mark.parametrize("override", ["data.path={}", "network.start={}"])
def test_a_pipe_and_a_device_are_no_files(override, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, "/dev/zero"):
        message = refusal("data=csv" if "data" in override else "data=sine", override.format(path))
        assert "Not a regular file" in message or "is a pipe or a device" in message


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("seed=range(3", "a parenthesis is not closed: ) is missing"),
        ("network.hidden=[6", "a bracket is not closed: ] is missing"),
        ("warm_start=[{function:bowl]", "a bracket is closed that was not opened: ]"),
        ("expect={a:b", "a brace is not closed: } is missing"),
        ("data.path='a(b", "a quote is not closed: ' is missing"),
        ("learning_rate=0.1)", "a parenthesis is closed that was not opened: )"),
        ("data.path=a,b=c", """quotes may help: 'data.path="a,b=c"'"""),
        ("foo", "it needs the form key=value, such as foo=VALUE"),
    ],
)
def test_an_override_that_cannot_be_read_is_reported_with_what_is_open_in_it(override, told):
    assert refusal(override) == f"the override {override!r} cannot be read; {told}"


@pytest.mark.parametrize(
    ("override", "meant"),
    [
        ("epochs=10", "training.epochs"),
        ("hidden=[4]", "network.hidden"),
        ("lr=0.1", "learning_rate"),
        ("batch=8", "training.batch_size"),
        ("training.learning_rate=0.1", "learning_rate"),
        ("network.hiden=[4]", "hidden"),
        ("samples=9", "data.samples"),
    ],
)
def test_a_key_of_another_group_is_answered_with_its_whole_name(override, meant):
    assert f"is not a setting (did you mean {meant}?)" in refusal(override)


def test_an_output_without_a_loss_of_its_own_is_not_answered_with_an_empty_advice(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS._components, "sparse", lambda: Activation(np.abs, None, (0.0, 1.0)))
    message = refusal("data=xor", "network.output=sparse", "loss=half_mse")
    assert "does not go with network.output=sparse; no loss is registered with only_output='sparse'" in message


def test_a_number_for_the_hidden_layers_is_the_same_run_as_a_list_of_it():
    assert spec_of("network.hidden=6") == spec_of("network.hidden=[6]")
    assert len(set(keys_of(("network.hidden=7",), ("network.hidden=[7]",)))) == 1
    assert refusal("network.hidden=0").startswith("network.hidden[0] must be > 0, got 0")
    assert refusal("network.hidden=true").startswith("network.hidden must be a list, such as [4] or [6,4], got True")


@pytest.mark.parametrize(
    ("kind", "word"), [("data", "data set"), ("activation", "activation"), ("init", "initializer"), ("loss", "loss")]
)
def test_a_stored_run_whose_part_is_gone_says_which_and_what_to_do(kind, word):
    plain = to_plain(spec_of())
    plain[kind]["name"] = "helix"
    with pytest.raises(UserError, match=rf"^this needs the {word} 'helix', which is not registered here: .*modules="):
        from_plain(plain)


def test_an_empty_standard_input_is_reported_once(monkeypatch):
    kept_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert refusal("data=table", "data.path=-").startswith(
        "data.path is -, so the table is read from standard input, which is empty"
    )
