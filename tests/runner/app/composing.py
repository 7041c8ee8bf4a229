"""What Hydra composes, to compare with, and how often it is asked."""

from functools import cache

from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.app.compose import plain
from runner.app.compositions import split_hydra
from runner.plan.jobs import Job, Refused


@cache
def by_hydra(loader, master, *texts):
    """The user's part of what Hydra composes, and which options are chosen; None where it refuses."""
    try:
        own, hydra = split_hydra(loader.load_sweep_config(master, list(texts)))
        return plain(own), OmegaConf.to_container(hydra.hydra.runtime.choices)
    except (HydraException, OmegaConfBaseException, ValueError):
        return None


def check(job, expected):
    if expected is None:
        assert isinstance(job, Refused), job
        return
    own, choices = expected
    assert isinstance(job, Job), str(job)
    assert job.config == own
    assert [list(section) for section in job.config.values() if isinstance(section, dict)] == [
        list(section) for section in own.values() if isinstance(section, dict)
    ]
    assert list(job.config) == list(own)
    assert OmegaConf.to_container(job.composition.hydra.hydra.runtime.choices) == choices


class Counting:
    """Hydra's loader, its whole compositions counted."""

    def __init__(self, real):
        self._real, self.calls = real, 0

    def __getattr__(self, name):
        return getattr(self._real, name)

    def load_sweep_config(self, *arguments):
        self.calls += 1
        return self._real.load_sweep_config(*arguments)
