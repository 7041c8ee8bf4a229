"""What comes out when stored runs are trained again, as a value; tests/end_to_end/ reads what is printed of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.base.interrupts import OrderlyInterrupt
from runner.conduct.context import SweepContext
from runner.conduct.publishing import Publisher
from runner.reproduce import reproduce
from runner.runs.about import About
from runner.runs.result import network_of
from runner.store.folder import SweepFolder
from runner.store.writer import Tracker
from tests.runner.building import plan_of, trained_all

# MLflow's own warnings are not errors of ours
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.usefixtures("store_here")]

SHORT = ("data=xor", "training.epochs=2", "tracking.models=none", "tracking.plots=none")


def test_one_weight_that_differs_in_its_last_bit_is_found_in_its_run_alone_and_is_unexplained() -> None:
    plan = plan_of(*((f"seed={seed}",) for seed in range(3)), first=SHORT)
    first, second, third = trained_all(plan)
    network = network_of(second)
    weights = network.parameters.copy()
    weights[0] = np.nextafter(weights[0], np.inf)
    changed = replace(second, network=replace(network, parameters=weights))
    other = replace(third, provenance=third.provenance.with_code({"numpy": "1.0"}))
    publisher = Publisher(Tracker("test"), SweepContext(SweepFolder(Path("a")), About("a", "", "a"), plan.settings))
    publisher.start([run.overrides for run in plan.runs], b"{}")
    with OrderlyInterrupt() as interrupt:
        publisher.write([first, changed, other], interrupt)
    runs = sorted((run for run in publisher.reader.of_sweep("a") if not run.is_parent), key=lambda run: run.index)
    came_out = reproduce(publisher.reader, runs, (), as_stacks=False)
    assert [difference is None for difference in came_out.differences.values()] == [True, False, True]
    (difference,) = came_out.different
    assert difference.is_rounding and difference.at_the_end > 0
    assert (came_out.causes, came_out.changed_digests, came_out.is_unexplained) == ({}, {}, True)
    assert came_out.environment["numpy"] == (f"{np.__version__} or 1.0", np.__version__)
