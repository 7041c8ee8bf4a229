"""Reads the jobs of a sweep one by one; jobs that differ only in their seed are checked once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.base.errors import Problem
from runner.base.typed import typed
from runner.plan.jobs import Job, Refused
from runner.plan.phases import Checked
from runner.plan.validation import SpecBuilder
from runner.runs.components import load_modules
from runner.runs.identity import run_keys
from runner.runs.planned import with_seed
from runner.runs.settings import Settings, read_settings
from runner.runs.spec import Spec

USUAL_SEEDS = range(2**53)  # any other one is looked at, to be refused
MOST_KEYS = 1000  # that are remembered: each takes a kilobyte


class Reader:
    """The content of jobs. `settings` are those of all jobs, `made` their runs with the overrides that made them.

    `problems` has the problems of jobs by position among all `n_jobs`. `known` are problems of every job; `scores` are
    those of earlier runs.
    """

    def __init__(
        self, settings: Settings | None, scores: set[str], known: Sequence[Problem], are_settled: bool = False
    ) -> None:
        self.settings, self.n_jobs, self._are_settled = settings, 0, are_settled
        self.made: list[tuple[tuple[str, ...], Spec, Checked]] = []
        self.problems: dict[int, list[Problem]] = {}
        self._builder, self._scores, self._known = SpecBuilder(), scores, known
        self._alike: dict[bytes, Checked] = {}

    def read(self, composed: Job | Refused) -> None:
        """Read one more job."""
        found, job = [*self._known, *composed.problems], composed.rest
        if job is not None:
            alike, seed = _but_the_seed(job.config)
            if not found and alike in self._alike and type(seed) is int and seed in USUAL_SEEDS:
                one = self._alike[alike]
                self.made.append((job.overrides, with_seed(one.spec, seed), one))
            else:
                found += self._look_at(job, alike, is_whole=not found)
        if found:
            self.problems[self.n_jobs] = found
        self.n_jobs += 1

    def _look_at(self, job: Job, alike: bytes, is_whole: bool) -> list[Problem]:
        """What is wrong with a job; where nothing is, it is a run."""
        settled, found = self.settings if self._are_settled else None, list[Problem]()
        own = settled or read_settings(job.config, job.overrides, typed())
        if self.settings is None and isinstance(own, Settings):
            self.settings = own
            load_modules(own.modules)
        built = self._builder.build(job.config, job.overrides, is_whole)
        found += [*(own if isinstance(own, list) else []), *(built if isinstance(built, list) else [])]
        if isinstance(own, Settings) and own != self.settings:
            differing = " and ".join(_differing(own, self.settings))
            found.append(Problem(differing, "must be the same for all jobs of a sweep"))
        if isinstance(built, Checked) and self._scores and built.spec.score not in self._scores:
            found.append(Problem("score", "must be the same for all jobs of a sweep"))
        if is_whole and not found and isinstance(built, Checked):
            self.made.append((job.overrides, built.spec, built))
            self._scores.add(built.spec.score)
            if not built.is_apart:
                self._alike[alike] = built
        return found


def _but_the_seed(config: Mapping[str, Any]) -> tuple[bytes, Any]:
    """What is equal for configs that differ in their seed alone, and the seed."""
    rest = repr({**config, "seed": None})  # which tells 1 from 1.0 and from true
    return hashlib.blake2b(rest.encode(errors="surrogatepass"), digest_size=16).digest(), config.get("seed")


def _differing(one: Settings, other: Settings | None) -> list[str]:
    return [key for key, value in one if value != getattr(other, key)]


class Keys:
    """Run keys; what runs that differ only in their seed share is hashed once."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self._of: dict[int, tuple[Checked, Callable[[int], str]]] = {}

    def of(self, spec: Spec, run: Checked) -> str:
        """The key of a run: of its spec, the numeric code, and all that it takes from outside, which is files of data
        and the weights that it starts from.
        """
        if id(run) not in self._of:
            if len(self._of) >= MOST_KEYS:
                self._of.clear()
            starts = [run.start.digest] if run.start else []
            self._of[id(run)] = run, run_keys(run.spec, " ".join([*run.digests, *starts]), self._modules)
        return self._of[id(run)][1](spec.seed)
