"""Composing and planning: processor time a job beside that of parsing one config file, in the same process.

Jobs that differ in their seed alone are also planned in two numbers: a job must not take longer where there are more.

Each repeat begins with nothing remembered, and the least of all repeats counts: other programs can only add to it. So
the ratio means the same on any machine, and on one that is busy.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import yaml

from benchmarks.markdown import markdown
from runner.app.compose import Composer
from runner.app.setup import composing
from runner.base.paths import CONF
from runner.plan.jobs import Job, Refused
from runner.plan.plan import Plan, make_plan

REPEATS = 5
PARSED = 4  # files a repeat
VALUES = [("data=xor", f"seed={seed}", f"learning_rate=0.{1 + seed % 9}") for seed in range(300)]
FEW, MANY = 2000, 20_000
SEEDS = [("data=xor", f"seed={seed // 2}", f"activation={'tanh' if seed % 2 else 'sigmoid'}") for seed in range(MANY)]
OPTIONS = {
    "activation": ("tanh", "sigmoid", "relu", "gelu", "softplus", "identity"),
    "optimizer": ("sgd", "momentum", "nesterov", "rmsprop", "adam"),
    "init": ("normal", "uniform", "glorot", "he"),
    "schedule": ("constant", "step", "exponential", "cosine"),
}
GROUPS = [
    tuple(f"{group}={name}" for group, name in zip(OPTIONS, names, strict=True))
    for names in itertools.product(*OPTIONS.values())
]


def tables(quick: bool) -> Iterator[str]:
    """Markdown; a short form has fewer repeats of the same."""
    least: dict[str, float] = {}

    def measure(name: str, times: int, step: Callable[[], Any]) -> Any:
        started = time.process_time()
        result = step()
        least[name] = min(least.get(name, float("inf")), (time.process_time() - started) / times)
        return result

    text = (CONF / "config.yaml").read_text(encoding="utf-8")
    for _ in range(2 if quick else REPEATS):
        with composing() as composer:  # which remembers nothing yet
            measure("parse conf/config.yaml", PARSED, lambda: [yaml.safe_load(text) for _ in range(PARSED)])
            jobs = measure("compose, values swept", len(VALUES), partial(_composed, composer, VALUES))
            measure("compose, groups swept", len(GROUPS), partial(_composed, composer, GROUPS))
            measure("validate and plan", len(VALUES), partial(make_plan, jobs))
            for some in (SEEDS[:FEW], SEEDS):
                step = partial(_planned, composer, some)
                measure(f"compose and plan, {len(some):,} seeds", len(some), step)
    of_a_file = least["parse conf/config.yaml"]
    rows = [[name, f"{1000 * one:.3f}", f"{one / of_a_file:.4f}"] for name, one in least.items()]
    yield f"Milliseconds of processor time:\n\n{markdown(['step', 'ms a job', 'of a file'], rows)}\n"


def _composed(composer: Composer, overrides: Sequence[Sequence[str]]) -> list[Job | Refused]:
    return [composer.compose(number, texts) for number, texts in enumerate(overrides)]


def _planned(composer: Composer, overrides: Sequence[Sequence[str]]) -> Plan:
    return make_plan(composer.compose(number, texts) for number, texts in enumerate(overrides))
