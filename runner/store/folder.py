"""A sweep's folder: its plan before training, its results as they come, and a lock for the process working in it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from shlex import quote
from shutil import rmtree

from filelock import FileLock, Timeout

from runner.base.errors import NEAREST, UserError, nearest, one_line
from runner.base.files import contents_of, write_whole
from runner.base.paths import OUTPUTS
from runner.runs.account import FILE
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult, load, save
from runner.runs.sharing import in_little_room
from runner.store.plan_file import PlanFile, plan_from

PLAN, STACKS, LOCK, FINISHED = "plan.json", "stacks", "lock", "finished"
HYDRA, MULTIRUN = ".hydra", "multirun.yaml"  # Hydra's own
JOB = "job-"  # how files of Hydra's own launchers begin; they are older than those of a resume

_held: ContextVar[list["SweepFolder"] | None] = ContextVar("held", default=None)


@contextmanager
def leaving_folders() -> Iterator["list[SweepFolder]"]:
    """Release at the end the folders that are taken inside this block, because the process continues."""
    held = list[SweepFolder]()
    token = _held.set(held)
    try:
        yield held
    finally:
        _held.reset(token)
        for folder in held:
            folder.leave()


class SweepFolder:
    """One sweep's or run's folder, usually `outputs/<its id>`."""

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, FileLock(path / LOCK)

    @property
    def shown(self) -> str:
        """The folder relative to the working folder."""
        return os.path.relpath(self.path)

    @property
    def resume_command(self) -> str:
        """The command that resumes this sweep."""
        is_usual = self.path.resolve().parent == OUTPUTS.resolve() and not self.path.name.startswith("-")
        return f"python -m runner.resume {quote(self.path.name if is_usual else self.shown)}"

    @property
    def has_plan(self) -> bool:
        """Whether a sweep began here."""
        return (self.path / PLAN).is_file()

    @property
    def has_results(self) -> bool:
        """Whether something was trained."""
        return any(self._stacks.glob("*.npz"))

    @property
    def is_unfinished(self) -> bool:
        """Whether there is something to resume."""
        return self.has_plan and not (self.path / FINISHED).exists()

    @property
    def is_usable(self) -> bool:
        """Whether its plan can be read."""
        try:
            self.read_plan()
        except UserError:
            return False
        return True

    def take(self) -> None:
        """Lock the folder until this process ends, however it ends. Raises UserError if another process holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UserError(f"another process is working on {self.shown}; wait until it ends, or end it") from error
        if (held := _held.get()) is not None:
            held.append(self)

    def leave(self) -> None:
        """Release the folder."""
        self._lock.release(force=True)

    @property
    def is_taken(self) -> bool:
        """Whether a process is working here."""
        try:
            with FileLock(self.path / LOCK, timeout=0):
                return False
        except (Timeout, OSError) as error:
            return isinstance(error, Timeout)

    def write_plan(self, plan: PlanFile) -> None:
        """Record what will be done; a sweep that comes in several batches extends it.

        Raises UserError if another sweep began here and is not finished.
        """
        if self.is_unfinished and self.read_plan().about.sweep_id != plan.about.sweep_id:
            raise UserError(
                f"{self.shown} has a sweep that is not finished; resume it ({self.resume_command}), delete its "
                "folder, or choose another one"
            )
        (self.path / FINISHED).unlink(missing_ok=True)
        write_whole(self.path / PLAN, plan.content())

    @property
    def plan_content(self) -> bytes:
        """The content of the plan file."""
        return contents_of(self.path / PLAN)

    def withdraw(self) -> None:
        """Remove a plan of which nothing was trained, so that `resume` does not find it."""
        (self.path / PLAN).unlink(missing_ok=True)
        self._lock.release(force=True)
        (self.path / LOCK).unlink(missing_ok=True)
        with suppress(OSError):  # Hydra's files, or the user's
            self.path.rmdir()

    def delete(self) -> None:
        """Delete the folder with everything in it; outside `outputs/`, where it may hold other files, only our own."""
        if self.path.resolve().parent == OUTPUTS.resolve():
            rmtree(self.path)
            return
        for name in (STACKS, HYDRA):
            rmtree(self.path / name, ignore_errors=True)
        for name in (PLAN, FINISHED, LOCK, MULTIRUN, FILE):
            (self.path / name).unlink(missing_ok=True)
        with suppress(OSError):  # there is more in it
            self.path.resolve().rmdir()
            if self.path.is_symlink():
                self.path.unlink()

    def reopen(self) -> None:
        """Resume with the plan on disk."""
        (self.path / FINISHED).unlink(missing_ok=True)

    def read_plan(self) -> PlanFile:
        """The plan that `write_plan` wrote. Raises UserError if it is damaged or of another version."""
        try:
            return plan_from(self.plan_content)
        except OSError as error:
            raise UserError(f"{self.shown} has no plan that can be read: {error.strerror}") from error
        except ValueError as error:
            raise UserError(f"the plan in {self.shown} cannot be used: {error}") from error

    def keep(self, results: Sequence[RunResult]) -> None:
        """Write results to a file of their own. Raises UserError if that fails."""
        last = max(map(_number, self._stacks.glob("*.npz")), default=-1)
        try:
            save(self._stacks / f"{last + 1:05d}.npz", results)
        except OSError as error:
            raise UserError(
                f"results cannot be kept in {self.shown}: {error.strerror or error}. Those kept before are intact; "
                f"when there is room again, resume with: {self.resume_command}"
            ) from error

    def results(self, runs: Iterable[PlannedRun]) -> tuple[dict[int, RunResult], list[str]]:
        """The newest results of these runs by index, and what is wrong with files that cannot be read.

        A folder may also hold results of an earlier sweep, with equal run keys but possibly different overrides.
        """
        planned = {(run.index, run.key): run for run in runs}
        found: dict[int, RunResult] = {}
        damaged = []
        files = [path for path in self._stacks.glob("*.npz") if path.is_file()]
        for file in sorted(files, key=lambda path: (_number(path), path.name)):
            try:
                results = load(file)
            except ValueError as error:
                damaged.append(str(error))
                continue
            for one in results:
                if run := planned.get((one.index, one.key)):
                    found[run.index] = run.named(in_little_room(one))
        return dict(sorted(found.items())), damaged

    def finish(self, continued_as: str = "") -> None:
        """Mark that nothing is left to do here; `continued_as` names the sweep that has the missing runs."""
        write_whole(self.path / FINISHED, continued_as.encode())

    @property
    def continued_as(self) -> str:
        """The name of the sweep that has the missing runs of this one."""
        marker = self.path / FINISHED
        return marker.read_text(errors="replace") if marker.exists() else ""

    @property
    def _stacks(self) -> Path:
        return self.path / STACKS


def _number(path: Path) -> int:
    """Which file of results this is: -1 for those of single jobs, which come before what a resume adds."""
    return int(path.stem) if path.stem.isdecimal() else -1


def find_folder(name: str | None) -> SweepFolder | None:
    """The sweep with this name or path; without a name, the newest unfinished one, or None.

    Raises UserError if there is no such sweep.
    """
    if name is None:
        return next((folder for folder in _newest_first() if folder.is_unfinished and folder.is_usable), None)
    for folder in (SweepFolder(OUTPUTS / name), SweepFolder(Path(name))):
        if folder.has_plan:
            return folder
    raise UserError(f"there is no sweep {one_line(name)} in {OUTPUTS}/{others_than(name)}")


def newest_folder() -> SweepFolder | None:
    """The sweep that began last, finished or not."""
    return next(_newest_first(), None)


def others_than(name: str) -> str:
    """The end of the message about an unknown sweep: which sweeps there are."""
    known = [folder.path.name for folder in _newest_first()]
    near = nearest(name, known)
    which = "nearest" if near else "newest"
    return f"; the {which} there are {', '.join(near or known[:NEAREST])}" if known else ", and no other either"


def unusable_folders() -> list[SweepFolder]:
    """Unfinished sweeps whose plan cannot be read."""
    return [folder for folder in _newest_first() if folder.is_unfinished and not folder.is_usable]


def _newest_first() -> Iterator[SweepFolder]:
    plans = sorted(OUTPUTS.glob(f"*/{PLAN}"), key=lambda path: path.stat().st_mtime, reverse=True)
    yield from (SweepFolder(plan.parent) for plan in plans)
