"""Markdown tables, and on what machine they were made."""

import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "llvmlite", "hydra-core", "mlflow", "matplotlib", "jax", "torch", "numba", "scikit-learn")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up in a terminal too: words to the left, numbers to the right."""
    widths = [max(len(line[place]) for line in (header, *rows)) for place in range(len(header))]
    is_number = [all(row[place][:1] in "-0123456789" for row in rows) for place in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, is_number, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * (width - 1) + (":" if number else "-") for width, number in zip(widths, is_number, strict=True)]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def machine() -> str:
    """Processor, operating system, Python, versions, the kernels that NumPy's BLAS has chosen, and date."""
    from runner.runs.environment import machine as facts

    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{_processor()}, {system}, {versions}, BLAS {facts()['blas']}; {date.today():%Y-%m-%d}."


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    """What Linux calls the processor, and how many of them this process may use."""
    import os

    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{names[0] if names else platform.processor()} ({count} cores)"
