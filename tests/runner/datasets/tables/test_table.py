"""From a file to samples: what is learned from, what is left out, and what is said about it."""

import hashlib

import pytest

from runner.runs.data import find_facts
from tests.runner.building import spec_of, trained
from tests.runner.datasets.tables.asking import samples_of

HOMES = """area,rooms,price
52,2,148000
61,2,163000
70,3,192000
75,3,201000
83,3,214000
90,4,246000
98,4,259000
105,4,271000
112,5,301000
120,5,315000
131,5,333000
140,6,366000
"""
TEXTS = """area,colour,garden,heating,price
50,red,yes,gas,1.5
60,blue,no,oil,2.5
70,red,no,gas,3.5
80,blue,yes,oil,4.5
90,red,yes,gas,5.5
"""
BLANK = "a,b,blank,y\n1,2.5,0,1.5\n2,1.5,0,2.5\n3,3.5,0,3.5\n4,0.5,0,4.5\n5,2.0,0,5.5\n"


@pytest.fixture
def read(file):
    return lambda contents, **settings: samples_of(file(contents), **settings)


def test_a_table_of_numbers_is_read_as_it_stands(read):
    samples = read(HOMES)
    assert (samples.task, samples.input_names, samples.target_name) == ("regression", ("area", "rooms"), "price")
    assert samples.X[:2].tolist() == [[52, 2], [61, 2]]
    assert samples.Y[-2:].tolist() == [[333000], [366000]]
    assert samples.digest == hashlib.sha256(HOMES.encode()).hexdigest()
    assert samples.notes == (
        "read as: 12 rows, 2 features (2 numbers), target price: regression",
        "target price: 12 different whole numbers 148000..366000: taken as a number",
    )


def test_text_with_few_values_is_one_hot_and_yes_and_no_are_one_input(read):
    samples = read(TEXTS)
    assert samples.input_names == ("area", "colour=blue", "colour=red", "garden", "heating=gas", "heating=oil")
    assert samples.X[:2].tolist() == [[50, 0, 1, 1, 1, 0], [60, 1, 0, 0, 0, 1]]
    assert samples.notes[0] == ("read as: 5 rows, 4 features (1 number, 1 yes/no, 2 one-hot), target price: regression")


def test_a_column_that_is_always_the_same_is_left_out_and_named(read):
    samples = read(BLANK)
    assert samples.input_names == ("a", "b")
    assert "left out: blank (always the same)" in samples.notes


def test_the_arrays_of_a_table_are_shared_and_cannot_be_changed(read):
    first, second = read(HOMES), read(HOMES)
    assert first.X is second.X
    with pytest.raises(ValueError, match="read-only"):
        first.X[0, 0] = 0


def test_a_changed_file_is_read_again(read):
    assert read(HOMES).Y[0, 0] == 148000
    assert read(HOMES.replace("148000", "148500")).Y[0, 0] == 148500


@pytest.mark.parametrize("name", ["table", "csv"])
def test_a_table_trains_at_the_first_command_also_under_its_old_name(name, csv_file):
    overrides = (f"data={name}", csv_file(TEXTS), "training.epochs=2", "training.evaluations=1", "tracking.plots=none")
    assert trained(*overrides).outcome == "stopped"
    assert spec_of(*overrides).data.name == "table"


def test_facts_of_a_table_do_not_depend_on_the_seed(csv_file):
    spec = spec_of("data=table", csv_file(TEXTS))
    assert len({find_facts(spec.data, spec.test, seed) for seed in range(5)}) == 1
