"""Planning a job costs next to nothing: what is the same for all jobs of a sweep is read and composed once."""

import sys

import pytest

from runner.base.typed import set_typed
from runner.plan.jobs import Job
from runner.plan.plan import make_plan
from tests.runner.building import composer

opened: list[str] | None = None


def _listen(event, arguments):
    if event == "open" and opened is not None:
        opened.append(str(arguments[0]))


sys.addaudithook(_listen)  # Python's own word for every file that anything opens; a hook cannot be taken away


@pytest.fixture
def files():
    """The files that are opened from now on, by whatever means."""
    global opened
    opened = []
    yield opened
    opened = None


def jobs(*texts):
    made = [composer().compose(number, given) for number, given in enumerate(texts)]
    assert all(isinstance(job, Job) for job in made), made
    return made


@pytest.mark.parametrize("executor", ["process", "slurm"])
def test_planning_opens_no_file_per_job(files, executor):
    set_typed([f"executor={executor}"])
    many = jobs(*[(f"seed={seed}", "data=xor", f"executor={executor}") for seed in range(40)])
    make_plan(many[:1])  # what is read once, by whoever is first
    files.clear()
    assert len(make_plan(many).runs) == 40
    assert files == []
