"""Why the runs of a sweep do not learn, with the effect of their fixes on request."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.conduct.retraining import with_signals
from runner.diagnosis.judged import Judged, Unjudged, judge_all
from runner.runs.command_lines import typed
from runner.runs.settings import engine_in

if TYPE_CHECKING:
    from runner.findings.findings import Findings


def judge(
    sweep: "Findings", asked: Sequence[int], modules: tuple[str, ...], confirm: bool = False
) -> tuple[list[Judged | Unjudged], KeyboardInterrupt | None]:
    """What is found of the runs with these indices; an interrupt where there was one while their fixes were trained.

    `modules` are a person's own.
    """
    found = judge_all(with_signals(sweep.results, modules), asked)
    if not confirm:
        return found, None
    from runner.app.again import composing_again
    from runner.conduct.confirming import confirmed

    overrides, options = typed(sweep.about.command)
    taken, engine = {one.spec.seed for one in sweep.results}, engine_in(overrides)
    with composing_again(options, modules) as compose:
        return confirmed(found, compose, taken, modules, engine=engine)
