"""Runs of an earlier command line are composed again as it composed them."""

from pathlib import Path

import pytest

from runner.app.again import composing_again
from runner.plan.jobs import Job, Refused

ODD = ["my own", "a,b", "it's", '"c"', "[d]", "e=f", "{g:h}", "${i}", "back\\", "#j", "~k", "100%"]
WAYS = [("--config-dir", "mine"), ("--config-dir=mine",), ("-cd", "mine"), ("hydra.searchpath=[mine]",)]
BOTH = ("hydra.searchpath=[there,mine]", "--config-dir", "empty")


@pytest.mark.parametrize("options", [*WAYS, BOTH, *(("--config-dir", name) for name in ODD)], ids=" ".join)
def test_folders_of_configs_count_again(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / (options[-1] if options[-1] in ODD else "mine") / "case"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text("# @package _global_\nlearning_rate: 0.123\n")
    for other in ("empty", "there"):
        (tmp_path / other).mkdir()
    monkeypatch.chdir(tmp_path)
    with composing_again(options, ()) as compose:
        job, changed = compose(("case=own",)), compose(("case=own", "learning_rate=2"))
    assert isinstance(job, Job) and job.config["learning_rate"] == 0.123
    assert isinstance(changed, Job) and changed.config["learning_rate"] == 2


def test_a_run_of_a_named_sweep_is_composed_as_one_run() -> None:
    with composing_again((), ()) as compose:
        job, refused = compose(("seed=3", "sweep=decay_power", "hydra.mode=RUN")), compose(("case=own",))
    assert isinstance(job, Job) and (job.config["seed"], job.config["data"]["name"]) == (3, "surface")
    assert isinstance(refused, Refused)
