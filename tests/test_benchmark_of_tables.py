"""The benchmark of tables: what counts as keeping up with a peer, and that it runs."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.catalogue import FIRST, MORE, TABLES
from benchmarks.peers import Answers
from benchmarks.tables import Compared, counts, losses, scores
from tests.end_to_end.program import ROOT
from tests.test_benchmarks import benchmark


def rmse_of(*scores: float) -> Answers:
    """Answers to two rows, with one root mean squared error per seed."""
    return Answers(np.repeat(np.square(scores)[:, np.newaxis], 2, axis=1), is_classification=False)


def compared(own: Answers, peer: Answers, diverged: int = 0) -> Compared:
    others = {"constant": rmse_of(9.0, 9.0), "line": peer, "MLP": peer}
    return Compared("prices", 1200, 3, diverged, own, others, others)


def test_a_standard_error_is_that_of_the_mean_over_seeds() -> None:
    one = rmse_of(1.0, 2.0, 3.0)
    assert (one.mean, one.error) == (2.0, pytest.approx(1 / math.sqrt(3)))
    assert rmse_of(2.0, 2.0, 2.0).error == 0


def test_keeping_up_is_being_no_more_than_a_standard_error_worse() -> None:
    own, reach = rmse_of(1.0, 2.0, 3.0), 1 / math.sqrt(3)
    assert own.keeps_up(rmse_of(2 - 0.99 * reach, 2 - 0.99 * reach))
    assert not own.keeps_up(rmse_of(2 - 1.01 * reach, 2 - 1.01 * reach))
    right, wrong = Answers(np.zeros((2, 4)), True), Answers(np.ones((2, 4)), True)
    assert right.keeps_up(wrong) and not wrong.keeps_up(right), "a higher accuracy is better, a lower rmse is"


def test_a_seed_that_diverged_never_keeps_up() -> None:
    own = Answers(np.array([[1.0, 1.0], [math.inf, math.inf]]), is_classification=False)
    assert not own.keeps_up(rmse_of(50.0, 50.0))
    assert not own.keeps_up(rmse_of(50.0, 50.0), with_rows=True)


def test_over_test_rows_the_error_is_that_of_the_mean_difference() -> None:
    own = Answers(np.array([[1.0, 0.0, 0.0, 1.0]]), is_classification=True)
    peer = Answers(np.array([[0.0, 0.0, 0.0, 0.0]]), is_classification=True)
    assert own.rows_error(peer) == pytest.approx(np.std([1, 0, 0, 1], ddof=1) / 2)
    assert own.rows_error(own) == 0, "the same answers differ on no row"
    squares = Answers(np.array([[4.0, 16.0, 10.0]]), False), Answers(np.array([[4.0, 1.0, 1.0]]), False)
    difference = np.array([0.0, 15.0, 9.0])
    expected = difference.std(ddof=1) / math.sqrt(3) / (math.sqrt(10) + math.sqrt(2))
    assert squares[0].rows_error(squares[1]) == pytest.approx(expected)


def test_a_loss_is_counted_and_named_and_a_win_is_not() -> None:
    won, lost = compared(rmse_of(2.0, 2.1), rmse_of(3.0, 3.0)), compared(rmse_of(2.0, 2.1), rmse_of(1.0, 1.0))
    assert losses([won]) == "none"
    assert [line.split("|")[2].strip() for line in losses([won, lost]).splitlines()[2:]] == ["line", "MLP"]
    first = counts([won, lost]).splitlines()[2]
    assert [cell.strip() for cell in first.split("|")[2:5]] == ["2", "1", "1"]
    assert "2.050 ± 0.050" in scores([won]), "mean and standard error"


def test_a_diverged_run_has_no_mean_in_the_table() -> None:
    one = compared(Answers(np.full((2, 3), math.inf), False), rmse_of(3.0, 3.0), diverged=2)
    cells = [cell.strip() for cell in scores([one]).splitlines()[2].strip("|").split("|")]
    assert (cells[4], cells[8]) == ("diverged", "2")


def test_there_are_twenty_tables_thirteen_measured_before_and_seven_more() -> None:
    assert (len(FIRST), len(MORE), len({table.name for table in TABLES})) == (13, 7, 20)


def test_a_table_is_written_as_a_csv_file_with_its_target(tmp_path: Path) -> None:
    (linnerud,) = (table for table in TABLES if table.name == "linnerud")
    header, *rows = list(csv.reader(linnerud.write(tmp_path).read_text(encoding="utf-8").splitlines()))
    assert linnerud.target in header
    assert (len(header), len(rows)) == (6, 20)


@pytest.mark.slow
def test_the_part_runs_the_program_and_its_peers() -> None:
    done = benchmark("tables", "--quick")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("| linnerud"))
    assert len(row.strip("|").split("|")) == 9


def test_the_page_has_a_row_for_every_table_and_marks_the_new_ones() -> None:
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    text = next(part for part in page.split("\n\n") if part.startswith("| table ") and "default" in part)
    named = [line.strip("|").split("|")[0].strip() for line in text.splitlines()[2:]]
    assert named == [*(table.name for table in FIRST), *(f"{table.name} (new)" for table in MORE)]
