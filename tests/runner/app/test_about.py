"""What runs and sweeps are called: what was asked, and what differs from a published case."""

from runner.app.about import about_run, about_sweep
from runner.runs.overrides import MAX_LABEL


def run_name(*overrides: str, case: str | None = "c1") -> str:
    return about_run(case, "xor tanh", "id", overrides).name


def sweep_name(*jobs: str) -> str:
    return about_sweep(None, "id", [job.split() for job in jobs]).name


def test_a_run_of_a_case_is_called_after_it_and_what_differs_from_it() -> None:
    assert run_name("case=c1") == "case c1"
    assert run_name("case=c1", "data=xor") == "case c1 with data=xor"
    assert run_name("case=c1", "learning_rate=0.5", "+init.std=2") == "case c1 with lr=0.5 std=2"
    assert run_name("data=xor", case=None) == "xor tanh"


def test_what_is_no_part_of_a_run_is_no_part_of_its_name() -> None:
    assert run_name("case=c1", "tracking.plots=none", "workers=1", "quiet=true", "hydra.run.dir=x") == "case c1"


def test_a_sweep_of_a_case_says_which_and_what_all_its_runs_have_that_differs_from_it() -> None:
    assert sweep_name("case=c1 seed=0", "case=c1 seed=1") == "seed (2 runs) of case c1"
    jobs = [f"case=c1 data=xor lr={rate} workers=1" for rate in (1, 2)]
    assert sweep_name(*jobs) == "lr (2 runs) of case c1 with data=xor"
    assert sweep_name("case=c1 data=xor", "case=c2 data=xor") == "case (2 runs) with data=xor"
    assert sweep_name("data=xor seed=0", "data=xor seed=1") == "seed (2 runs)"
    assert sweep_name("case=null seed=0", "case=null seed=1") == "seed (2 runs)"


def test_a_name_fits_into_every_store() -> None:
    assert len(run_name("case=c1", "data.path=" + "n" * 1000)) <= MAX_LABEL
