"""Everything that is wrong with a command line is said at once, also of what belongs to Hydra."""

import pytest
from hydra.errors import HydraException
from hydra.types import RunMode

from runner.app.refusal import all_problems
from tests.runner.building import loader

HEAD = "This run cannot start:"
OF_HYDRA = "hydra.job.num belongs to Hydra and is the same for all jobs, got 1,2"


def said(*arguments: str) -> list[str]:
    """The lines of the message about a command line, without their bullets."""
    overrides = [one for one in arguments if one != "-m"]
    with pytest.raises((HydraException, ValueError)) as caught:
        loader().load_configuration("config", overrides, RunMode.MULTIRUN if "-m" in arguments else RunMode.RUN)
    return [line.removeprefix("  - ") for line in str(all_problems(caught.value, arguments)).splitlines()]


@pytest.mark.parametrize("how", [(), ("-m",)], ids=["one run", "a sweep"])
def test_several_values_for_a_setting_of_hydra_are_refused_beside_all_else(how):
    assert said(*how, "hydra.job.num=1,2") == [HEAD, OF_HYDRA]
    other = "seed must be >= 0, got -1"
    assert said(*how, "hydra.job.num=1,2", "seed=-1") == [HEAD, OF_HYDRA, other]


def test_no_option_for_a_group_of_hydra_is_refused():
    told = "hydra/launcher needs the name of an option, got null"
    assert said("-m", "hydra/launcher=null", "seed=1,2") == [told]
