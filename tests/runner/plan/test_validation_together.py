"""What only makes sense together: loss with output with task, batches with data."""

import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from runner.base.errors import UserError
from runner.plan.phases import Checked
from runner.plan.plan import make_plan
from tests.runner.building import blames, build, composer, plan_of, refusal, spec_of

ELEMENTWISE = [name for name in ACTIVATIONS if ACTIVATIONS[name]().derivative is not None]
OUTPUT_ONLY = [name for name in ACTIVATIONS if name not in ELEMENTWISE]
TIED = [(name, LOSSES[name]()) for name in LOSSES if LOSSES[name]().only_output]


@pytest.mark.parametrize("output", OUTPUT_ONLY)
def test_an_output_over_classes_is_refused_for_a_regression(output):
    message = refusal("data=sine", f"network.output={output}")
    assert message == (f"network.output={output} needs classes to choose from, but data=sine is a regression")


@pytest.mark.parametrize("data", ["sine", "xor"])
@pytest.mark.parametrize("activation", OUTPUT_ONLY)
def test_an_activation_that_is_not_elementwise_is_refused_in_hidden_layers(activation, data):
    message = refusal(f"data={data}", f"activation={activation}")
    assert message == (f"activation={activation} is for the output only; say network.output={activation}")


@pytest.mark.parametrize("loss", [name for name in LOSSES if LOSSES[name]().only_task == "classification"])
def test_a_loss_for_classes_is_refused_for_a_regression(loss):
    message = refusal("data=square", f"loss={loss}")
    assert message == (f"loss={loss} is for a classification, but data=square is a regression")


@pytest.mark.parametrize(
    ("loss", "needed", "output"),
    [(name, loss.only_output, output) for name, loss in TIED for output in ACTIVATIONS if output != loss.only_output],
)
def test_a_loss_that_belongs_to_one_output_is_refused_with_another(loss, needed, output):
    message = refusal("data=xor", f"loss={loss}", f"network.output={output}")
    assert message == (f"loss={loss} needs network.output={needed}, got network.output={output}")


@pytest.mark.parametrize("output", OUTPUT_ONLY)
def test_half_mse_is_refused_with_an_output_that_has_no_derivative_and_the_fitting_loss_is_named(output):
    message = refusal("data=xor", "loss=half_mse", f"network.output={output}")
    fitting = " or ".join(f"loss={name}" for name, loss in TIED if loss.only_output == output)
    assert message == (f"loss=half_mse does not go with network.output={output}; use {fitting}")


@pytest.mark.parametrize("data", ["sine", "xor", "quadrants"])
@pytest.mark.parametrize("output", ELEMENTWISE)
def test_half_mse_goes_with_every_elementwise_output_and_task(output, data):
    spec = spec_of(f"data={data}", "loss=half_mse", f"network.output={output}")
    assert (spec.loss.name, spec.network.output) == ("half_mse", output)


@pytest.mark.parametrize(
    ("overrides", "output", "loss"),
    [
        (("data=sine",), "identity", "half_mse"),
        (("data=sine", "network.output=tanh"), "tanh", "half_mse"),
        (("data=sine", "network.output=sigmoid"), "sigmoid", "half_mse"),
        (("data=xor",), "sigmoid", "binary_cross_entropy"),
        (("data=xor", "network.output=tanh"), "tanh", "half_mse"),
        (("data=xor", "network.output=softmax"), "softmax", "softmax_cross_entropy"),
        (("data=quadrants", "network.output=identity"), "identity", "half_mse"),
        (("data=xor", "loss=half_mse"), "sigmoid", "half_mse"),
        (("data=xor", "data.targets=[-1,1]", "network.output=tanh"), "tanh", "half_mse"),
    ],
)
def test_auto_chooses_output_and_loss_that_fit_the_task_and_each_other(overrides, output, loss):
    spec = spec_of(*overrides)
    assert (spec.network.output, spec.loss.name) == (output, loss)


def test_auto_chooses_softmax_for_three_classes(csv_file):
    table = csv_file("a,kind\n1,x\n2,y\n3,z\n4,x\n5,y\n6,z\n7,x\n8,y\n")
    spec = spec_of("data=csv", table)
    assert (spec.network.output, spec.loss.name) == ("softmax", "softmax_cross_entropy")


def test_a_spec_that_names_what_auto_would_choose_is_the_same_spec():
    assert spec_of("data=xor") == spec_of(
        "data=xor", "network.output=sigmoid", "loss=binary_cross_entropy", "training.batch_size=4"
    )


def test_a_batch_larger_than_the_training_data_is_refused_with_the_number_of_samples():
    message = refusal("data=quadrants", "training.batch_size=301")
    assert message == (
        "training.batch_size must be <= the 300 training samples of data=quadrants, got 301; "
        "training.mode=full uses them all"
    )
    assert spec_of("data=quadrants", "training.batch_size=300").training.batch_size == 300


@pytest.mark.parametrize("mode", ["full", "online"])
def test_a_batch_size_is_refused_where_the_mode_decides_it(mode):
    message = refusal(f"training.mode={mode}", "training.batch_size=8")
    assert message == (f"training.batch_size is for training.mode=minibatch, got 8 with training.mode={mode}")


@pytest.mark.parametrize(
    ("overrides", "batch_size"),
    [
        ((), 32),
        (("data=xor",), 4),
        (("data.samples=20",), 15),
        (("training.batch_size=7",), 7),
        (("training.mode=online",), 1),
        (("training.mode=full",), 150),
    ],
)
def test_the_batch_size_follows_from_mode_and_number_of_training_samples(overrides, batch_size):
    assert spec_of(*overrides).training.batch_size == batch_size


def test_patience_without_test_samples_is_refused():
    message = refusal("data=xor", "training.patience=3")
    assert message.startswith(
        "training.patience needs samples to watch; set data.validation_fraction or data.test_fraction above 0"
    )
    assert blames(message, "training.patience=3")
    assert isinstance(build("data=xor", "training.patience=3", "data.test_fraction=0.25"), Checked)
    assert isinstance(build("data=xor", "training.patience=3", "data.validation_fraction=0.25"), Checked)


@pytest.mark.parametrize(
    ("overrides", "side", "samples"),
    [
        (("data.test_fraction=0.001",), "test", 200),
        (("data=xor", "data.test_fraction=0.1"), "test", 4),
        (("data.test_fraction=0.999",), "training", 200),
        (("data=xor", "data.test_fraction=0.9"), "training", 4),
    ],
)
def test_a_test_fraction_that_leaves_one_side_empty_is_refused(overrides, side, samples):
    message = refusal(*overrides)
    value = overrides[-1].partition("=")[2]
    assert message.startswith(f"data.test_fraction of {value} leaves no {side} sample out of {samples}")
    assert blames(message, f"{overrides[-1]}")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("workers=0", "workers must be >= 1, got 0"),
        ("workers=many", "workers must be a whole number, got 'many'"),
        ("tracking.models=some", "tracking.models must be 'best', 'all' or 'none', got 'some'"),
        ("tracking.plots=true", "tracking.plots must be 'auto', 'all', 'best' or 'none', got True"),
        ("tracking.experiment=3", "tracking.experiment must be text, got 3"),
        ("tracking.experiment=''", "tracking.experiment must be a name of 1 to 250 characters, got ''"),
        ("modules=mine", "modules must be a list"),
    ],
)
def test_a_bad_setting_of_the_application_is_refused_with_the_problems_of_the_run(override, expected):
    with pytest.raises(UserError) as caught:
        plan_of((override, "seed=-1"))
    lines = str(caught.value).splitlines()
    assert sum(line.startswith(f"  - {expected}") for line in lines) == 1
    assert "  - seed must be >= 0, got -1" in lines


def test_jobs_of_one_sweep_cannot_differ_in_what_is_not_part_of_a_run():
    with pytest.raises(UserError, match="must be the same for all jobs of a sweep"):
        plan_of(("workers=1",), ("workers=2",))


@pytest.mark.parametrize("second", ["workers=3", "score=mae"])
def test_jobs_of_a_later_batch_cannot_differ_from_the_first_in_it_either(second):
    first = plan_of(("seed=0",))
    jobs = [composer().compose(1, ("seed=1",)), composer().compose(2, ("seed=2", second))]
    with pytest.raises(UserError, match=rf"{second.partition('=')[0]} must be the same for all jobs of a sweep"):
        make_plan(jobs[1:], first.runs, settings=first.settings)
    assert [run.index for run in make_plan(jobs[:1], first.runs, settings=first.settings).runs] == [1]


def test_an_interpolation_that_leads_nowhere_is_reported_with_the_problems_of_the_other_jobs():
    with pytest.raises(UserError) as caught:
        plan_of(("learning_rate=${nowhere}",), ("learning_rate=-1",))
    _, lost, bad = str(caught.value).splitlines()
    assert lost.startswith("  - learning_rate ") and "'nowhere'" in lost
    assert "(from the override" not in lost
    assert "is not a setting" not in lost
    assert bad.startswith("  - learning_rate must be > 0, got -1")
