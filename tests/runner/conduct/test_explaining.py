"""What is said when a sweep ends, as it is conducted: a file, tags, trained fixes, and nothing that stops it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from runner.app.again import composing_again
from runner.app.setup import composing
from runner.conduct.context import SweepContext
from runner.conduct.explaining import Explainer
from runner.conduct.ledger import Ledger
from runner.runs.about import About
from runner.runs.account import FILE, account_of, tags_in
from runner.runs.result import RunResult
from runner.store.folder import SweepFolder
from tests.runner.building import plan_of
from tests.runner.diagnosis.corpus import ILL, SINE, numbered, runs_of

RUNS = {"healthy": SINE, "too high": ILL["lr_high"], "linear": (*SINE, "network.hidden=[]")}


@pytest.fixture(scope="module")
def runs() -> dict[str, RunResult]:
    """A run of each kind, by what it is there for."""
    return runs_of(RUNS)


def test_a_fix_is_trained_where_that_is_asked_for_also_while_hydra_runs_a_sweep(
    runs: dict[str, RunResult], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    high = runs["too high"]
    given = replace(high, index=0, overrides=(*high.overrides, "diagnose=confirm"))
    one, ledger = explainer(tmp_path, [given], diagnose="confirm")
    with composing():  # as a running application has one
        one.look(ledger)
        assert GlobalHydra.instance().is_initialized()
    assert capsys.readouterr().err == ""
    assert ledger.account is not None
    (cause,) = ledger.account.causes
    assert cause.text.endswith("(confirmed, D506)") and "better in" in cause.tried[0]
    assert cause.to_try[0].startswith("python -m runner ") and "confirm" not in cause.to_try[0]
    assert one.tags[0]["diagnosis.certainty"] == "confirmed" and ", better in " in one.tags[0]["diagnosis.effect"]


def explainer(folder: Path, results: list[RunResult], **settings: object) -> tuple[Explainer, Ledger]:
    folder.mkdir(exist_ok=True)
    about = About("s", "", "s", "python -m runner -m")
    given = plan_of(SINE).settings.model_copy(update=settings)
    sweep = SweepContext(SweepFolder(folder), about, given, composing=composing_again)
    ledger = Ledger(sweep)
    ledger.expect([one.overrides for one in results])
    ledger.add(results)
    return Explainer(sweep), ledger


def test_a_look_leaves_a_file_and_the_next_one_knows_which_tags_are_no_longer_true(
    runs: dict[str, RunResult], tmp_path: Path
) -> None:
    first, ledger = explainer(tmp_path, numbered(runs["healthy"], runs["too high"]))
    first.look(ledger)
    assert first.content == (tmp_path / FILE).read_bytes() and account_of(first.content) == ledger.account
    assert set(first.tags) == {1} and first.stale == {}
    second, ledger = explainer(tmp_path, numbered(runs["linear"], runs["healthy"]))
    second.look(ledger)
    assert (set(second.tags), second.stale) == ({0}, first.tags)
    assert second.tags[0]["diagnosis"] == "no_hidden"


def test_a_quiet_sweep_is_looked_at_too_and_has_the_report_of_a_loud_one(
    runs: dict[str, RunResult], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, ledger = explainer(tmp_path, numbered(runs["too high"]), quiet=True)
    one.look(ledger)
    assert ledger.account is not None and ledger.account.missed == 1
    assert capsys.readouterr() == ("", "")


def test_nothing_is_looked_at_where_nobody_wants_it(runs: dict[str, RunResult], tmp_path: Path) -> None:
    one, ledger = explainer(tmp_path, numbered(runs["too high"]), diagnose="off")
    one.look(ledger)
    assert ledger.account is None and not (tmp_path / FILE).exists()


def test_what_goes_wrong_is_a_line_and_takes_nothing_from_the_sweep(
    runs: dict[str, RunResult], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).mkdir(parents=True)  # which no file can replace
    one, ledger = explainer(tmp_path, numbered(runs["too high"], runs["linear"]))
    one.look(ledger)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("the runs could not be diagnosed: ") and line.endswith(
        "; to try again: python -m runner.diagnose s"
    )
    assert ledger.account is None and len(ledger.results) == 2


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"account": 1, "runs": 2}', b'{"runs": [{"verdict": 1}]}', b"[" * 10**5]
)
def test_a_damaged_file_says_nothing(content: bytes) -> None:
    assert account_of(content) is None and tags_in(content) == {}
