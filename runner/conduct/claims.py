"""Which process may write a sweep: its parent run names the folder, so that two copies of a folder never both write."""

from pathlib import Path
from socket import gethostname

from runner.base.errors import UserError
from runner.store.folder import SweepFolder

CLAIM = "working_in"  # the parent's tag: the machine, and the folder there, that the sweep was last worked on in


class TakenOver(UserError):
    """Another process writes this sweep; this one must not."""


class Claim:
    """The claim of the process that works in a folder. `found` is the tag of the parent run."""

    def __init__(self, folder: SweepFolder, sweep_id: str) -> None:
        self._folder, self._sweep_id = folder, sweep_id
        self.tag = {CLAIM: f"{gethostname()}:{folder.path.resolve()}"}
        self.is_first, self.is_lost = True, False

    def take(self, found: str) -> None:
        """Take the sweep. Raises TakenOver if the process that had it is alive, as far as that can be seen from here.

        It holds the lock of its folder while it lives. A process on another machine, which cannot be seen, is taken
        over.
        """
        self.is_first = found in ("", self.tag[CLAIM])
        other = SweepFolder(Path(found.partition(":")[2]))
        is_other = not self.is_first and other.path.resolve() != self._folder.path.resolve()
        if is_other and other.is_usable and other.read_plan().about.sweep_id == self._sweep_id and other.is_taken:
            self.is_lost = True
            raise TakenOver(
                f"{self._folder.shown} is a copy of {other.shown}, where another process is working on the same sweep; "
                f"wait until it ends, or end it, then resume with: {self._folder.resume_command}"
            )

    def check(self, found: str) -> None:
        """Raises TakenOver if another process has taken the sweep over."""
        if found != self.tag[CLAIM]:
            self.is_lost = True
            raise TakenOver(
                f"another process has taken this sweep over, in {found}, and writes it now. Nothing more is written "
                f"from here; finished results are kept in {self._folder.shown}"
            )
