"""What this machine has: memory, control-group limits, cores; and what the allocator keeps."""

import ctypes
import os
import sys
from functools import cache
from pathlib import Path


@cache
def machine_bytes() -> int:
    """The memory this process may use: that of the machine, or the limit of its control group or of the process."""
    return min([*_physical(), *_limit_of_process(), *limits_of_groups()], default=sys.maxsize)


def limits_of_groups(own: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")) -> list[int]:
    """The memory limits of this process's control groups and their parents, in both versions of Linux's interface."""
    limits = []
    for line in _read(own).splitlines():
        _, controllers, path = line.split(":", 2)
        root, name = (mounted / "memory", "memory.limit_in_bytes") if controllers else (mounted, "memory.max")
        if controllers in ("", "memory"):
            folder = root / path.lstrip("/")
            limits += [_read(place / name).strip() for place in (folder, *folder.parents)]
    return [int(limit) for limit in limits if limit.isdigit()]


def _physical() -> list[int]:
    if not hasattr(os, "sysconf"):
        return []
    return [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]


def _limit_of_process() -> list[int]:
    if sys.platform == "win32":
        return []
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return [] if limit == resource.RLIM_INFINITY else [limit]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h


def default_workers() -> int:
    """The processors that this process may use; 1 if it may not start processes, as in a `multiprocessing` worker."""
    from multiprocessing import current_process

    from loky import cpu_count

    return 1 if current_process().daemon else int(cpu_count())


@cache
def keep_freed_memory() -> None:
    """Make this process keep the memory of freed arrays for the next ones.

    glibc returns arrays of some 100 KB to the system at once and pays for every page when it needs them again, which
    made full batches four times slower. Other C libraries have no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, 1 << 30)
