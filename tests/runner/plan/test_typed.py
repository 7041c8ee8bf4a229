"""Where stacks train is set by `conf/` or by the command line, and by nothing else."""

import pytest

from runner.base.errors import UserError
from runner.base.typed import set_typed
from runner.plan.jobs import Job
from runner.plan.plan import make_plan
from tests.runner.building import composed

ELSEWHERE = ("executor=dask", "executor.address=tcp://127.0.0.1:9")


@pytest.mark.parametrize("arguments", [(), ("-m", "seed=0,1"), ("executor.address=tcp://127.0.0.1:9",)])
def test_overrides_of_a_job_that_nobody_typed_name_no_scheduler(arguments: tuple[str, ...]) -> None:
    job = composed(*ELSEWHERE)
    assert isinstance(job, Job)
    set_typed(arguments)
    with pytest.raises(UserError, match="executor was not typed by you"):
        make_plan([job])


@pytest.mark.parametrize("arguments", [ELSEWHERE, ("-m", *ELSEWHERE), ("executor={name: dask, address: x}",)])
def test_a_scheduler_that_was_typed_is_used(arguments: tuple[str, ...]) -> None:
    job = composed(*ELSEWHERE)
    assert isinstance(job, Job)
    set_typed(arguments)
    assert make_plan([job]).settings.executor.name == "dask"
