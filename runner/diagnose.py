"""`python -m runner.diagnose`: why runs do not learn, with evidence and a command to try for each cause."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.app.commands import parser_of, run_command
from runner.base import answer
from runner.base.console import count, say
from runner.base.errors import UserError
from runner.base.exit_codes import ExitCode
from runner.base.interrupts import exit_code
from runner.base.paths import CONF
from runner.runs.command_lines import typed
from runner.runs.components import load_modules, modules_of
from runner.runs.documents.causes import Diagnosis, Foreseen
from runner.store.run_ids import SHORTEST

if TYPE_CHECKING:
    from runner.diagnosis.judged import Judged, Unjudged
    from runner.findings.findings import Findings

CONFIG = "--config"
USAGE = """\
Why do runs not learn? Compares each trained run in the MLflow store with what its data allow, and names the first
cause that it finds, with evidence and a command to try. Causes are proved or likely; with --confirm fixes are trained,
and those that help on seeds that the sweep does not have are confirmed. Nothing is written to the store.

  python -m runner.diagnose                          the newest sweep, or run
  python -m runner.diagnose SWEEP                    this sweep: its name in outputs/, or an MLflow run id
  python -m runner.diagnose RUN_ID                   one run, compared with the others of its sweep; the first
                                                     8 letters of an id are enough
  python -m runner.diagnose SWEEP --why 3            everything that is known about the run with this index
  python -m runner.diagnose RUN_ID --against RUN_ID  what differs from a run that learns, and which of it matters
  python -m runner.diagnose --why 3 --against 7      the same for two runs of a sweep
  python -m runner.diagnose SWEEP --confirm          trains the fixes, and says how much they help
  python -m runner.diagnose SWEEP --strict           a run without a known cause counts as one that does not learn
  python -m runner.diagnose --without D507,no_bias   does not look for these causes
  python -m runner.diagnose modules=[my_parts]       a sweep that uses your own components or rules
  python -m runner.diagnose --config data=xor network.hidden=[]   what can be seen before training; overrides as for
                                                     python -m runner, also with -m or --config-dir

The exit code is 0 when every run that was judged learns or has no known cause, 3 when one does not learn, or has a
warning before training, 1 after an error or if no run could be judged. Failed and killed runs are counted, but not
judged."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    if CONFIG in arguments:
        return _look_ahead(arguments)
    parser = parser_of("runner.diagnose")
    parser.add_argument("sweep", nargs="?")
    parser.add_argument("--why", type=int)
    parser.add_argument("--against")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--confirm", action="store_true")
    parser.add_argument("--without", default="")
    chosen = parser.parse_args([argument for argument in arguments if not argument.startswith("modules=")])
    modules = tuple(modules_of(list(arguments), CONF / "config.yaml"))
    load_modules(modules)
    from runner.diagnosis.rules import RULES

    RULES.silence([name.strip() for name in chosen.without.split(",") if name.strip()])
    sweep, asked = _sweep(chosen.sweep)
    if chosen.why is not None:
        if len(asked) < len(sweep.results) and asked != [chosen.why]:
            raise UserError(f"{chosen.sweep} is run {asked[0]} of its sweep, and --why asks about run {chosen.why}")
        asked = _indexed(sweep, chosen.why)
    if chosen.against is not None:
        if chosen.confirm:
            raise UserError("--against prints a table of two runs, and does not go with --confirm")
        return _against(sweep, asked, chosen.against, modules)
    from runner.app.judging import judge
    from runner.diagnosis.judged import Judged

    found, interrupt = judge(sweep, asked, modules, chosen.confirm)
    _tell(found, sweep)
    _print(found, sweep, in_full=chosen.why is not None)
    if interrupt is not None:
        return exit_code(interrupt)
    verdicts = {one.diagnosis.verdict for one in found if isinstance(one, Judged)}
    if not verdicts:
        return ExitCode.FAILURE
    return ExitCode.ILL if "ill" in verdicts or (chosen.strict and "unknown" in verdicts) else ExitCode.SUCCESS


def _tell(found: "Sequence[Judged | Unjudged]", sweep: "Findings") -> None:
    """The same for programs."""
    from runner.diagnosis.document import document
    from runner.findings.document import sweep_of

    answer.add("sweep", lambda: sweep_of(sweep))
    answer.add("diagnosis", lambda: Diagnosis.model_validate(document(found)))


def _indexed(sweep: "Findings", index: int) -> list[int]:
    """The index of a run that there is."""
    if all(result.index != index for result in sweep.results):
        raise UserError(f"{sweep.about.name} has no run {index}; its runs are 0 to {len(sweep.results) - 1}")
    return [index]


def _against(sweep: "Findings", asked: list[int], other: str, modules: tuple[str, ...]) -> int:
    """A run beside another one: of its sweep, by its index there, or any, by its id."""
    is_index = other.isdecimal() and len(other) < SHORTEST  # an id may begin with digits alone
    beside, others = (sweep, _indexed(sweep, int(other))) if is_index else _sweep(other)
    if len(asked) != 1 or len(others) != 1:
        raise UserError("--against compares two runs: RUN_ID --against RUN_ID, or --why 3 --against 7 of one sweep")
    from runner.conduct.retraining import with_signals
    from runner.diagnosis.against import compared
    from runner.diagnosis.judged import Judged, judge_all

    (at,), (place,), is_same = asked, others, sweep.parent_id == beside.parent_id
    if is_same and at == place:
        raise UserError(f"--against compares two runs, and both are run {at} of {sweep.about.name}")
    results = with_signals(sweep.results, modules)
    (one,) = judge_all(results, asked)
    (two,) = judge_all(results if is_same else with_signals(beside.results, modules), others)
    _tell([one, two] if is_same else [one], sweep)
    first, second = (at, place) if is_same else (sweep.run_ids[at][:SHORTEST], beside.run_ids[place][:SHORTEST])
    say("\n".join(compared(one, two, (f"run {first}", f"run {second}"))))
    is_ill = any(isinstance(each, Judged) and each.diagnosis.verdict == "ill" for each in (one, two))
    return ExitCode.ILL if is_ill else ExitCode.SUCCESS


def _look_ahead(arguments: Sequence[str]) -> int:
    """Say what shows before the runs of a command line are trained."""
    from runner.app.planning import plan_of
    from runner.diagnosis.before import foresee
    from runner.diagnosis.document import document_ahead

    parser = parser_of("runner.diagnose")
    parser.add_argument(CONFIG, action="store_true")
    _, overrides = parser.parse_known_args(arguments)
    plan = plan_of(overrides)
    foreseen = foresee(plan, is_thorough=True)
    answer.add("foreseen", lambda: Foreseen.model_validate(document_ahead(foreseen)))
    for line in (*foreseen.warnings, *foreseen.notes):
        say(line)
    if not foreseen.signs:
        say(f"{count(len(plan.runs), 'run')}: nothing shows before training that would keep one from learning")
    return ExitCode.ILL if foreseen.warnings else ExitCode.SUCCESS


def _sweep(name: str | None) -> "tuple[Findings, list[int]]":
    """A sweep, and the indices of the runs that are asked for: all, or the one that was named."""
    from runner.findings.loading import load_sweep
    from runner.store.reader import open_reader

    reader = open_reader()
    found = load_sweep(name, reader)
    run = reader.run(found.parent_id)
    asked = [result.index for result in found.results]
    if run.is_parent:
        return found, asked
    beside = reader.of_sweep(run.tags["sweep_id"])
    if any(one.is_parent for one in beside):
        whole = load_sweep(run.tags["sweep_id"], reader)
        is_fresh = not any(one.index in asked for one in whole.results)
        return (replace(whole, results=[*whole.results, *whole.fresh]) if is_fresh else whole), asked
    overrides, _ = typed(found.about.command)
    return replace(found, results=[replace(one, overrides=overrides) for one in found.results]), asked


def _print(found: "Sequence[Judged | Unjudged]", sweep: "Findings", in_full: bool) -> None:
    """Say it: the counts, then a block for each cause, or everything about one run."""
    from runner.diagnosis import sentences, verdicts
    from runner.diagnosis.judged import Judged, Unjudged
    from runner.runs.commands import commands_of

    command = commands_of(sweep.about.command)
    if len(sweep.results) > 1:
        first = found[0].result
        say(verdicts.summary(found) if len(found) > 1 else f"run {first.index}: {sweep.name_of(first)}")
    if len(found) == 1 and isinstance(one := found[0], Unjudged):
        what = one.result.outcome.told(one.result.last_step, one.result.error)
        say(f"cannot be judged: {one.why}" if one.result.outcome.is_trained else f"{what} (not judged)")
        return
    if in_full:
        (one,) = found
        assert isinstance(one, Judged)
        say("\n".join(sentences.in_full(one, command)))
        return
    for block in sentences.blocks(found, sweep.name_of, command):
        say("\n" * (len(sweep.results) > 1) + "\n".join(block))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
