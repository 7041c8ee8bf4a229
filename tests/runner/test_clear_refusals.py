"""What random configs have found: refusals that were a traceback, unreadable, or in the words of a library."""

import os

import pytest

from nn.activations import ACTIVATIONS, Activation
from runner.components import load_modules
from runner.errors import MAX_GIVEN, MAX_MESSAGE, Problem, UserError, one_line
from tests.runner.building import keys_of, plan_of, refusal, refusals


@pytest.mark.parametrize("activation", ["softmax", "clipped_softmax"])
def test_a_fault_is_not_tried_in_a_network_that_cannot_be_built(activation):
    message = refusal(f"activation={activation}", "fault=missing_factor")
    assert message.startswith(f"activation={activation} is for the output only")


def test_a_misspelt_fault_is_told_with_what_else_is_wrong():
    assert [message.partition("=")[0].split()[0] for message in refusals("fault=mising", "network.output=tnah")] == [
        "network.output", "fault",
    ]  # fmt: skip


def test_a_value_without_end_is_told_by_its_ends():
    message = refusal(f"training.mode={'x' * 5000}end")
    assert message.startswith("training.mode must be 'online', 'minibatch' or 'full', got 'xxx")
    assert " ... " in message and "end')" not in message
    assert message.endswith("xend)")
    assert len(message) < MAX_MESSAGE + 2 * MAX_GIVEN


@pytest.mark.parametrize("letter", ["\n", "\r", "\x1b", "\x00", "\u2028", "\udcff"])
def test_what_would_upset_a_terminal_is_told_by_its_code(letter):
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
def test_what_pydantic_says_of_the_wrong_type_is_told_in_a_persons_words(override, told):
    with pytest.raises(UserError) as caught:
        plan_of((override,))
    assert f"  - {told}" in str(caught.value)
    assert f"(from the override {override})" in str(caught.value)


def test_a_group_in_the_place_of_a_list_is_refused_without_the_names_of_classes():
    assert refusal("network.hidden={name:sine}") == (
        "network.hidden cannot be set: Cannot merge a group of settings with a list "
        "(from the override network.hidden={name:sine})"
    )


def test_a_module_without_a_name_that_python_can_import_is_told_in_one_line():
    with pytest.raises(UserError, match=r"^modules names 'a\\nb', which cannot be imported: .*$"):
        load_modules(["a\nb"])


@pytest.mark.parametrize("override", ["data.path={}", "network.start={}"])
def test_a_pipe_and_a_device_are_no_files(override, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, "/dev/zero"):
        message = refusal("data=csv" if "data" in override else "data=sine", override.format(path))
        assert "Not a regular file" in message


@pytest.mark.parametrize(
    ("override", "meant"),
    [
        ("epochs=10", "training.epochs"),
        ("epoch=10", "training.epochs"),
        ("+epochs=10", "training.epochs"),
        ("hidden=[4]", "network.hidden"),
        ("lr=0.1", "learning_rate"),
        ("training.lr=0.1", "learning_rate"),
        ("network.l2=0.1", "training.l2"),
    ],
)
def test_a_key_in_the_wrong_place_is_refused_with_the_one_that_was_meant(override, meant):
    key = override.lstrip("+").partition("=")[0]
    assert refusal(override) == f"{key} is not a setting (did you mean {meant}?) (from the override {override})"


@pytest.mark.parametrize(
    ("override", "advice"),
    [
        ("seed=range(3", "a parenthesis is not closed"),
        ("network.hidden=[4", "a bracket is not closed"),
        ("warm_start=[{function:bowl]", "a brace is not closed"),
        ("seed=range(3))", "a parenthesis is not opened"),
        ("data.path=a b,c:d=", "quotes may help: 'data.path=\"a b,c:d=\"'"),
    ],
)
def test_an_override_that_cannot_be_read_is_refused_with_what_its_value_lacks(override, advice):
    assert refusal(override).endswith(f"cannot be read; {advice}")


def test_one_number_of_units_is_one_hidden_layer():
    assert keys_of(("network.hidden=6",)) == keys_of(("network.hidden=[6]",))
    assert "got True" in refusal("network.hidden=true")


def test_an_output_that_no_loss_is_made_for_is_refused_in_a_whole_sentence(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS._components, "ranks", lambda: Activation(lambda z: z.argsort(axis=1) * 1.0, None))
    assert refusal("data=quadrants", "network.output=ranks", "loss=half_mse") == (
        "loss=half_mse does not go with network.output=ranks; it has no derivative, and no loss is made for it "
        "(from the override loss=half_mse)"
    )
