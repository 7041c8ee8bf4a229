"""All exit codes of the commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. After a signal it is 128 plus the signal's number, as in every shell."""

    SUCCESS = 0, "all was done; what was judged learns, or has no known cause"
    FAILURE = (
        1,
        "an error, a failed run, bits that differ, a wrong gradient, an expectation that does not hold with `--strict`",
    )
    ILL = 3, "`runner.diagnose`: a run does not learn, or has a warning before training"
    INTERRUPTED = 130, "Ctrl-C"
    TERMINATED = 143, "SIGTERM, as a batch system sends it"

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "ExitCode":
        member = int.__new__(cls, code)
        member._value_, member.meaning = code, meaning
        return member


def of_signal(number: int) -> int:
    """The exit code of a command that a signal ended."""
    return 128 + number
