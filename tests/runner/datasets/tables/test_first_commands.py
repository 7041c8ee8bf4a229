"""The tables that most people try first train at the first command, or at the second, which the first one names."""

import pytest

from runner.datasets.samples import DataError
from tests.runner.datasets.tables.asking import refusal_of, samples_of
from tests.runner.datasets.tables.lookalikes import elements, penguins, titanic


def test_penguins_are_learned_at_the_first_command(file):
    samples = samples_of(file(penguins()), target="species")
    assert samples.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert samples.input_names[:3] == ("island=Biscoe", "island=Dream", "island=Torgersen")
    assert samples.input_names[-3:] == ("sex=female", "sex=male", "year")
    assert samples.notes == (
        "read as: 90 rows, 7 features (5 numbers, 2 one-hot), target species: classification, 3 classes",
        "target species: text: taken as classes",
        "missing values, filled with the median of the training rows: bill_length_mm 2, bill_depth_mm 2, "
        "flipper_length_mm 2, body_mass_g 2",
        "missing values, filled with the most frequent value of the training rows: sex 6",
    )


def test_passengers_are_learned_at_the_first_command(file):
    samples = samples_of(file(titanic()), target="Survived")
    assert samples.input_names == (
        "Pclass", "Sex=female", "Sex=male", "Age", "SibSp", "Parch", "Fare", "Embarked=C", "Embarked=Q", "Embarked=S",
    )  # fmt: skip
    assert samples.notes == (
        "read as: 120 rows, 7 features (5 numbers, 2 one-hot), target Survived: classification, 2 classes",
        "target Survived: two whole numbers, 0 and 1: taken as classes; data.task=regression otherwise",
        "left out: PassengerId (a row number)",
        "left out: Name, Ticket, Cabin (text with many values)",
        "missing values, filled with the median of the training rows: Age 24",
        "missing values, filled with the most frequent value of the training rows: Embarked 1",
    )


def test_elements_are_learned_at_the_second_command(file):
    error = refusal_of(file(elements()), target="Type")
    assert str(error).startswith("'Year' holds numbers, but text in rows 1, 11, 21, 31 and 8 more: 'Prehistoric'")
    assert list(error.ways.values()) == [{"missing": ["Prehistoric"]}, {"drop": ["Year"]}]
    samples = samples_of(file(elements()), target="Type", missing=["Prehistoric"])
    assert len(samples.classes) == 5
    left_out = [line for line in samples.notes if line.startswith("left out: ")]
    assert left_out == [
        "left out: Element, Symbol, Discoverer (text with many values)",
        "left out: Radioactive, Natural, Metal (always the same)",
    ]


def test_the_last_column_is_learned_where_none_is_named_and_without_values_in_it_rows_are_left_out(file):
    samples = samples_of(file(elements()), drop=["Year"])
    assert (samples.task, samples.target_name, len(samples.X)) == ("regression", "MeltingPoint", 101)
    assert "rows without a target, left out: 17" in samples.notes


@pytest.mark.parametrize(
    ("header", "row", "target", "leaking"),
    [
        ("a,species_id,species", lambda k: f"{k % 7},{k % 3},{'abc'[k % 3]}", "species", "species_id"),
        ("a,code,kind", lambda k: f"{k % 7},{'xyz'[k % 3]}{'xyz'[k % 3]},{k % 3}", "kind", "code"),
        ("a,cents,price", lambda k: f"{k % 7},{k * 37 % 101},{k * 37 % 101 / 100}", "price", "cents"),
        ("a,f,c", lambda k: f"{k % 7},{32 + 1.8 * (k * k % 53)},{k * k % 53}.0", "c", "f"),
    ],
)
def test_a_feature_that_alone_is_the_target_is_warned_about(header, row, target, leaking, file):
    path = file(f"{header}\n" + "".join(f"{row(k)}\n" for k in range(40)))
    assert samples_of(path).notes[-1] == (
        f"warning: {leaking} alone says what {target} is; if known only later, leave it out: 'data.drop=[{leaking}]'"
    )
    assert not any("warning" in line for line in samples_of(path, drop=[leaking]).notes)


def test_healthy_tables_are_not_warned_about(file):
    for contents, target in ((penguins(), "species"), (titanic(), "Survived")):
        assert not any("warning" in line for line in samples_of(file(contents), target=target).notes)
    nearly = "a,y\n" + "".join(f"{k},{k + k * 7 % 5 / 10}\n" for k in range(30))
    assert not any("warning" in line for line in samples_of(file(nearly)).notes)
    few = "a,y\n" + "".join(f"{k},{2 * k}.5\n" for k in range(12))
    assert not any("warning" in line for line in samples_of(file(few)).notes)


def test_a_refusal_with_dozens_of_columns_stays_short(file):
    names = [f"c{k}" for k in range(60)]
    rows = [
        ",".join(["oops" if (k, row) == (k, 3) else str(k * row + row * row) for k in range(60)]) for row in range(12)
    ]
    error = refusal_of(file(",".join([*names, "y"]) + "\n" + "".join(f"{row},{k / 7}\n" for k, row in enumerate(rows))))
    assert isinstance(error, DataError)
    assert len(str(error)) < 900 and "and 54 more" in str(error)
