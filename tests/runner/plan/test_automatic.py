"""What `auto` stands for: usual values for generated data, what fits a table for a table, and it is said."""

import pytest

from runner.base.commands import written
from runner.plan.automatic import USUAL
from runner.plan.phases import Checked
from runner.runs.spec import Component, to_plain
from tests.runner.building import build, checked, config_of, plan_of, refusal, spec_of


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Writes a table of so many rows into the working folder, and returns the overrides that choose it."""
    monkeypatch.chdir(tmp_path)

    def write(n=60, target="number"):
        goals = {"number": lambda i: i * 1.37 % 5, "class": lambda i: "abc"[i % 3]}
        rows = [f"{i * 0.73 % 7:.3f},{i * 2.11 % 3:.3f},{goals[target](i)}\n" for i in range(n)]
        (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(rows))
        return ("data=table", "data.path=t.csv", "data.target=y")

    return write


def test_generated_data_keeps_its_usual_values():
    spec = spec_of()
    assert (spec.network.hidden, spec.activation.name, spec.optimizer.name) == ((6,), "tanh", "sgd")
    assert (spec.learning_rate, spec.training.patience, spec.training.l2, spec.training.epochs) == (0.1, None, 0.0, 500)
    assert not spec.training.restore_best


def test_every_key_that_can_be_automatic_is_so_in_the_config_of_a_table():
    config = config_of("data=table")
    for key in USUAL:
        section, _, name = key.rpartition(".")
        assert (config[section] if section else config)[name] == "auto"


def test_a_table_gets_what_fits_it_and_the_spec_names_it(table):
    spec = spec_of(*table(60))
    assert (spec.network.hidden, spec.activation.name, spec.optimizer.name) == ((100,), "relu", "adam")
    assert (spec.learning_rate, spec.training.patience, spec.training.l2) == (0.01, 20, round(1 / 36, 3))
    assert (spec.training.epochs, spec.training.restore_best) == (200, True)
    assert "auto" not in str({key: value for key, value in to_plain(spec).items() if key != "network"}["training"])
    data = dict(spec.data)
    assert (data["task"], data["target"], data["validation_fraction"]) == ("regression", "y", 0.2)
    assert data["target_scale"] == "standardize"


def test_a_classification_has_no_scale_of_its_targets(table):
    assert dict(spec_of(*table(60, "class")).data)["target_scale"] == "none"


@pytest.mark.parametrize(("n", "share"), [(39, 0.0), (40, 0.2)])
def test_below_forty_rows_there_is_no_validation_part_unless_asked_for(table, n, share):
    one = checked(*table(n))
    assert dict(one.spec.data)["validation_fraction"] == share
    assert (one.spec.training.patience is None) == (share == 0)
    assert any(line.startswith("no validation part: 39 rows are fewer than 40") for line in one.notes) == (share == 0)
    asked = checked(*table(n), "data.validation_fraction=0.3")
    assert dict(asked.spec.data)["validation_fraction"] == 0.3 and asked.spec.training.patience == 20


def test_with_folds_there_is_no_share_for_validation(table):
    one = checked(*table(60), "data.folds=5")
    assert dict(one.spec.data)["validation_fraction"] == 0.0
    assert one.phases[-1].facts.n_validation == 9 and one.spec.training.patience == 20


@pytest.mark.parametrize(
    ("optimizer", "rate"), [("sgd", 0.1), ("momentum", 0.1), ("adam", 0.01), ("rmsprop", 0.01), ("adagrad", 0.1)]
)
def test_an_automatic_rate_follows_the_optimizer(table, optimizer, rate):
    assert spec_of(*table(), f"optimizer={optimizer}").learning_rate == rate
    assert spec_of(*table(), f"optimizer={optimizer}", "learning_rate=0.3").learning_rate == 0.3
    assert spec_of(f"optimizer={optimizer}").learning_rate == 0.1


def test_what_is_typed_is_kept(table):
    typed = (
        "network.hidden=[3]", "activation=gelu", "optimizer=sgd", "training.patience=null", "training.epochs=7",
        "training.restore_best=false", "training.l2=0",
    )  # fmt: skip
    spec = spec_of(*table(), *typed)
    assert (spec.network.hidden, spec.activation.name, spec.optimizer.name) == ((3,), "gelu", "sgd")
    assert (spec.training.patience, spec.training.epochs, spec.training.l2) == (None, 7, 0.0)
    assert not spec.training.restore_best


def test_only_what_was_automatic_is_said(table):
    (line,) = [line for line in checked(*table()).notes if line.startswith("auto: ")]
    assert line == (
        "auto: 100 units, relu, adam 0.01, l2 0.028, at most 200 epochs, stops when the validation cost has not "
        "improved for 20 epochs"
    )
    some = checked(*table(), "network.hidden=[3]", "training.patience=null", "training.l2=0", "learning_rate=0.3")
    assert [line for line in some.notes if line.startswith("auto: ")] == ["auto: relu, adam 0.3"]


def test_a_sweep_says_each_line_once(table):
    notes = plan_of(("optimizer=sgd", "seed=1"), ("optimizer=sgd", "seed=2"), ("optimizer=adam",), first=table()).notes
    assert sum(line.startswith("read as: ") for line in notes) == 1
    assert [line.split(", ")[2] for line in notes if line.startswith("auto: ")] == ["sgd 0.1", "adam 0.01"]


def test_a_line_that_is_not_for_all_runs_says_which_it_is_for(table):
    def named(*jobs: tuple[str, ...]) -> list[str]:
        lines = [line for line in plan_of(*jobs, first=table()).notes if line.startswith("auto: ")]
        return [line.partition("  ")[2] for line in lines]

    assert named(("seed=1",), ("seed=2",)) == [""]
    assert named(("optimizer=sgd", "seed=1"), ("optimizer=sgd", "seed=2"), ("optimizer=adam", "seed=1")) == [
        "[optimizer=sgd]", "[optimizer=adam]",
    ]  # fmt: skip
    widths = [(f"network.hidden={hidden}", "init=he") for hidden in ("[3]", "[4]", "auto")]
    assert named(*widths) == ["[network.hidden=[3] or network.hidden=[4]]", "[network.hidden=auto]"]
    folds = [("data.folds=2", f"data.fold={fold}", f"init={init}") for fold in range(2) for init in ("he", "glorot")]
    assert named(*folds) == ["[2 of 4 runs]"] * 2, "both settings are in both"
    both = [(f"optimizer={rule}", f"network.hidden={hidden}") for rule in ("adam", "sgd") for hidden in ("[3]", "auto")]
    assert named(*both) == [f"[{rule} hidden={hidden}]" for rule in ("adam", "sgd") for hidden in ("[3]", "auto")]


def test_updates_are_bounded(table):
    assert spec_of(*table(400), "training.mode=online").training.epochs == 40_000 // 240


@pytest.mark.parametrize(
    "case",
    [
        ("number", "data.folds=5", "data.validation_fraction=0.3"),
        ("number", "data.test_fraction=0", "data.validation_fraction=0", "training.patience=5"),
        ("number", "data.test_fraction=0", "data.validation_fraction=0", "training.restore_best=true"),
        ("number", "data.validation_fraction=0.001"),
        ("number", "data.test_fraction=0.999"),
        ("number", "training.class_weights=balanced"),
        ("number", "data.target_scale=log"),
        ("class", "data.target_scale=log"),
    ],
    ids=" ".join,
)
def test_each_way_out_of_a_refusal_about_parts_and_targets_works(table, case):
    target, *typed = case
    problems = build(*table(60, target), *typed)
    assert isinstance(problems, list)
    ways = [way.changes for problem in problems for way in problem.ways]
    assert ways
    for changes in ways:
        kept = [one for one in typed if one.partition("=")[0] not in changes]
        changed = [f"{key}={written(to)}" for key, to in changes.items()]
        assert isinstance(build(*table(60, target), *kept, *changed), Checked)


@pytest.mark.parametrize("target", ["number", "class"])
def test_targets_can_be_scaled_by_their_logarithms_where_they_are_positive_numbers(table, target):
    told = refusal(*table(60, target), "data.target_scale=log")
    reason = "is for a regression" if target == "class" else "needs targets above 0, and the smallest is 0"
    assert told.startswith("data.target_scale=log") and reason in told


def test_auto_is_no_value_where_nothing_decides_it():
    assert "training.clip_norm must be a number" in refusal("training.clip_norm=auto")


def test_the_data_of_a_spec_is_a_component_of_the_table(table):
    built = build(*table())
    assert not isinstance(built, list)
    assert isinstance(built.spec.data, Component) and built.spec.data.name == "table"


def test_without_test_rows_the_validation_rows_report_and_stop_nothing(table):
    """Labels of pure chance came out 73 % right where the rows that chose the weights told how good these are."""
    one = checked(*table(), "data.test_fraction=0")
    assert (one.spec.training.patience, one.spec.training.restore_best) == (None, False)
    assert any(line.startswith("no test rows: scores are those of the validation rows") for line in one.notes)
    told = [
        line for line in checked(*table(), "data.test_fraction=0", "training.patience=5").notes if "optimistic" in line
    ]
    assert told[-1].startswith("training.patience looks at the validation set, as there is no test part")
    assert told[-1].endswith("data.test_fraction=0.25 makes one")


def test_the_sizes_of_the_parts_and_a_target_that_nobody_named_are_said(table):
    assert "rows: 36 to train on, 9 for validation, 15 for tests" in checked(*table()).notes
    assert not any("as none is named" in line for line in checked(*table()).notes)
    assert "target y: the last column, as none is named" in checked(*table(), "data.target=null").notes


def test_folds_and_a_share_for_validation_are_not_both_taken(table):
    told = refusal(*table(60), "data.folds=5", "data.validation_fraction=0.3")
    assert told.startswith("data.validation_fraction=0.3 and data.folds=5 both say what is kept; leave one out")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("training.patience=5",), "training.patience looks at the test set, as"),
        (("training.restore_best=true",), "training.restore_best looks at the test set, as"),
        (("training.patience=5", "training.restore_best=true"), "training.patience and training.restore_best look at"),
    ],
)
def test_what_chooses_without_a_validation_part_says_that_it_looks_at_the_test_set(typed, said):
    (told,) = checked("data=sine", *typed).notes
    assert told.startswith(said)
    assert checked("data=sine", *typed, "data.validation_fraction=0.2").notes == ()
    assert checked("data=sine").notes == ()


@pytest.mark.parametrize(("share", "part"), [("0.25", "test"), ("0", "training")])
def test_the_rows_that_rank_a_small_table_are_named(table, share, part):
    notes = checked(*table(30), f"data.test_fraction={share}").notes
    assert any(f"so the {part} rows rank settings" in line for line in notes)
