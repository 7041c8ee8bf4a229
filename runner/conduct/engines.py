"""What computed the updates of a sweep's runs, reported at the end if that is unexpected."""

from collections.abc import Iterator, Mapping, Sequence

from nn.fused.tape import UNEQUAL
from nn.stepping import BY_NUMPY, NOT_INSTALLED
from runner.base.console import count, say, warn
from runner.plan.naming import Naming
from runner.runs.planned import PlannedRun
from runner.runs.result import MAX_REASONS, RunResult
from runner.runs.settings import Settings

REQUIREMENT = "llvmlite>=0.50,<0.51"  # as in pyproject.toml


def say_engines(results: Sequence[RunResult], planned: Sequence[PlannedRun], settings: Settings) -> None:
    """Report runs that NumPy trained although compiled code was requested or would have saved time; a line per reason.

    A request that was not met is a warning, and so is compiled code that would give different numbers.
    """
    by_numpy = _by_reason(results)
    lines = list(_lines(by_numpy, planned))
    for reason, line in lines[:MAX_REASONS]:
        if settings.engine == "compiled" or reason.startswith(UNEQUAL):
            warn(line)
        elif not settings.quiet:
            say(line)
    if len(lines) > MAX_REASONS and not settings.quiet:
        say(f"... and runs trained by NumPy for {count(len(lines) - MAX_REASONS, 'more reason')}")


def _by_reason(results: Sequence[RunResult]) -> Mapping[str, list[int]]:
    """The indices of runs that this sweep trained by NumPy, by the reason."""
    found = dict[str, list[int]]()
    for one in results:
        engine, is_ours = one.provenance.engine, one.outcome.is_trained and not one.provenance.reused_from
        if is_ours and engine.startswith(BY_NUMPY):
            found.setdefault(engine.removeprefix(BY_NUMPY), []).append(one.index)
    return found


def _lines(by_numpy: Mapping[str, list[int]], planned: Sequence[PlannedRun]) -> Iterator[tuple[str, str]]:
    naming = Naming(planned) if by_numpy else None
    for reason, indices in sorted(by_numpy.items(), key=lambda one: -len(one[1])):
        said = f"{count(len(indices), 'run')} trained by NumPy"
        if reason == NOT_INSTALLED:
            yield reason, f"{NOT_INSTALLED}: {said}, same numbers, but slower (pip install '{REQUIREMENT}')"
            continue
        name = naming.of(indices) if naming and len(indices) < len(planned) else ""
        yield reason, f"{f'{name}: ' * bool(name)}{said} instead of compiled code, same numbers ({reason})"
